internal import RTCSCTP
import Synchronization

/// The sending side of a channel: its state, what waits to be handed to the event loop, and who waits for room.
final class DataChannelOutbox: Sendable {
  private struct State {
    var readyState = RTCDataChannelState.connecting
    var messages: [DataChannelMessage] = []
    var head = 0
    /// Bytes in `messages`.
    var waitingByteCount = 0
    /// Bytes that the association has and has not sent.
    var queuedByteCount = 0
    var lowThreshold = 0
    /// The event loop was asked to come for messages and has not yet.
    var isFlushRequested = false
    var waiters: [Waiter] = []
    var nextWaiter = 0

    var bufferedAmount: Int { waitingByteCount + queuedByteCount }

    /// Waiters whose condition holds now, taken out.
    mutating func takeReadyWaiters() -> [Waiter] {
      guard !waiters.isEmpty else { return [] }
      let isOver = readyState == .closing || readyState == .closed
      let ready = waiters.filter { isOver || $0.isReady(readyState, bufferedAmount) }
      if !ready.isEmpty { waiters.removeAll { waiter in ready.contains { $0.number == waiter.number } } }
      return ready
    }
  }

  private struct Waiter {
    var number: Int
    /// Waits for so little to be buffered; `nil` waits for the channel to open.
    var amount: Int?
    var continuation: CheckedContinuation<Void, Never>

    func isReady(_ readyState: RTCDataChannelState, _ bufferedAmount: Int) -> Bool {
      guard let amount else { return readyState != .connecting }
      return bufferedAmount <= amount
    }
  }

  /// Bytes that may be buffered; a message that would exceed it is refused.
  static let byteLimit = 16 << 20

  private let state = Mutex(State())

  var readyState: RTCDataChannelState { state.withLock { $0.readyState } }
  var bufferedAmount: Int { state.withLock { $0.bufferedAmount } }
  var lowThreshold: Int {
    get { state.withLock { $0.lowThreshold } }
    set { state.withLock { $0.lowThreshold = max(0, newValue) } }
  }

  // MARK: The application's side

  enum Verdict {
    case queued(needsFlush: Bool)
    /// More than the limit is buffered.
    case full
  }

  /// Queues a message in an open channel, unless so much is buffered already.
  func append(_ message: DataChannelMessage, unlessAbove limit: Int) throws(WebRTCError) -> Verdict {
    try state.withLock { state throws(WebRTCError) in
      guard state.readyState == .open else {
        throw .invalidStateError("The data channel is \(state.readyState.rawValue), so nothing can be sent.")
      }
      guard state.bufferedAmount == 0 || state.bufferedAmount + message.bytes.count <= limit else { return .full }
      state.messages.append(message)
      state.waitingByteCount += message.bytes.count
      defer { state.isFlushRequested = true }
      return .queued(needsFlush: !state.isFlushRequested)
    }
  }

  /// webrtc-pc §6.2, close: `true` when there is something to close.
  func beginClosing() -> Bool {
    let (isNew, ready) = state.withLock { state in
      guard state.readyState == .connecting || state.readyState == .open else { return (false, [Waiter]()) }
      state.readyState = .closing
      return (true, state.takeReadyWaiters())
    }
    for waiter in ready { waiter.continuation.resume() }
    return isNew
  }

  /// Returns once no more than `amount` is buffered, with `nil` once the channel is open, or when it closes or the task is cancelled.
  nonisolated(nonsending) func wait(until amount: Int?) async {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waiter = Waiter(number: number, amount: amount, continuation: continuation)
        let isReady = state.withLock { state in
          let isOver = state.readyState == .closing || state.readyState == .closed
          if isOver || Task.isCancelled || waiter.isReady(state.readyState, state.bufferedAmount) { return true }
          state.waiters.append(waiter)
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      let waiter: Waiter? = state.withLock { state in
        guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
        return state.waiters.remove(at: index)
      }
      waiter?.continuation.resume()
    }
  }

  // MARK: The event loop's side

  func opened() {
    let ready = state.withLock { state in
      guard state.readyState == .connecting else { return [Waiter]() }
      state.readyState = .open
      return state.takeReadyWaiters()
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// The channel has ended; what was buffered stays counted (webrtc-pc §6.2, bufferedAmount).
  func closed() {
    let ready = state.withLock { state in
      state.readyState = .closed
      state.messages = []
      state.head = 0
      return state.takeReadyWaiters()
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Hands what waits to `send`, until that refuses.
  func flush(_ send: (DataChannelMessage) -> Bool) {
    state.withLock { $0.isFlushRequested = false }
    while let message = state.withLock({ $0.head < $0.messages.count ? $0.messages[$0.head] : nil }) {
      guard send(message) else { return }
      state.withLock { state in
        // The channel may have been closed meanwhile.
        guard state.head < state.messages.count else { return }
        state.messages[state.head] = DataChannelMessage(.binary, [])
        state.head += 1
        state.waitingByteCount -= message.bytes.count
        state.queuedByteCount += message.bytes.count
        guard state.head == state.messages.count else { return }
        state.messages.removeAll(keepingCapacity: true)
        state.head = 0
      }
    }
  }

  /// Whether messages wait for the event loop.
  var isEmpty: Bool { state.withLock { $0.head == $0.messages.count } }

  /// The association has so much left to send.
  ///
  /// - Returns: whether that crosses the low threshold.
  func update(queuedByteCount: Int) -> Bool {
    let (isLow, ready) = state.withLock { state in
      let before = state.bufferedAmount
      state.queuedByteCount = queuedByteCount
      let isLow = before > state.lowThreshold && state.bufferedAmount <= state.lowThreshold
      return (isLow, state.takeReadyWaiters())
    }
    for waiter in ready { waiter.continuation.resume() }
    return isLow
  }
}
