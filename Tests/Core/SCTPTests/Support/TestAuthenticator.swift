import RTCBase
import RTCSecurity

/// A keyed hash without any claim to secrecy.
final class TestAuthenticator: MessageAuthenticator {
  private let key: UInt64

  init(key: UInt64) { self.key = key }

  func authenticate(_ first: RawSpan, _ second: RawSpan) -> [UInt8] {
    var hash = key ^ 0xCBF2_9CE4_8422_2325
    for offset in 0..<first.byteCount { hash = (hash ^ UInt64(first.uint8(at: offset))) &* 0x100_0000_01B3 }
    for offset in 0..<second.byteCount { hash = (hash ^ UInt64(second.uint8(at: offset))) &* 0x100_0000_01B3 }
    return (0..<20).map { UInt8(truncatingIfNeeded: hash >> UInt64($0 * 3)) }
  }
}
