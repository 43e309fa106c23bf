internal import RTCEngine
internal import RTCFrames
internal import RTCSCTP
import Synchronization

/// A channel of messages between the peers, beside the media (webrtc-pc §6.2).
///
///     let channel = try await connection.createDataChannel("captions")
///     try await channel.opened()
///     try await channel.send("hello")
///     for await message in channel.messages { … }
///
/// It may be used from any task. Received messages wait for their reader, and a sender may wait for the network: see `messages` and `send`.
public final class RTCDataChannel: Sendable {
  /// What the application that made the channel called it.
  public let label: String
  /// Whether messages arrive in the order in which they were sent.
  public let ordered: Bool
  /// For how many milliseconds a message is retransmitted; `nil` means without limit.
  public let maxPacketLifeTime: UInt16?
  /// How often a message is retransmitted; `nil` means without limit.
  public let maxRetransmits: UInt16?
  /// The name of the subprotocol.
  public let `protocol`: String
  /// Whether both sides made the channel, and neither announced it.
  public let negotiated: Bool
  /// The channel's share when several have more to send than the path takes (webrtc-priority).
  public let priority: RTCPriorityType

  let outbox = DataChannelOutbox()
  let inbox: DataChannelInbox
  private let broadcaster = EventBroadcaster<RTCDataChannelEvent>(coalescingKey: { $0.coalescingKey })
  private let number: Mutex<UInt16?>
  private let highWaterMark = Mutex(1 << 20)
  private let maximumMessageSize: Mutex<Int>
  /// Has the event loop come for messages to send, and close the channel once they are sent.
  private let requestFlush: @Sendable () -> Void

  init(
    _ description: DataChannelDescription, maximumMessageSize: Int, requestFlush: @escaping @Sendable () -> Void,
    refill: @escaping @Sendable () -> Void
  ) {
    let options = description.options
    label = options.label
    ordered = options.isOrdered
    `protocol` = options.subprotocol
    negotiated = options.isNegotiated
    priority = RTCPriorityType(channelPriority: options.priority)
    switch options.reliability {
    case .reliable: (maxPacketLifeTime, maxRetransmits) = (nil, nil)
    case .retransmissions(let count): (maxPacketLifeTime, maxRetransmits) = (nil, UInt16(clamping: count))
    case .lifetime(let time): (maxPacketLifeTime, maxRetransmits) = (UInt16(clamping: time), nil)
    }
    number = Mutex(description.id)
    self.maximumMessageSize = Mutex(maximumMessageSize)
    self.requestFlush = requestFlush
    inbox = DataChannelInbox(refill: refill)
    if description.state == .open { outbox.opened() }
  }

  // MARK: Attributes

  /// The channel's number, the same on both sides; `nil` until the DTLS roles are known.
  public var id: UInt16? { number.withLock { $0 } }
  /// The state.
  public var readyState: RTCDataChannelState { outbox.readyState }
  /// Bytes of messages that have been given to `send` and not yet to the network. It stays as it is when the channel closes.
  public var bufferedAmount: Int { outbox.bufferedAmount }
  /// `bufferedAmountLow` is told when `bufferedAmount` falls to so many bytes. Default 0.
  public var bufferedAmountLowThreshold: Int {
    get { outbox.lowThreshold }
    set { outbox.lowThreshold = newValue }
  }
  /// `send` waits while more bytes than this would be buffered. Default 1 MiB; not part of the W3C's API.
  public var bufferedAmountHighWaterMark: Int {
    get { highWaterMark.withLock { $0 } }
    set { highWaterMark.withLock { $0 = max(0, min(newValue, DataChannelOutbox.byteLimit)) } }
  }
  /// What has happened since the channel was made, for the first reader; later readers start from now. It ends after `close`.
  public var events: EventSequence<RTCDataChannelEvent> { broadcaster.sequence }
  /// The messages that the peer sends, from the first on, whenever they are read.
  public var messages: RTCDataChannelMessages { RTCDataChannelMessages(inbox: inbox) }

  // MARK: Sending

