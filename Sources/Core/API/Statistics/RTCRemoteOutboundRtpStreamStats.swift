/// What the peer reports about a stream that it sends (webrtc-stats).
public struct RTCRemoteOutboundRtpStreamStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `remote-outbound-rtp`
  public private(set) var type = RTCStatsType.remoteOutboundRtp
  /// The source.
  public var ssrc: UInt32
  /// Audio or video.
  public var kind: MediaStreamTrackKind
  /// The `RTCTransportStats`.
  public var transportId: String?
  /// The `RTCCodecStats`.
  public var codecId: String?
  /// RTP packets sent, retransmissions included.
  public var packetsSent: UInt64?
  /// Payload bytes sent, without headers and padding, retransmissions included.
  public var bytesSent: UInt64?
  /// The `RTCInboundRtpStreamStats`.
  public var localId: String?
  /// The report's time by the peer's clock, in milliseconds since 1970.
  public var remoteTimestamp: Double?
  /// Sender reports received.
  public var reportsSent: UInt64?
  /// The last round-trip time in seconds (RFC 3611 §4.5).
  public var roundTripTime: Double?
  /// Sum of the round-trip times in seconds.
  public var totalRoundTripTime: Double?
  /// How many round-trip times were measured.
  public var roundTripTimeMeasurements: UInt64?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double, ssrc: UInt32, kind: MediaStreamTrackKind) {
    self.id = id
    self.timestamp = timestamp
    self.ssrc = ssrc
    self.kind = kind
  }
}
