import RTCBase
import RTCSecurity

/// Another provider's crypto that remembers what packets held before they were protected.
final class ObservedCrypto: CryptoProvider {
  private let base: any CryptoProvider
  private var plain: [ObjectIdentifier: [UInt8]] = [:]
  var isObserving = false

  init(_ base: any CryptoProvider) { self.base = base }

  /// What the packet held, once.
  func takePlain(of packet: PacketBuffer) -> [UInt8]? { plain.removeValue(forKey: ObjectIdentifier(packet)) }

  fileprivate func willProtect(_ packet: PacketBuffer) {
    if isObserving { plain[ObjectIdentifier(packet)] = packet.bytes.copied() }
  }

  func makeMessageAuthenticator(key: [UInt8]) -> any MessageAuthenticator { base.makeMessageAuthenticator(key: key) }

  func makeDTLSSession(_ configuration: DTLSConfiguration) throws(CryptoError) -> any DTLSSession {
    try base.makeDTLSSession(configuration)
  }

  func makeSRTPContext(_ keys: SRTPKeyingMaterial) throws(CryptoError) -> any SRTPContext {
    ObservedSRTPContext(try base.makeSRTPContext(keys), crypto: self)
  }

  func digest(_ algorithm: String, of bytes: [UInt8]) -> [UInt8]? { base.digest(algorithm, of: bytes) }
}

private final class ObservedSRTPContext: SRTPContext {
  private let base: any SRTPContext
  private let crypto: ObservedCrypto

  init(_ base: any SRTPContext, crypto: ObservedCrypto) {
    self.base = base
    self.crypto = crypto
  }

  var profile: SRTPProfile { base.profile }

  func protectRTP(_ packet: PacketBuffer) throws(SRTPError) {
    crypto.willProtect(packet)
    try base.protectRTP(packet)
  }

  func protectRTCP(_ packet: PacketBuffer) throws(SRTPError) {
    crypto.willProtect(packet)
    try base.protectRTCP(packet)
  }

  func unprotectRTP(_ packet: PacketBuffer) throws(SRTPError) { try base.unprotectRTP(packet) }
  func unprotectRTCP(_ packet: PacketBuffer) throws(SRTPError) { try base.unprotectRTCP(packet) }
  func removeStream(_ ssrc: SSRC) { base.removeStream(ssrc) }
}
