import COpenSSLShims
import RTCSecurity
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A self-signed certificate with its private key, shared by any number of connections on any threads.
package final class OpenSSLCertificate: LocalCertificate {
  package enum KeyAlgorithm: Hashable, Sendable {
    case ecdsaP256
    case rsa2048
  }

  package let der: [UInt8]
  package let fingerprints: [CertificateFingerprint]
  package let expires: Int64
  private let privateKey: [UInt8]
  /// OpenSSL's context for all sessions with this certificate, made with the first of them.
  private let context = Mutex<OpaquePointer?>(nil)

  private init(der: [UInt8], privateKey: [UInt8]) throws(CryptoError) {
    var notAfter: Int64 = 0
    guard rtc_certificate_expiry(der, der.count, &notAfter) else {
      throw CryptoError("the certificate's expiry cannot be read: \(lastOpenSSLError())")
    }
    self.der = der
    self.privateKey = privateKey
    expires = notAfter * 1_000
    fingerprints = [FingerprintHash.sha256, .sha384, .sha512].compactMap { hash in
      hash.digest(of: der).map { CertificateFingerprint(algorithm: hash.name, digest: $0) }
    }
  }

  deinit {
    context.withLock { rtc_dtls_context_free($0) }
  }

  /// The longest validity that WebRTC allows (webrtc-pc §4.10.2, `generateCertificate`).
  package static let maximumLifetimeSeconds: Int64 = 365 * 24 * 3_600

  /// Makes a key and a certificate. This costs from 0.3 ms (P-256) to 100 ms and more (RSA), so call it off the event loop.
  ///
  /// - Parameter lifetimeSeconds: validity from now on; 30 days unless told otherwise, 365 at most.
  package static func generate(
    _ algorithm: KeyAlgorithm = .ecdsaP256, lifetimeSeconds: Int64 = 30 * 24 * 3_600
  ) throws(CryptoError) -> OpenSSLCertificate {
    let now = Int64(time(nil))
    let kind = algorithm == .rsa2048 ? RTC_KEY_RSA_2048 : RTC_KEY_ECDSA_P256
    // Peers' clocks differ: one that is a day behind still finds the certificate valid.
    let notBefore = now - 24 * 3_600
    let notAfter = now + min(max(lifetimeSeconds, 0), maximumLifetimeSeconds)
    var certificate = rtc_bytes()
    var privateKey = rtc_bytes()
    guard rtc_certificate_generate(kind, notBefore, notAfter, &certificate, &privateKey) else {
      throw CryptoError("no certificate could be made: \(lastOpenSSLError())")
    }
    return try OpenSSLCertificate(der: taking(certificate), privateKey: taking(privateKey))
  }

  /// Reads a certificate and its private key (not encrypted), in either order.
  package convenience init(pem: String) throws(CryptoError) {
    var certificate = rtc_bytes()
    var privateKey = rtc_bytes()
    let bytes = Array(pem.utf8)
    guard rtc_certificate_from_pem(bytes, bytes.count, &certificate, &privateKey) else {
      let reason = lastOpenSSLError()
      throw CryptoError(
        "the text has no certificate with a matching private key in PEM form" + (reason.isEmpty ? "" : ": \(reason)"))
    }
    try self.init(der: taking(certificate), privateKey: taking(privateKey))
  }

  /// The private key followed by the certificate, as PEM.
  package func pem() throws(CryptoError) -> String {
    var text = rtc_bytes()
    guard rtc_certificate_to_pem(der, der.count, privateKey, privateKey.count, &text) else {
      throw CryptoError("the certificate cannot be written as PEM: \(lastOpenSSLError())")
    }
    return String(decoding: taking(text), as: UTF8.self)
  }

  /// A new association under this certificate; the caller frees it.
  func makeDTLS(_ options: rtc_dtls_options, srtpProfiles: String) throws(CryptoError) -> OpaquePointer {
    // The pointer passes the lock as a number: it belongs to the caller alone.
    let address = context.withLock { context -> UInt in
      if context == nil { context = rtc_dtls_context_new(der, der.count, privateKey, privateKey.count) }
      guard let context else { return 0 }
      var options = options
      return UInt(bitPattern: rtc_dtls_new(context, &options, srtpProfiles))
    }
    guard let dtls = OpaquePointer(bitPattern: address) else {
      throw CryptoError("OpenSSL cannot start DTLS with this certificate: \(lastOpenSSLError())")
    }
    return dtls
  }
}

/// Copies bytes out of C and frees them.
private func taking(_ bytes: rtc_bytes) -> [UInt8] {
  defer { rtc_bytes_free(bytes) }
  return [UInt8](UnsafeBufferPointer(start: bytes.data, count: bytes.count))
}

/// The reason for OpenSSL's last failure on this thread; empty when it gave none.
func lastOpenSSLError() -> String {
  var text = [CChar](repeating: 0, count: 256)
  rtc_last_error(&text, text.count)
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
