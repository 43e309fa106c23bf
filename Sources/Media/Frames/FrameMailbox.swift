import Synchronization

/// A consumer's own bounded queue of frames: when it is full, the oldest frame makes room for the newest.
///
/// Frames that can be understood only in a row (compressed video) have restart points: once one is lost, all are
/// dropped until the next restart point.
package final class FrameMailbox<Frame: Sendable>: FrameConsumer {
  private struct State {
    var frames: [Frame] = []
    var head = 0
    var waiting: CheckedContinuation<Frame?, Never>?
    var isFinished = false
    var needsRestart: Bool
    var droppedCount = 0
    /// Who waits for room.
    var readyBodies: [@Sendable () -> Void] = []

    var count: Int { frames.count - head }

    /// Who need not wait any more, now that there is room for a frame.
    mutating func takeReady(capacity: Int) -> [@Sendable () -> Void] {
      guard isFinished || count < capacity, !readyBodies.isEmpty else { return [] }
      defer { readyBodies = [] }
      return readyBodies
    }

    mutating func popFirst() -> Frame? {
      guard head < frames.count else { return nil }
      let frame = frames[head]
      head += 1
      // Moving the rest at most once per emptied queue keeps both ends cheap and forgets frames soon.
      if head == frames.count {
        frames.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 8 {
        frames.removeFirst(head)
        head = 0
      }
      return frame
    }
  }

  /// Frames kept at most.
  package let capacity: Int
  private let isRestartPoint: (@Sendable (Frame) -> Bool)?
  private let onRestartNeeded: (@Sendable () -> Void)?
  private let state: Mutex<State>

  /// - Parameters:
  ///   - capacity: frames kept at most, at least 1.
  ///   - isRestartPoint: where a consumer that lost a frame can go on; `nil` when every frame stands for itself.
  ///   - onRestartNeeded: called when a frame was lost and a restart point is wanted.
  ///   - startsAtRestartPoint: whether the first frame must be one too.
  package init(
    capacity: Int, isRestartPoint: (@Sendable (Frame) -> Bool)? = nil, onRestartNeeded: (@Sendable () -> Void)? = nil,
    startsAtRestartPoint: Bool = false
  ) {
    self.capacity = max(1, capacity)
    self.isRestartPoint = isRestartPoint
    self.onRestartNeeded = onRestartNeeded
    state = Mutex(State(needsRestart: startsAtRestartPoint))
  }

  package var count: Int { state.withLock { $0.count } }
  /// Frames lost because the consumer was too slow.
  package var droppedCount: Int { state.withLock { $0.droppedCount } }

  package func receive(_ frame: Frame) {
    var needsRestart = false
    let waiting: CheckedContinuation<Frame?, Never>? = state.withLock { state in
      guard !state.isFinished else { return nil }
      if state.needsRestart, let isRestartPoint {
        guard isRestartPoint(frame) else {
          state.droppedCount += 1
          return nil
        }
        state.needsRestart = false
      }
      if let waiting = state.waiting {
        state.waiting = nil
        return waiting
      }
      if state.count >= capacity {
        if let isRestartPoint {
          state.droppedCount += state.count
          state.frames.removeAll(keepingCapacity: true)
          state.head = 0
          if !isRestartPoint(frame) {
            state.droppedCount += 1
            state.needsRestart = true
            needsRestart = true
            return nil
          }
        } else {
          _ = state.popFirst()
          state.droppedCount += 1
        }
      }
      state.frames.append(frame)
      return nil
    }
    waiting?.resume(returning: frame)
    if needsRestart { onRestartNeeded?() }
  }

  package func finish() {
    let (waiting, ready) = state.withLock { state in
      state.isFinished = true
      let waiting = state.waiting
      state.waiting = nil
      return (waiting, state.takeReady(capacity: capacity))
    }
    waiting?.resume(returning: nil)
    for body in ready { body() }
  }

  package func whenReady(_ body: @escaping @Sendable () -> Void) {
    let isReady = state.withLock { state in
      let isReady = state.isFinished || state.count < capacity
      if !isReady { state.readyBodies.append(body) }
      return isReady
    }
    if isReady { body() }
  }

  /// The oldest frame, when there is one.
  package func poll() -> Frame? {
    let (frame, ready) = state.withLock { ($0.popFirst(), $0.takeReady(capacity: capacity)) }
    for body in ready { body() }
    return frame
  }

  /// The oldest frame, waiting for one; `nil` after `finish` when all are taken, or when the task is cancelled. One
  /// task waits at a time.
  package func next() async -> Frame? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Frame?, Never>) in
        if let frame = poll() { return continuation.resume(returning: frame) }
        // Without an answer it waits.
        let answer: Frame?? = state.withLock { state in
          if let frame = state.popFirst() { return .some(frame) }
          if state.isFinished || state.waiting != nil || Task.isCancelled { return .some(nil) }
          state.waiting = continuation
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiting = state.withLock { state in
        let waiting = state.waiting
        state.waiting = nil
        return waiting
      }
      waiting?.resume(returning: nil)
    }
  }
}
