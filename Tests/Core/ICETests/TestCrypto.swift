import RTCBase
import RTCSecurity

/// A keyed hash in place of HMAC-SHA1: ICE needs only that both sides compute the same 20 bytes.
final class TestCrypto: CryptoProvider {
  final class Authenticator: MessageAuthenticator {
    private let key: [UInt8]
    init(key: [UInt8]) { self.key = key }

    func authenticate(_ first: RawSpan, _ second: RawSpan) -> [UInt8] {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      for index in 0..<first.byteCount { hash = (hash ^ UInt64(first.uint8(at: index))) &* 0x100_0000_01B3 }
      for index in 0..<second.byteCount { hash = (hash ^ UInt64(second.uint8(at: index))) &* 0x100_0000_01B3 }
      return RandomSource.seeded(hash).bytes(20)
    }
  }

  func makeMessageAuthenticator(key: [UInt8]) -> any MessageAuthenticator { Authenticator(key: key) }
  func makeDTLSSession(_: DTLSConfiguration) throws(CryptoError) -> any DTLSSession { throw CryptoError("not here") }
  func makeSRTPContext(_: SRTPKeyingMaterial) throws(CryptoError) -> any SRTPContext { throw CryptoError("not here") }
  func digest(_: String, of _: [UInt8]) -> [UInt8]? { nil }
}
