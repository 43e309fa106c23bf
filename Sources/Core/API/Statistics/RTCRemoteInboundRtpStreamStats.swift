/// What the peer reports about a stream that is sent (webrtc-stats).
public struct RTCRemoteInboundRtpStreamStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `remote-inbound-rtp`
  public private(set) var type = RTCStatsType.remoteInboundRtp
  /// The source.
  public var ssrc: UInt32
  /// Audio or video.
  public var kind: MediaStreamTrackKind
  /// The `RTCTransportStats`.
  public var transportId: String?
  /// The `RTCCodecStats`.
  public var codecId: String?
  /// RTP packets received, retransmissions included.
  public var packetsReceived: UInt64?
  /// Packets received with the ECN mark ECT(1).
  public var packetsReceivedWithEct1: UInt64?
  /// Packets received with the ECN mark CE.
  public var packetsReceivedWithCe: UInt64?
  /// Packets reported as lost in RFC 8888 feedback.
  public var packetsReportedAsLost: UInt64?
  /// Packets reported as lost that came later.
  public var packetsReportedAsLostButRecovered: UInt64?
  /// Packets lost (RFC 3550 §6.4.1); negative when there are duplicates.
  public var packetsLost: Int64?
  /// Jitter in seconds (RFC 3550 §6.4.1).
  public var jitter: Double?
  /// The `RTCOutboundRtpStreamStats`.
  public var localId: String?
  /// The last round-trip time in seconds.
  public var roundTripTime: Double?
  /// Sum of the round-trip times in seconds.
  public var totalRoundTripTime: Double?
  /// 0 to 1, as last reported.
  public var fractionLost: Double?
  /// How many round-trip times were measured.
  public var roundTripTimeMeasurements: UInt64?
  /// Packets that lost their ECT(1) mark on the way.
  public var packetsWithBleachedEct1Marking: UInt64?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double, ssrc: UInt32, kind: MediaStreamTrackKind) {
    self.id = id
    self.timestamp = timestamp
    self.ssrc = ssrc
    self.kind = kind
  }
}
