/// One encoding that a sender makes of its track (webrtc-pc).
public struct RTCRtpEncodingParameters: Codable, Hashable, Sendable {
  /// The name of a simulcast layer; `nil` when there is only one encoding.
  public var rid: String?
  /// The encoding is sent.
  public var active: Bool
  /// The codec to use instead of the first one negotiated.
  public var codec: RTCRtpCodec?
  /// The most it may use, in bits per second without the overhead of transport and RTP.
  public var maxBitrate: UInt32?
  /// In frames per second; video only.
  public var maxFramerate: Double?
  /// By how much width and height are divided, 1 or more; video only.
  public var scaleResolutionDownBy: Double?

  /// An active encoding without limits.
  public init(
    rid: String? = nil, active: Bool = true, codec: RTCRtpCodec? = nil, maxBitrate: UInt32? = nil,
    maxFramerate: Double? = nil, scaleResolutionDownBy: Double? = nil
  ) {
    self.rid = rid
    self.active = active
    self.codec = codec
    self.maxBitrate = maxBitrate
    self.maxFramerate = maxFramerate
    self.scaleResolutionDownBy = scaleResolutionDownBy
  }

  /// An absent `active` is true.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      rid: try container.decodeIfPresent(String.self, forKey: .rid),
      active: try container.decodeIfPresent(Bool.self, forKey: .active) ?? true,
      codec: try container.decodeIfPresent(RTCRtpCodec.self, forKey: .codec),
      maxBitrate: try container.decodeIfPresent(UInt32.self, forKey: .maxBitrate),
      maxFramerate: try container.decodeIfPresent(Double.self, forKey: .maxFramerate),
      scaleResolutionDownBy: try container.decodeIfPresent(Double.self, forKey: .scaleResolutionDownBy))
  }
}
