import RTCBase
import RTCSecurity

/// Stands in for OpenSSL and libsrtp2 in simulations: same seed, same bytes.
///
/// Handshakes have the flights, sizes, fragments and retransmissions of real ones, and packets grow, authenticate and refuse replays as real ones
/// do, but nothing is secret: keys are made from what goes over the wire.
package final class DeterministicCrypto: CryptoProvider {
  private let random: RandomSource
  /// Bytes of a ClientHello's body; browsers' take two datagrams.
  package var clientHelloSize = 1_460

  /// Whether records of data are protected; handshakes and alerts always are.
  private let protectsApplicationData: Bool

  package convenience init(seed: UInt64) { self.init(seed: seed, protectsApplicationData: true) }

  init(seed: UInt64, protectsApplicationData: Bool) {
    random = .seeded(seed)
    self.protectsApplicationData = protectsApplicationData
  }

  /// A certificate of this provider, different with every call.
  package func makeCertificate(expires: Int64 = 4_102_444_800_000) -> DeterministicCertificate {
    DeterministicCertificate(seed: random.next(), expires: expires)
  }

  package func makeMessageAuthenticator(key: [UInt8]) -> any MessageAuthenticator {
    DeterministicMessageAuthenticator(key: key)
  }

  package func makeDTLSSession(_ configuration: DTLSConfiguration) throws(CryptoError) -> any DTLSSession {
    guard configuration.certificate is DeterministicCertificate else {
      throw CryptoError("a certificate made by another crypto provider cannot be used with the stand-in")
    }
    guard configuration.remoteFingerprints.contains(where: { DeterministicDigest.length($0.algorithm) != nil }) else {
      throw CryptoError("no fingerprint of the peer uses an accepted hash")
    }
    return DeterministicDTLSSession(
      configuration, clientHelloSize: clientHelloSize, protectsApplicationData: protectsApplicationData, random: random)
  }

  package func makeSRTPContext(_ keys: SRTPKeyingMaterial) throws(CryptoError) -> any SRTPContext {
    let expected = keys.profile.keyLength + keys.profile.saltLength
    guard keys.localKeyAndSalt.count == expected, keys.remoteKeyAndSalt.count == expected else {
      throw CryptoError("\(keys.profile.name) takes \(expected) bytes of key and salt per direction")
    }
    return DeterministicSRTPContext(keys)
  }

  package func digest(_ algorithm: String, of bytes: [UInt8]) -> [UInt8]? {
    DeterministicDigest.digest(algorithm, of: bytes)
  }
}

/// Digests of the right lengths, and nothing else of the real functions.
enum DeterministicDigest {
  static func length(_ algorithm: String) -> Int? {
    switch algorithm.lowercased() {
    case "sha-256": 32
    case "sha-384": 48
    case "sha-512": 64
    default: nil
    }
  }

  static func digest(_ algorithm: String, of bytes: [UInt8]) -> [UInt8]? {
    guard let length = length(algorithm) else { return nil }
    return StandInHash(seed: UInt64(length), key: bytes).bytes(length)
  }
}

/// A certificate of the usual size without a key pair behind it.
package final class DeterministicCertificate: LocalCertificate {
  package let der: [UInt8]
  package let fingerprints: [CertificateFingerprint]
  package let expires: Int64

  package init(seed: UInt64, expires: Int64 = 4_102_444_800_000) {
    // A self-signed P-256 certificate with a short name takes about this much.
    let der = RandomSource.seeded(seed).bytes(286)
    self.der = der
    self.expires = expires
    fingerprints = ["sha-256", "sha-384", "sha-512"].compactMap { algorithm in
      DeterministicDigest.digest(algorithm, of: der).map { CertificateFingerprint(algorithm: algorithm, digest: $0) }
    }
  }
}

/// A 20-byte keyed checksum in place of HMAC-SHA1.
final class DeterministicMessageAuthenticator: MessageAuthenticator {
  private let keyed: StandInHash

  init(key: [UInt8]) { keyed = StandInHash(seed: StandInHash(key: key).word) }

  func authenticate(_ first: RawSpan, _ second: RawSpan) -> [UInt8] {
    var hash = keyed
    hash.combine(first)
    hash.combine(second)
    return hash.bytes(20)
  }
}
