import Synchronization

/// What is noted while calls come and go.
final class Ledger: Sendable {
  struct Entries: Sendable {
    /// Milliseconds from capture to the picture's return, over time.
    var delays = Course()
    /// The same within the one call that lasts.
    var lastingDelays = Course()
    /// Resident megabytes over time.
    var memory = Course()
    var calls = 0
    var problems: [String] = []
  }

  private static let problemLimit = 50

  private let state = Mutex(Entries())

  var entries: Entries { state.withLock { $0 } }

  /// - Returns: how many calls there were.
  @discardableResult
  func addCall(_ outcome: EchoCall.Outcome = EchoCall.Outcome(), at time: Duration = .zero) -> Int {
    state.withLock { entries in
      entries.calls += 1
      if let delay = outcome.delay { entries.delays.add(Double(delay), at: time) }
      for problem in outcome.problems { entries.add("call \(entries.calls): \(problem)", limit: Self.problemLimit) }
      return entries.calls
    }
  }

  func add(_ problem: String) { state.withLock { $0.add(problem, limit: Self.problemLimit) } }

  func addLastingDelay(_ milliseconds: Double, at time: Duration) {
    state.withLock { $0.lastingDelays.add(milliseconds, at: time) }
  }

  func addMemory(_ megabytes: Double, at time: Duration) { state.withLock { $0.memory.add(megabytes, at: time) } }
}

extension Ledger.Entries {
  fileprivate mutating func add(_ problem: String, limit: Int) {
    if problems.count < limit { problems.append(problem) }
  }
}
