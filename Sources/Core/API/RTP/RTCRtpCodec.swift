/// A codec that can be, or is to be, used (webrtc-pc).
public struct RTCRtpCodec: Codable, Hashable, Sendable {
  /// Type and subtype, such as `video/VP8`; compared without regard to case.
  public var mimeType: String
  /// In hertz.
  public var clockRate: UInt32
  /// `nil` for video.
  public var channels: UInt16?
  /// The parameters of its `a=fmtp` line; `nil` without one.
  public var sdpFmtpLine: String?

  /// Takes the values as they are.
  public init(mimeType: String, clockRate: UInt32, channels: UInt16? = nil, sdpFmtpLine: String? = nil) {
    self.mimeType = mimeType
    self.clockRate = clockRate
    self.channels = channels
    self.sdpFmtpLine = sdpFmtpLine
  }
}

/// The name that earlier versions of the specification had for a codec in `RTCRtpCapabilities`.
public typealias RTCRtpCodecCapability = RTCRtpCodec

/// A codec with its payload type (webrtc-pc).
public struct RTCRtpCodecParameters: Codable, Hashable, Sendable {
  /// 0 to 127.
  public var payloadType: UInt8
  /// Type and subtype, such as `video/VP8`.
  public var mimeType: String
  /// In hertz.
  public var clockRate: UInt32
  /// `nil` for video.
  public var channels: UInt16?
  /// The parameters of its `a=fmtp` line; `nil` without one.
  public var sdpFmtpLine: String?

  /// A codec under a payload type.
  public init(payloadType: UInt8, codec: RTCRtpCodec) {
    self.payloadType = payloadType
    mimeType = codec.mimeType
    clockRate = codec.clockRate
    channels = codec.channels
    sdpFmtpLine = codec.sdpFmtpLine
  }

  /// The codec without its payload type.
  public var codec: RTCRtpCodec {
    RTCRtpCodec(mimeType: mimeType, clockRate: clockRate, channels: channels, sdpFmtpLine: sdpFmtpLine)
  }
}