  /// Sends a message; waits while more than `bufferedAmountHighWaterMark` would be buffered. Messages leave in the order of the calls.
  ///
  /// - Throws: `WebRTCError.invalidStateError` unless the channel is open, also when it closes meanwhile; `.typeError` for a message larger
  ///   than the peer takes; `CancellationError`, without having sent anything.
  nonisolated(nonsending) public func send(_ message: RTCDataChannelMessage) async throws {
    let message = try checked(message)
    while true {
      let limit = bufferedAmountHighWaterMark
      switch try outbox.append(message, unlessAbove: limit) {
      case .queued(let needsFlush):
        if needsFlush { requestFlush() }
        return
      case .full:
        // To wait for half of it saves a wake-up for each message.
        await outbox.wait(until: max(0, min(limit / 2, limit - message.bytes.count)))
        try Task.checkCancellation()
      }
    }
  }

  /// Sends text; otherwise as `send(_:)` for a message.
  nonisolated(nonsending) public func send(_ text: String) async throws { try await send(.text(text)) }

  /// Sends bytes; otherwise as `send(_:)` for a message.
  nonisolated(nonsending) public func send(_ bytes: [UInt8]) async throws { try await send(.binary(bytes)) }

  /// Queues a message at once, as the W3C's `send` does: whoever uses it looks after `bufferedAmount`.
  ///
  /// - Throws: `WebRTCError.invalidStateError` unless the channel is open, `.typeError` for a message larger than the peer takes,
  ///   `.operationError` when 16 MiB would be buffered.
  public func enqueue(_ message: RTCDataChannelMessage) throws(WebRTCError) {
    switch try outbox.append(try checked(message), unlessAbove: DataChannelOutbox.byteLimit) {
    case .queued(let needsFlush): if needsFlush { requestFlush() }
    case .full:
      throw .operationError("\(bufferedAmount) bytes are buffered already; wait until some of them are sent.")
    }
  }

  private func checked(_ message: RTCDataChannelMessage) throws(WebRTCError) -> DataChannelMessage {
    let limit = maximumMessageSize.withLock { $0 }
    guard message.byteCount <= limit else {
      // The state comes first (webrtc-pc §6.2, send step 2).
      if readyState != .open {
        throw .invalidStateError("The data channel is \(readyState.rawValue), so nothing can be sent.")
      }
      throw .typeError("The message has \(message.byteCount) bytes, and the peer takes \(limit) at most.")
    }
    return switch message {
    case .text(let text): DataChannelMessage(text: text)
    case .binary(let bytes): DataChannelMessage(.binary, bytes)
    }
  }

  /// Waits until the channel is open.
  ///
  /// - Throws: `WebRTCError.invalidStateError` when it closes instead, `CancellationError`.
  nonisolated(nonsending) public func opened() async throws {
    await outbox.wait(until: nil)
    guard readyState == .connecting || readyState == .open else {
      throw WebRTCError.invalidStateError("The data channel closed before it opened.")
    }
    try Task.checkCancellation()
  }

  /// Waits until no more than `amount` bytes are buffered.
  ///
  /// - Throws: `WebRTCError.invalidStateError` when the channel closes before, `CancellationError`.
  nonisolated(nonsending) public func drained(below amount: Int = 0) async throws {
    await outbox.wait(until: amount)
    try Task.checkCancellation()
    guard bufferedAmount <= amount else {
      throw WebRTCError.invalidStateError("The data channel closed with \(bufferedAmount) bytes not sent.")
    }
  }

  /// Closes the channel once what is buffered has been sent. The peer's side closes too; `close` is told when it has.
  public func close() {
    if outbox.beginClosing() { requestFlush() }
  }

  // MARK: The connection's side

  func update(id: UInt16?) { number.withLock { $0 = id } }
  func update(maximumMessageSize: Int) { self.maximumMessageSize.withLock { $0 = maximumMessageSize } }

  func tell(_ event: RTCDataChannelEvent) { broadcaster.send(event) }

  func markOpen() {
    outbox.opened()
    tell(.open)
  }

  /// The peer closes the channel.
  func markClosing() {
    if outbox.beginClosing() { tell(.closing) }
  }

  func markClosed(because error: RTCError?) {
    outbox.closed()
    if let error { tell(.error(error)) }
    tell(.close)
    broadcaster.finish()
  }

  /// The connection was closed: no event tells of it (webrtc-pc §4.4.2, close step 5).
  func end() {
    outbox.closed()
    broadcaster.finish()
    inbox.finish()
  }
}
