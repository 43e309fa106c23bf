import COpenSSLShims
import RTCBase
import RTCSecurity

/// The real crypto: OpenSSL 3 for DTLS, certificates and hashes, libsrtp2 for SRTP.
///
/// One provider serves any number of connections on any threads; each session it makes belongs to one event loop.
package final class OpenSSLCryptoProvider: CryptoProvider, Sendable {
  /// Whether `a=fingerprint:sha-1` is believed. Off, as RFC 8122 §5 and the browsers have it.
  package let allowsSHA1Fingerprints: Bool
  private let liveObjects = LiveObjectCounter()

  package init(allowsSHA1Fingerprints: Bool = false) {
    self.allowsSHA1Fingerprints = allowsSHA1Fingerprints
  }

  /// Sessions and contexts that this provider made and that are still alive, so that tests can tell that all are freed.
  package var liveObjectCount: Int { liveObjects.count }

  package func makeMessageAuthenticator(key: [UInt8]) -> any MessageAuthenticator {
    OpenSSLMessageAuthenticator(key: key, counter: liveObjects)
  }

  package func makeDTLSSession(_ configuration: DTLSConfiguration) throws(CryptoError) -> any DTLSSession {
    try OpenSSLDTLSSession(configuration, provider: self, counter: liveObjects)
  }

  package func makeSRTPContext(_ keys: SRTPKeyingMaterial) throws(CryptoError) -> any SRTPContext {
    try LibSRTPContext(keys, counter: liveObjects)
  }

  package func digest(_ algorithm: String, of bytes: [UInt8]) -> [UInt8]? {
    guard let hash = FingerprintHash(name: algorithm), accepts(hash) else { return nil }
    return hash.digest(of: bytes)
  }

  func accepts(_ hash: FingerprintHash) -> Bool { hash != .sha1 || allowsSHA1Fingerprints }
}
