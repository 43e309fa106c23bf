/// A certificate of either side (webrtc-stats).
public struct RTCCertificateStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `certificate`
  public private(set) var type = RTCStatsType.certificate
  /// Upper-case pairs of hexadecimal digits with colons between.
  public var fingerprint: String
  /// Such as `sha-256`.
  public var fingerprintAlgorithm: String
  /// The certificate, DER in base 64.
  public var base64Certificate: String
  /// The issuer's `RTCCertificateStats`.
  public var issuerCertificateId: String?

  /// With what every such object has; the rest is set where it is known.
  public init(
    id: String, timestamp: Double, fingerprint: String, fingerprintAlgorithm: String, base64Certificate: String
  ) {
    self.id = id
    self.timestamp = timestamp
    self.fingerprint = fingerprint
    self.fingerprintAlgorithm = fingerprintAlgorithm
    self.base64Certificate = base64Certificate
  }
}
