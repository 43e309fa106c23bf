/// The connection (webrtc-stats).
public struct RTCPeerConnectionStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `peer-connection`
  public private(set) var type = RTCStatsType.peerConnection
  /// Data channels that were opened.
  public var dataChannelsOpened: UInt32?
  /// Data channels that were closed.
  public var dataChannelsClosed: UInt32?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double) {
    self.id = id
    self.timestamp = timestamp
  }
}
