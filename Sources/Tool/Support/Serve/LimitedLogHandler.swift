import Logging
import Synchronization

/// Passes on what a reader can follow: whoever calls, and calls again, must not fill a disk with what is told about it.
struct LimitedLogHandler: LogHandler {
  /// What may be told, shared by the copies of a handler.
  final class Budget: Sendable {
    private struct State {
      var tokens: Double
      var last: ContinuousClock.Instant
      var omitted = 0
    }

    private let burst: Double
    private let perSecond: Double
    private let state: Mutex<State>

    init(burst: Int = 200, perSecond: Int = 20, now: ContinuousClock.Instant = .now) {
      self.burst = Double(burst)
      self.perSecond = Double(perSecond)
      state = Mutex(State(tokens: Double(burst), last: now))
    }

    /// - Returns: how many were left out since the last that was told; `nil` when this one is left out, too.
    func take(now: ContinuousClock.Instant = .now) -> Int? {
      state.withLock { state in
        state.tokens = min(burst, state.tokens + max(0, (now - state.last) / .seconds(1)) * perSecond)
        state.last = max(state.last, now)
        guard state.tokens >= 1 else {
          state.omitted += 1
          return nil
        }
        state.tokens -= 1
        defer { state.omitted = 0 }
        return state.omitted
      }
    }
  }

  private var base: any LogHandler
  private let budget: Budget

  init(_ base: any LogHandler, budget: Budget = Budget()) {
    self.base = base
    self.budget = budget
  }

  var logLevel: Logger.Level {
    get { base.logLevel }
    set { base.logLevel = newValue }
  }

  var metadata: Logger.Metadata {
    get { base.metadata }
    set { base.metadata = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { base[metadataKey: key] }
    set { base[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) {
    guard let omitted = budget.take() else { return }
    if omitted > 0 {
      var notice = event
      notice.level = .warning
      notice.message = "\(omitted) lines were left out, since there was too much to tell"
      notice.metadata = nil
      base.log(event: notice)
    }
    base.log(event: event)
  }
}
