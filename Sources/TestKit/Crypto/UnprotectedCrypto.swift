import RTCBase
import RTCSecurity

/// Crypto whose SRTP protects nothing: whatever comes from the peer's address counts as authentic.
///
/// For tests and fuzzers of what an authenticated peer may send, in which everything else is as in a call.
package final class UnprotectedCrypto: CryptoProvider {
  private let base: DeterministicCrypto

  package init(seed: UInt64) { base = DeterministicCrypto(seed: seed) }

  package func makeMessageAuthenticator(key: [UInt8]) -> any MessageAuthenticator {
    base.makeMessageAuthenticator(key: key)
  }

  package func makeDTLSSession(_ configuration: DTLSConfiguration) throws(CryptoError) -> any DTLSSession {
    try base.makeDTLSSession(configuration)
  }

  package func makeSRTPContext(_ keys: SRTPKeyingMaterial) throws(CryptoError) -> any SRTPContext {
    UnprotectedSRTPContext(profile: keys.profile)
  }

  package func digest(_ algorithm: String, of bytes: [UInt8]) -> [UInt8]? { base.digest(algorithm, of: bytes) }
}

private final class UnprotectedSRTPContext: SRTPContext {
  let profile: SRTPProfile

  init(profile: SRTPProfile) { self.profile = profile }

  func protectRTP(_ packet: PacketBuffer) throws(SRTPError) {}
  func unprotectRTP(_ packet: PacketBuffer) throws(SRTPError) {}
  func protectRTCP(_ packet: PacketBuffer) throws(SRTPError) {}
  func unprotectRTCP(_ packet: PacketBuffer) throws(SRTPError) {}
  func removeStream(_ ssrc: SSRC) {}
}
