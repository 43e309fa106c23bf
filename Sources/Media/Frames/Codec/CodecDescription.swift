/// A codec as session descriptions name it: what a factory offers (webrtc-pc §5.2, `RTCRtpCodec`).
public struct CodecDescription: Hashable, Sendable {
  /// How frames become RTP payloads.
  public enum PayloadFormat: Hashable, Sendable {
    /// RFC 7741.
    case vp8
    /// RFC 7587: a packet of Opus is a payload.
    case opus
    /// RFC 3551 §4.5: samples are the payload.
    case samples
    /// Bytes as they are: sound in one payload a frame; pictures cut at the packet size, the last packet with the
    /// marker.
    case raw
  }

  /// The MIME type, such as `video/VP8`. Compared without regard to case.
  public var mimeType: String
  /// The RTP clock rate in hertz.
  public var clockRate: Int
  /// Channels of an audio codec; `nil` for video.
  public var channels: Int?
  /// The format parameters to offer, in order, as they stand in an `fmtp` line.
  public var parameters: [Parameter]
  /// How frames become RTP payloads.
  public var payloadFormat: PayloadFormat
  /// Whether the factory makes encoders.
  public var canEncode: Bool
  /// Whether the factory makes decoders.
  public var canDecode: Bool

  /// One format parameter.
  public struct Parameter: Hashable, Sendable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// A parameter with its value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A codec that is encoded and decoded unless said otherwise.
  public init(
    mimeType: String, clockRate: Int, channels: Int? = nil, parameters: [Parameter] = [],
    payloadFormat: PayloadFormat = .raw, canEncode: Bool = true, canDecode: Bool = true
  ) {
    self.mimeType = mimeType
    self.clockRate = clockRate
    self.channels = channels
    self.parameters = parameters
    self.payloadFormat = payloadFormat
    self.canEncode = canEncode
    self.canDecode = canDecode
  }

  /// Whether this is the codec of a MIME type.
  public func matches(mimeType: String) -> Bool { self.mimeType.lowercased() == mimeType.lowercased() }

  /// Whether the codec carries sound.
  public var isAudio: Bool { mimeType.lowercased().hasPrefix("audio/") }
}
