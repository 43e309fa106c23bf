import RTCBase
import RTCNativeCrypto
import RTCSecurity
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite("Certificates")
struct CertificateTests {
  @Test("DT-06: a new certificate lasts 30 days unless told otherwise, and never more than a year")
  func expiry() throws {
    let now = Int64(time(nil))
    let day: Int64 = 24 * 3_600
    for (asked, expected) in [(30 * day, 30 * day), (day, day), (10_000 * day, 365 * day), (-5, 0)] {
      let certificate = try OpenSSLCertificate.generate(lifetimeSeconds: asked)
      #expect(abs(certificate.expires / 1_000 - now - expected) <= 2)
    }
    #expect(try abs(OpenSSLCertificate.generate().expires / 1_000 - now - 30 * day) <= 2)
  }

  @Test("DT-06: fingerprints are the digests of the certificate, SHA-256 first")
  func fingerprints() throws {
    let certificate = try Certificates.ecdsa.get().0
    let provider = OpenSSLCryptoProvider()
    #expect(certificate.fingerprints.map(\.algorithm) == ["sha-256", "sha-384", "sha-512"])
    for fingerprint in certificate.fingerprints {
      #expect(provider.digest(fingerprint.algorithm, of: certificate.der) == fingerprint.digest)
    }
  }

  @Test("DT-06: no two certificates are alike, not even in their serial numbers")
  func unique() throws {
    // The serial number: after the outer and inner sequence (4 bytes each at this size) and the version (5 bytes).
    let serials = try (0..<8).map { _ in try Array(OpenSSLCertificate.generate().der[12..<31]) }
    #expect(Set(serials).count == 8)
  }

  @Test("A certificate survives PEM, in either order of its parts", arguments: [false, true])
  func pem(rsa: Bool) throws {
    let certificate = try rsa ? Certificates.rsa.get().0 : Certificates.ecdsa.get().0
    let text = try certificate.pem()
    let parts = text.split(separator: "-----BEGIN CERTIFICATE-----", maxSplits: 1)
    for text in [text, "-----BEGIN CERTIFICATE-----" + parts[1] + parts[0]] {
      let copy = try OpenSSLCertificate(pem: text)
      #expect(copy.der == certificate.der && copy.expires == certificate.expires)
      #expect(try copy.pem() == certificate.pem())
    }
    var options = PairOptions()
    options.clientCertificate = try OpenSSLCertificate(pem: text)
    options.fingerprintsOfClient = certificate.fingerprints
    try withNativePair(.init(), options) { pair in
      pair.connect()
      #expect(pair.isConnected)
    }
  }

  @Test("Text that is no certificate with its key is refused with a reason")
  func brokenPEM() throws {
    let first = try Certificates.ecdsa.get().0.pem()
    let second = try Certificates.ecdsa.get().1.pem()
    let certificateOnly = first.split(separator: "-----BEGIN CERTIFICATE-----", maxSplits: 1)[1]
    let keyOfAnother =
      second.split(separator: "-----BEGIN CERTIFICATE-----", maxSplits: 1)[0] + "-----BEGIN CERTIFICATE-----"
      + certificateOnly
    for text in ["", "hello", "-----BEGIN CERTIFICATE-----" + certificateOnly, String(keyOfAnother)] {
      let error = #expect(throws: CryptoError.self) { try OpenSSLCertificate(pem: text) }
      #expect(error?.description.isEmpty == false)
    }
  }

  @Test("Certificates are made on several threads at once and shared between them")
  func threads() async throws {
    let shared = try OpenSSLCertificate.generate()
    let provider = OpenSSLCryptoProvider()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let own = try OpenSSLCertificate.generate()
          let session = try provider.makeDTLSSession(
            DTLSConfiguration(role: .client, certificate: shared, remoteFingerprints: own.fingerprints))
          session.start(now: .zero)
          return session.nextDatagram() != nil
        }
      }
      for try await sentHello in group { #expect(sentHello) }
    }
    #expect(provider.liveObjectCount == 0)
  }
}
