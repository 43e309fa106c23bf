/// What this endpoint can send or receive of one kind (webrtc-pc).
public struct RTCRtpCapabilities: Codable, Hashable, Sendable {
  /// Media codecs, and `rtx` and the like, the preferred first.
  public var codecs: [RTCRtpCodec]
  /// The header extensions.
  public var headerExtensions: [RTCRtpHeaderExtensionCapability]

  /// Takes the values as they are.
  public init(codecs: [RTCRtpCodec], headerExtensions: [RTCRtpHeaderExtensionCapability]) {
    self.codecs = codecs
    self.headerExtensions = headerExtensions
  }
}

/// A header extension that can be used (webrtc-pc).
public struct RTCRtpHeaderExtensionCapability: Codable, Hashable, Sendable {
  /// The URI of `a=extmap`.
  public var uri: String

  /// Takes the URI as it is.
  public init(uri: String) { self.uri = uri }
}
