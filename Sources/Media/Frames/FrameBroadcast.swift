import Synchronization

/// Gives each frame to every consumer, on the thread of the caller.
package final class FrameBroadcast<Frame: Sendable>: Sendable {
  private struct State {
    var consumers: [any FrameConsumer<Frame>] = []
    var isFinished = false
  }

  private let state = Mutex(State())

  package init() {}

  package var consumerCount: Int { state.withLock { $0.consumers.count } }

  /// Adds a consumer; it is finished at once when the broadcast is over.
  package func add(_ consumer: any FrameConsumer<Frame>) {
    let isFinished = state.withLock { state in
      if !state.isFinished, !state.consumers.contains(where: { $0 === consumer }) { state.consumers.append(consumer) }
      return state.isFinished
    }
    if isFinished { consumer.finish() }
  }

  /// Removes a consumer. A frame that is on its way may still reach it.
  package func remove(_ consumer: any FrameConsumer<Frame>) {
    state.withLock { state in state.consumers.removeAll { $0 === consumer } }
  }

  package func send(_ frame: Frame) {
    // Outside the lock, so that consumers may come and go meanwhile.
    for consumer in state.withLock({ $0.consumers }) { consumer.receive(frame) }
  }

  /// Calls `body` once, as soon as no consumer would lose a frame for the next one.
  package func whenReady(_ body: @escaping @Sendable () -> Void) {
    Countdown.wait(for: state.withLock { $0.consumers.map { consumer in { consumer.whenReady($0) } } }, then: body)
  }

  /// Ends the broadcast for good.
  package func finish() {
    let consumers = state.withLock { state in
      state.isFinished = true
      let consumers = state.consumers
      state.consumers = []
      return consumers
    }
    for consumer in consumers { consumer.finish() }
  }
}
