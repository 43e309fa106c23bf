import CVirtualWallClock
import RTCBase
import RTCNativeCrypto
import RTCSecurity
import RTCTestKit
import Testing

/// Two certificates of each kind, made once: RSA keys take their time.
enum Certificates {
  static let ecdsa = Result { try (OpenSSLCertificate.generate(), OpenSSLCertificate.generate()) }
  static let rsa = Result {
    try (OpenSSLCertificate.generate(.rsa2048), OpenSSLCertificate.generate(.rsa2048))
  }
}

/// The wall clock that OpenSSL reads: the pair's virtual time, and what it was set back by.
final class WallClock {
  private var setBack: Int64 = 0
  private var last: Int64 = 0

  func follow(_ now: MonotonicTime) {
    last = 1_000_000_000_000_000 + now.nanoseconds / 1_000
    virtual_wall_clock_set(last - setBack)
  }

  func setBack(microseconds: Int64) {
    setBack = microseconds
    virtual_wall_clock_set(last - setBack)
  }
}

/// What a test wants to differ from the usual handshake.
struct PairOptions {
  var clientCertificate: OpenSSLCertificate?
  var serverCertificate: OpenSSLCertificate?
  var wallClock = WallClock()
  var clientProfiles = SRTPProfile.preferred
  var serverProfiles = SRTPProfile.preferred
  var maximumDatagramSize = 1_200
  var seed: UInt64 = 1
  var impairments = NetworkImpairments(delay: .milliseconds(10))
  /// What each side expects of the other; the other's true fingerprints unless set.
  var fingerprintsOfServer: [CertificateFingerprint]?
  var fingerprintsOfClient: [CertificateFingerprint]?
}

/// Runs `body` with two OpenSSL sessions whose wall clock is the pair's virtual one.
func withNativePair(
  _ provider: OpenSSLCryptoProvider = OpenSSLCryptoProvider(), _ options: PairOptions = PairOptions(),
  _ body: (DTLSSessionPair) throws -> Void
) throws {
  let (first, second) = try Certificates.ecdsa.get()
  let clientCertificate = options.clientCertificate ?? first
  let serverCertificate = options.serverCertificate ?? second
  let client = try provider.makeDTLSSession(
    DTLSConfiguration(
      role: .client, certificate: clientCertificate,
      remoteFingerprints: options.fingerprintsOfServer ?? [serverCertificate.fingerprints[0]],
      srtpProfiles: options.clientProfiles, maximumDatagramSize: options.maximumDatagramSize))
  let server = try provider.makeDTLSSession(
    DTLSConfiguration(
      role: .server, certificate: serverCertificate,
      remoteFingerprints: options.fingerprintsOfClient ?? [clientCertificate.fingerprints[0]],
      srtpProfiles: options.serverProfiles, maximumDatagramSize: options.maximumDatagramSize))
  let pair = DTLSSessionPair(
    client: client, server: server, seed: options.seed, impairments: options.impairments,
    clockMoved: options.wallClock.follow)
  defer {
    // A test's closure often holds the pair.
    pair.tamper = nil
    virtual_wall_clock_clear()
  }
  try body(pair)
}
