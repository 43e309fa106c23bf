import RTCBase
import RTCEngine
import RTCSCTP

/// One side of a data channel between simulated peers (`RTCDataChannel`).
///
/// ```swift
/// let channel = try alice.createDataChannel("chat")
/// try simulation.connect(alice, bob, sending: [])
/// simulation.run(for: .seconds(5)) { channel.readyState == .open }
/// try channel.send("hello")
/// simulation.run(for: .seconds(1))
/// #expect(bob.dataChannels[0].messages == [.text("hello")])
/// ```
public final class SimulatedDataChannel {
  /// What the application that made the channel called it.
  public let label: String
  /// The name of the subprotocol.
  public let `protocol`: String
  /// Whether messages arrive in the order in which they were sent.
  public let isOrdered: Bool
  /// Whether the other side made it.
  public let isRemote: Bool

  /// Called when the channel opens.
  public var onOpen: (() -> Void)?
  /// Called with each message that arrives, at its time of the simulation. It may send, and call whatever else peers and simulation have, but
  /// not `Simulation.run`.
  public var onMessage: ((RTCDataChannelMessage) -> Void)?
  /// Called when the channel has closed.
  public var onClose: (() -> Void)?

  let handle: DataChannelHandle
  private weak var peer: SimulatedPeer?

  init(_ handle: DataChannelHandle, of peer: SimulatedPeer, _ description: DataChannelDescription) {
    self.handle = handle
    self.peer = peer
    label = description.options.label
    `protocol` = description.options.subprotocol
    isOrdered = description.options.isOrdered
    isRemote = description.isRemote
  }

  /// The channel's number, the same on both sides; `nil` until the DTLS roles are known.
  public var id: UInt16? { peer?.engine.dataChannel(handle)?.id }

  /// The state.
  public var readyState: RTCDataChannelState {
    switch peer?.engine.dataChannel(handle)?.state {
    case .connecting: .connecting
    case .open: .open
    case .closing: .closing
    case .closed, nil: .closed
    }
  }

  /// Bytes of messages that have been given to `send` and not yet to the network.
  public var bufferedAmount: Int { peer?.engine.bufferedAmount(of: handle) ?? 0 }

  /// The messages that have arrived, in their order.
  public var messages: [RTCDataChannelMessage] { arrivals.map(\.message) }

  /// The messages that have arrived, and when, in virtual time since the start.
  public var arrivals: [(time: Duration, message: RTCDataChannelMessage)] {
    (peer?.messages[handle] ?? []).map { (Duration($0.time - .zero), RTCDataChannelMessage($0.message)) }
  }

  /// Sends a message now, in virtual time.
  ///
  /// - Throws: `WebRTCError.invalidStateError` unless the channel is open, `.typeError` for a message larger than the peer takes,
  ///   `.operationError` when too much waits to be sent already.
  public func send(_ message: RTCDataChannelMessage) throws(WebRTCError) {
    guard let peer else { throw .invalidStateError("The simulation of the data channel is gone.") }
    let limit = peer.engine.sctpTransport?.maximumMessageSize ?? .max
    guard message.byteCount <= limit else {
      throw .typeError("The message has \(message.byteCount) bytes, and the peer takes \(limit) at most.")
    }
    do throws(DataChannelError) {
      try peer.change { engine, now throws(DataChannelError) in
        try engine.send(DataChannelMessage(message), on: handle, now: now)
      }
    } catch {
      throw error == .bufferFull
        ? .operationError("\(bufferedAmount) bytes are buffered already; run the simulation until some are sent.")
        : .invalidStateError("The data channel is \(readyState.rawValue), so nothing can be sent.")
    }
  }

  /// Sends text; otherwise as `send(_:)` for a message.
  public func send(_ text: String) throws(WebRTCError) { try send(.text(text)) }

  /// Sends bytes; otherwise as `send(_:)` for a message.
  public func send(_ bytes: [UInt8]) throws(WebRTCError) { try send(.binary(bytes)) }

  /// Closes the channel once what is buffered has been sent.
  public func close() { peer?.change { engine, now in engine.closeDataChannel(handle, now: now) } }
}

extension RTCDataChannelMessage {
  init(_ message: DataChannelMessage) {
    switch message.kind {
    case .text: self = .text(String(decoding: message.bytes, as: UTF8.self))
    case .binary: self = .binary(message.bytes)
    }
  }
}

extension DataChannelMessage {
  init(_ message: RTCDataChannelMessage) {
    switch message {
    case .text(let text): self.init(text: text)
    case .binary(let bytes): self.init(.binary, bytes)
    }
  }
}
