import RTCBase
import RTCSecurity

/// Another provider's crypto that remembers what packets held before they were protected.
package final class ObservedCrypto: CryptoProvider {
  private struct Plain {
    let bytes: [UInt8]
    /// Of what protection made of them.
    let digest: UInt64
  }

  private let base: any CryptoProvider
  private var plain: [ObjectIdentifier: Plain] = [:]
  package var isObserving = false {
    didSet { if !isObserving { plain.removeAll() } }
  }

  package init(_ base: any CryptoProvider) { self.base = base }

  /// What the packet held, once; `nil` unless it still holds what protection made: buffers go back to their pool and come again as others.
  package func takePlain(of packet: PacketBuffer) -> [UInt8]? {
    guard let known = plain.removeValue(forKey: ObjectIdentifier(packet)), known.digest == digest(of: packet) else {
      return nil
    }
    return known.bytes
  }

  fileprivate func protect(
    _ packet: PacketBuffer, _ body: (PacketBuffer) throws(SRTPError) -> Void
  ) throws(SRTPError) {
    guard isObserving else { return try body(packet) }
    let bytes = packet.bytes.copied()
    try body(packet)
    plain[ObjectIdentifier(packet)] = Plain(bytes: bytes, digest: digest(of: packet))
  }

  private func digest(of packet: PacketBuffer) -> UInt64 {
    var hash = StandInHash(seed: 0)
    hash.combine(packet.bytes)
    return hash.word
  }

  package func makeMessageAuthenticator(key: [UInt8]) -> any MessageAuthenticator {
    base.makeMessageAuthenticator(key: key)
  }

  package func makeDTLSSession(_ configuration: DTLSConfiguration) throws(CryptoError) -> any DTLSSession {
    try base.makeDTLSSession(configuration)
  }

  package func makeSRTPContext(_ keys: SRTPKeyingMaterial) throws(CryptoError) -> any SRTPContext {
    ObservedSRTPContext(try base.makeSRTPContext(keys), crypto: self)
  }

  package func digest(_ algorithm: String, of bytes: [UInt8]) -> [UInt8]? { base.digest(algorithm, of: bytes) }
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
    try crypto.protect(packet) { packet throws(SRTPError) in try base.protectRTP(packet) }
  }

  func protectRTCP(_ packet: PacketBuffer) throws(SRTPError) {
    try crypto.protect(packet) { packet throws(SRTPError) in try base.protectRTCP(packet) }
  }

  func unprotectRTP(_ packet: PacketBuffer) throws(SRTPError) { try base.unprotectRTP(packet) }
  func unprotectRTCP(_ packet: PacketBuffer) throws(SRTPError) { try base.unprotectRTCP(packet) }
  func removeStream(_ ssrc: SSRC) { base.removeStream(ssrc) }
}
