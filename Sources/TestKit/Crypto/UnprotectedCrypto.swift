import RTCBase
import RTCSecurity

/// Crypto that protects nothing once a handshake is complete: whatever comes from the peer's address counts as authentic, media and data.
///
/// For tests and fuzzers of what an authenticated peer may send, in which everything else is as in a call.
package final class UnprotectedCrypto: CryptoProvider {
  private let base: DeterministicCrypto

  package init(seed: UInt64) { base = DeterministicCrypto(seed: seed, protectsApplicationData: false) }

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

  /// The datagram that carries application data in a connected session.
  package static func datagram(ofApplicationData bytes: [UInt8]) -> [UInt8] {
    StandInRecord.write(.applicationData, epoch: 1, number: 0, payload: bytes)
  }

  /// The application data of a datagram of a connected session; `nil` when it has none.
  package static func applicationData(in datagram: [UInt8]) -> [UInt8]? {
    datagram.withRawSpan { bytes in
      var reader = ByteReader(bytes)
      guard let record = StandInRecord.parse(&reader), record.content == .applicationData else { return nil }
      return record.payload
    }
  }
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
