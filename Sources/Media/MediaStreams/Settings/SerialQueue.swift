import Synchronization

/// Lets one task in at a time, in the order in which they came.
final class SerialQueue: Sendable {
  private struct State {
    var isBusy = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Runs `body` when all that came before are done. The place in the queue is taken before anything is waited for.
  nonisolated(nonsending) func run<Result: Sendable>(
    _ body: nonisolated(nonsending) () async throws -> Result
  ) async throws -> Result {
    await enter()
    defer { leave() }
    return try await body()
  }

  nonisolated(nonsending) private func enter() async {
    let isFree = state.withLock { state in
      defer { state.isBusy = true }
      return !state.isBusy
    }
    if isFree { return }
    await withCheckedContinuation { continuation in
      let isMine = state.withLock { state in
        // It may have become free meanwhile.
        if !state.isBusy {
          state.isBusy = true
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isMine { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.waiting.isEmpty else {
        state.isBusy = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
