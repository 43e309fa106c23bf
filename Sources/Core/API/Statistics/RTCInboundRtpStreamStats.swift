/// An RTP stream that is received (webrtc-stats).
public struct RTCInboundRtpStreamStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `inbound-rtp`
  public private(set) var type = RTCStatsType.inboundRtp
  /// The source.
  public var ssrc: UInt32
  /// Audio or video.
  public var kind: MediaStreamTrackKind
  /// The `id` of the receiver's track.
  public var trackIdentifier: String
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
  /// The `mid` of the transceiver.
  public var mid: String?
  /// The `RTCRemoteOutboundRtpStreamStats`.
  public var remoteId: String?
  /// Video frames decoded.
  public var framesDecoded: UInt32?
  /// Key frames decoded.
  public var keyFramesDecoded: UInt32?
  /// Video frames rendered.
  public var framesRendered: UInt32?
  /// Video frames dropped before or after decoding.
  public var framesDropped: UInt32?
  /// Width of the last decoded frame in pixels.
  public var frameWidth: UInt32?
  /// Height of the last decoded frame in pixels.
  public var frameHeight: UInt32?
  /// Decoded frames in the last second.
  public var framesPerSecond: Double?
  /// Sum of the quantization parameters of all decoded frames.
  public var qpSum: UInt64?
  /// Seconds spent on decoding.
  public var totalDecodeTime: Double?
  /// Sum of the seconds between frames rendered one after the other.
  public var totalInterFrameDelay: Double?
  /// Sum of the squares of those seconds.
  public var totalSquaredInterFrameDelay: Double?
  /// Times without a frame for more than five seconds.
  public var pauseCount: UInt32?
  /// Seconds of all pauses.
  public var totalPausesDuration: Double?
  /// Times in which frames were unusually far apart.
  public var freezeCount: UInt32?
  /// Seconds of all freezes.
  public var totalFreezesDuration: Double?
  /// When the last packet came, in milliseconds since 1970.
  public var lastPacketReceivedTimestamp: Double?
  /// Bytes of RTP headers and padding received.
  public var headerBytesReceived: UInt64?
  /// Packets that came too late or too early to be played.
  public var packetsDiscarded: UInt64?
  /// Payload bytes of error correction received.
  public var fecBytesReceived: UInt64?
  /// Packets of error correction received.
  public var fecPacketsReceived: UInt64?
  /// Packets of error correction not used.
  public var fecPacketsDiscarded: UInt64?
  /// Payload bytes received, without headers and padding.
  public var bytesReceived: UInt64?
  /// NACK packets sent.
  public var nackCount: UInt32?
  /// FIR packets sent.
  public var firCount: UInt32?
  /// PLI packets sent.
  public var pliCount: UInt32?
  /// Sum of the seconds from the first packet to the decoded samples or frame.
  public var totalProcessingDelay: Double?
  /// When what plays now was captured, by the sender's clock in milliseconds since 1970.
  public var estimatedPlayoutTimestamp: Double?
  /// Sum of the seconds that samples or frames spent in the jitter buffer.
  public var jitterBufferDelay: Double?
  /// Sum of the seconds that the jitter buffer aimed at.
  public var jitterBufferTargetDelay: Double?
  /// Samples or frames that left the jitter buffer.
  public var jitterBufferEmittedCount: UInt64?
  /// Sum of the seconds that the network alone would need.
  public var jitterBufferMinimumDelay: Double?
  /// Audio samples received or concealed.
  public var totalSamplesReceived: UInt64?
  /// Samples that were made up for missing ones.
  public var concealedSamples: UInt64?
  /// Concealed samples that are silence.
  public var silentConcealedSamples: UInt64?
  /// Times that concealment began.
  public var concealmentEvents: UInt64?
  /// Samples inserted to slow playing down.
  public var insertedSamplesForDeceleration: UInt64?
  /// Samples removed to speed playing up.
  public var removedSamplesForAcceleration: UInt64?
  /// 0 to 1, linear; 1 is full scale.
  public var audioLevel: Double?
  /// Sum of duration times the square of the level.
  public var totalAudioEnergy: Double?
  /// Seconds of audio that were played or concealed.
  public var totalSamplesDuration: Double?
  /// Complete video frames received.
  public var framesReceived: UInt32?
  /// The decoder by its name.
  public var decoderImplementation: String?
  /// The `RTCAudioPlayoutStats`.
  public var playoutId: String?
  /// The decoder is hardware or as efficient.
  public var powerEfficientDecoder: Bool?
  /// Frames of more than one packet.
  public var framesAssembledFromMultiplePackets: UInt32?
  /// Seconds between such frames' first and last packet.
  public var totalAssemblyTime: Double?
  /// Retransmitted packets received.
  public var retransmittedPacketsReceived: UInt64?
  /// Payload bytes of retransmitted packets received.
  public var retransmittedBytesReceived: UInt64?
  /// The source of retransmissions.
  public var rtxSsrc: UInt32?
  /// The source of error correction.
  public var fecSsrc: UInt32?
  /// Sum of the corruption probabilities measured, each 0 to 1.
  public var totalCorruptionProbability: Double?
  /// Sum of their squares.
  public var totalSquaredCorruptionProbability: Double?
  /// How many there were.
  public var corruptionMeasurements: UInt64?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double, ssrc: UInt32, kind: MediaStreamTrackKind, trackIdentifier: String) {
    self.id = id
    self.timestamp = timestamp
    self.ssrc = ssrc
    self.kind = kind
    self.trackIdentifier = trackIdentifier
  }
}
