/// A data channel (webrtc-stats).
public struct RTCDataChannelStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `data-channel`
  public private(set) var type = RTCStatsType.dataChannel
  /// The state.
  public var state: RTCDataChannelState
  /// The label.
  public var label: String?
  /// The subprotocol.
  public var `protocol`: String?
  /// The `id`.
  public var dataChannelIdentifier: UInt16?
  /// Messages sent.
  public var messagesSent: UInt32?
  /// Payload bytes sent.
  public var bytesSent: UInt64?
  /// Messages received.
  public var messagesReceived: UInt32?
  /// Payload bytes received.
  public var bytesReceived: UInt64?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double, state: RTCDataChannelState) {
    self.id = id
    self.timestamp = timestamp
    self.state = state
  }
}
