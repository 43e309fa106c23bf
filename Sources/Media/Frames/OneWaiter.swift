import Synchronization

/// One task that waits for one thing, which may have happened already.
final class OneWaiter: Sendable {
  private struct State {
    var isDone = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Lets the task go on, now or when it comes.
  func resume() {
    let waiting = state.withLock { state in
      state.isDone = true
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if !state.isDone { state.waiting = continuation }
        return state.isDone
      }
      if isDone { continuation.resume() }
    }
  }
}
