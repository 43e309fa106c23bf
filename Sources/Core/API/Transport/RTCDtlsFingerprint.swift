/// A certificate's digest (webrtc-pc).
public struct RTCDtlsFingerprint: Codable, Hashable, Sendable {
  /// The hash function by its name in the registry, such as `sha-256`.
  public var algorithm: String
  /// Lower-case pairs of hexadecimal digits with colons between (RFC 4572 §5).
  public var value: String

  /// Takes both as they are.
  public init(algorithm: String, value: String) {
    self.algorithm = algorithm
    self.value = value
  }
}
