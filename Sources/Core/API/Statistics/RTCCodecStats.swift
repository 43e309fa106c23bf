/// A codec that RTP streams use (webrtc-stats).
public struct RTCCodecStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `codec`
  public private(set) var type = RTCStatsType.codec
  /// 0 to 127.
  public var payloadType: UInt8
  /// The `RTCTransportStats`.
  public var transportId: String
  /// Such as `video/VP8`.
  public var mimeType: String
  /// In hertz.
  public var clockRate: UInt32?
  /// For audio.
  public var channels: UInt16?
  /// The parameters of `a=fmtp`.
  public var sdpFmtpLine: String?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double, payloadType: UInt8, transportId: String, mimeType: String) {
    self.id = id
    self.timestamp = timestamp
    self.payloadType = payloadType
    self.transportId = transportId
    self.mimeType = mimeType
  }
}
