internal import NIOPosix
internal import RTCNativeCrypto

extension RTCPeerConnection {
  /// The kind of key in a generated certificate.
  public enum CertificateAlgorithm: Hashable, Sendable {
    /// Elliptic curve P-256: the default, and a hundredth of RSA's cost.
    case ecdsaP256
    /// RSA with 2,048 bits.
    case rsa2048
  }

  /// Makes a certificate that any number of connections may use (webrtc-pc §4.10). It is made on a thread of its own.
  ///
  /// - Throws: `WebRTCError.operationError` when the crypto library fails.
  public static func generateCertificate(_ algorithm: CertificateAlgorithm = .ecdsaP256) async throws -> RTCCertificate
  {
    try await NIOThreadPool.singleton.runIfActive { try makeCertificate(algorithm) }
  }

  static func makeCertificate(_ algorithm: CertificateAlgorithm) throws -> RTCCertificate {
    do {
      return RTCCertificate(try OpenSSLCertificate.generate(algorithm == .ecdsaP256 ? .ecdsaP256 : .rsa2048))
    } catch {
      throw WebRTCError.operationError("A certificate could not be made: \(error)")
    }
  }
}
