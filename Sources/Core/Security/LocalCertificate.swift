/// A certificate with its private key, made by the crypto provider off the event loop and shared by any number of connections.
package protocol LocalCertificate: AnyObject, Sendable {
  /// The certificate, DER.
  var der: [UInt8] { get }
  /// Its SHA-256 fingerprint first, then any others.
  var fingerprints: [CertificateFingerprint] { get }
  /// Expiry in milliseconds since 1970 (`RTCCertificate.expires`).
  var expires: Int64 { get }
}
