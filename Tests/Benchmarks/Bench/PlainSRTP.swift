import RTCBase
import RTCSecurity

/// SRTP without cryptography: a trailer of the right size goes on and off. What is left of a packet's cost is the stack's own.
final class PlainSRTPContext: SRTPContext {
  let profile: SRTPProfile

  init(profile: SRTPProfile) { self.profile = profile }

  func protectRTP(_ packet: PacketBuffer) throws(SRTPError) { try grow(packet, by: profile.rtpOverhead) }
  func unprotectRTP(_ packet: PacketBuffer) throws(SRTPError) { try shrink(packet, by: profile.rtpOverhead) }
  func protectRTCP(_ packet: PacketBuffer) throws(SRTPError) { try grow(packet, by: profile.rtcpOverhead) }
  func unprotectRTCP(_ packet: PacketBuffer) throws(SRTPError) { try shrink(packet, by: profile.rtcpOverhead) }
  func removeStream(_ ssrc: SSRC) {}

  private func grow(_ packet: PacketBuffer, by count: Int) throws(SRTPError) {
    guard packet.remainingCapacity >= count else { throw .limitReached }
    try packet.withStorage { (_, used) throws(SRTPError) in used + count }
  }

  private func shrink(_ packet: PacketBuffer, by count: Int) throws(SRTPError) {
    guard packet.count >= count else { throw .malformed }
    packet.truncate(to: packet.count - count)
  }
}

/// The real crypto for ICE and DTLS, and none for media.
final class PlainMediaCrypto: CryptoProvider {
  private let real: any CryptoProvider

  init(_ real: any CryptoProvider) { self.real = real }

  func makeMessageAuthenticator(key: [UInt8]) -> any MessageAuthenticator { real.makeMessageAuthenticator(key: key) }
  func makeDTLSSession(_ configuration: DTLSConfiguration) throws(CryptoError) -> any DTLSSession {
    try real.makeDTLSSession(configuration)
  }
  func makeSRTPContext(_ keys: SRTPKeyingMaterial) throws(CryptoError) -> any SRTPContext {
    PlainSRTPContext(profile: keys.profile)
  }
  func digest(_ algorithm: String, of bytes: [UInt8]) -> [UInt8]? { real.digest(algorithm, of: bytes) }
}
