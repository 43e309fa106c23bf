import RTCSecurity
import Testing
import WebRTCTypes

struct RTCCertificateTests {
  private final class Certificate: LocalCertificate {
    let der: [UInt8]
    let expires: Int64 = 1_800_000_000_000
    var fingerprints: [CertificateFingerprint] { [CertificateFingerprint(algorithm: "sha-256", digest: [0xAB, 0x0C])] }
    init(_ der: [UInt8]) { self.der = der }
  }

  @Test("PC-20: a certificate tells its expiry and its fingerprints, in lower case")
  func attributes() {
    let certificate = RTCCertificate(Certificate([1]))
    #expect(certificate.expires == 1.8e12)
    #expect(certificate.fingerprints == [RTCDtlsFingerprint(algorithm: "sha-256", value: "ab:0c")])
    #expect(certificate == RTCCertificate(Certificate([1])))
    #expect(certificate != RTCCertificate(Certificate([2])))
  }

  @Test("PC-08: the certificates of a configuration stay where they are when it is encoded")
  func configuration() throws {
    let configuration = RTCConfiguration(certificates: [RTCCertificate(Certificate([1]))])
    #expect(try JSON.value(RTCConfiguration.self, JSON.text(configuration)).certificates.isEmpty)
    #expect(configuration == RTCConfiguration(certificates: [RTCCertificate(Certificate([1]))]))
    #expect(configuration != RTCConfiguration())
  }
}
