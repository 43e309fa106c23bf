import Synchronization

/// A consumer's own bounded queue of frames: when it is full, the oldest frame makes room for the newest.
///
/// Frames that can be understood only in a row (compressed video) have restart points: once one is lost, all are
/// dropped until the next restart point.
///
/// Where frames differ much in size, a budget bounds their bytes as well, for one mailbox or for several together.
package final class FrameMailbox<Frame: Sendable>: FrameConsumer {
  private struct State {
    var frames: [Frame] = []
    var head = 0
    /// What was taken of the budget for the frames.
    var byteCount = 0
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

  /// How many bytes may wait, in this mailbox or in several.
  package struct ByteBound: Sendable {
    package var budget: SharedBudget
    package var sizeOf: @Sendable (Frame) -> Int

    package init(_ budget: SharedBudget, sizeOf: @escaping @Sendable (Frame) -> Int) {
      self.budget = budget
      self.sizeOf = sizeOf
    }
  }

  /// Frames kept at most.
  package let capacity: Int
  private let bytes: ByteBound?
  private let isRestartPoint: (@Sendable (Frame) -> Bool)?
  private let onRestartNeeded: (@Sendable () -> Void)?
  private let state: Mutex<State>

  /// - Parameters:
  ///   - capacity: frames kept at most, at least 1.
  ///   - bytes: a bound for their size, beyond which the same happens as beyond the capacity.
  ///   - isRestartPoint: where a consumer that lost a frame can go on; `nil` when every frame stands for itself.
  ///   - onRestartNeeded: called when a frame was lost and a restart point is wanted.
  ///   - startsAtRestartPoint: whether the first frame must be one too.
  package init(
    capacity: Int, bytes: ByteBound? = nil, isRestartPoint: (@Sendable (Frame) -> Bool)? = nil,
    onRestartNeeded: (@Sendable () -> Void)? = nil, startsAtRestartPoint: Bool = false
  ) {
    self.capacity = max(1, capacity)
    self.bytes = bytes
    self.isRestartPoint = isRestartPoint
    self.onRestartNeeded = onRestartNeeded
    state = Mutex(State(needsRestart: startsAtRestartPoint))
  }

  deinit { bytes?.budget.give(state.withLock { $0.byteCount }) }

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
      let size = bytes?.sizeOf(frame) ?? 0
      var hasRoom = state.count < capacity && take(size, &state)
      if !hasRoom, let isRestartPoint {
        state.droppedCount += state.count
        discard(&state)
        hasRoom = isRestartPoint(frame) && take(size, &state)
        state.needsRestart = !hasRoom
        needsRestart = !hasRoom
      }
      while !hasRoom, popFirst(&state) != nil {
        state.droppedCount += 1
        hasRoom = take(size, &state)
      }
      guard hasRoom else {
        state.droppedCount += 1
        return nil
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

  private func take(_ size: Int, _ state: inout State) -> Bool {
    guard let bytes else { return true }
    guard bytes.budget.take(size) else { return false }
    state.byteCount += size
    return true
  }

  private func popFirst(_ state: inout State) -> Frame? {
    let frame = state.popFirst()
    if let frame, let bytes {
      let size = bytes.sizeOf(frame)
      state.byteCount -= size
      bytes.budget.give(size)
    }
    return frame
  }

  private func discard(_ state: inout State) {
    state.frames.removeAll(keepingCapacity: true)
    state.head = 0
    bytes?.budget.give(state.byteCount)
    state.byteCount = 0
  }

  /// The oldest frame, when there is one.
  package func poll() -> Frame? {
    let (frame, ready) = state.withLock { (popFirst(&$0), $0.takeReady(capacity: capacity)) }
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
          if let frame = popFirst(&state) { return .some(frame) }
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

extension FrameMailbox where Frame == EncodedVideoFrame {
  /// Bytes of compressed pictures that wait before one consumer at most: a picture may have megabytes.
  package static var byteLimit: Int { 16 << 20 }

  /// A mailbox of compressed pictures, which goes on at a key frame once one is lost.
  ///
  /// - Parameters:
  ///   - capacity: pictures kept at most, at least 1.
  ///   - budget: of their bytes; `nil` for one of its own.
  ///   - onKeyFrameNeeded: called when a picture was lost and a key frame is wanted.
  ///   - startsAtKeyFrame: whether the first picture must be one too.
  package convenience init(
    capacity: Int, budget: SharedBudget? = nil, onKeyFrameNeeded: @escaping @Sendable () -> Void,
    startsAtKeyFrame: Bool = false
  ) {
    self.init(
      capacity: capacity,
      bytes: ByteBound(budget ?? SharedBudget(limit: Self.byteLimit), sizeOf: { $0.bytes.count }),
      isRestartPoint: { $0.isKeyFrame }, onRestartNeeded: onKeyFrameNeeded, startsAtRestartPoint: startsAtKeyFrame)
  }
}
