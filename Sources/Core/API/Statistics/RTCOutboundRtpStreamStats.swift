/// An RTP stream that is sent (webrtc-stats).
public struct RTCOutboundRtpStreamStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `outbound-rtp`
  public private(set) var type = RTCStatsType.outboundRtp
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
  /// The `mid` of the transceiver.
  public var mid: String?
  /// The `RTCAudioSourceStats` or `RTCVideoSourceStats`.
  public var mediaSourceId: String?
  /// The `RTCRemoteInboundRtpStreamStats`.
  public var remoteId: String?
  /// The simulcast layer.
  public var rid: String?
  /// The index in `encodings`.
  public var encodingIndex: UInt32?
  /// Bytes of RTP headers and padding sent.
  public var headerBytesSent: UInt64?
  /// Retransmitted packets sent.
  public var retransmittedPacketsSent: UInt64?
  /// Payload bytes of retransmitted packets sent.
  public var retransmittedBytesSent: UInt64?
  /// The source of retransmissions.
  public var rtxSsrc: UInt32?
  /// What the encoder aims at, in bits per second.
  public var targetBitrate: Double?
  /// Sum of the bytes that frames should have had.
  public var totalEncodedBytesTarget: UInt64?
  /// Width of the last encoded frame in pixels.
  public var frameWidth: UInt32?
  /// Height of the last encoded frame in pixels.
  public var frameHeight: UInt32?
  /// Encoded frames in the last second.
  public var framesPerSecond: Double?
  /// Video frames sent.
  public var framesSent: UInt32?
  /// Frames of more than 2.5 times the average size.
  public var hugeFramesSent: UInt32?
  /// Video frames encoded.
  public var framesEncoded: UInt32?
  /// Key frames encoded.
  public var keyFramesEncoded: UInt32?
  /// Sum of the quantization parameters of all encoded frames.
  public var qpSum: UInt64?
  /// Sums of the signal-to-noise ratios, in decibels, by plane.
  public var psnrSum: [String: Double]?
  /// How many frames were measured.
  public var psnrMeasurements: UInt64?
  /// Seconds spent on encoding.
  public var totalEncodeTime: Double?
  /// Sum of the seconds that packets waited to be sent.
  public var totalPacketSendDelay: Double?
  /// What limits the quality now.
  public var qualityLimitationReason: RTCQualityLimitationReason?
  /// Seconds spent in each reason.
  public var qualityLimitationDurations: [String: Double]?
  /// Changes of resolution because of such limits.
  public var qualityLimitationResolutionChanges: UInt32?
  /// NACK packets received.
  public var nackCount: UInt32?
  /// FIR packets received.
  public var firCount: UInt32?
  /// PLI packets received.
  public var pliCount: UInt32?
  /// The encoder by its name.
  public var encoderImplementation: String?
  /// The encoder is hardware or as efficient.
  public var powerEfficientEncoder: Bool?
  /// The encoding is being sent.
  public var active: Bool?
  /// The scalability mode, such as `L1T2`.
  public var scalabilityMode: String?
  /// Packets sent with the ECN mark ECT(1).
  public var packetsSentWithEct1: UInt64?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double, ssrc: UInt32, kind: MediaStreamTrackKind) {
    self.id = id
    self.timestamp = timestamp
    self.ssrc = ssrc
    self.kind = kind
  }
}
