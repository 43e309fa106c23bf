/// The core's only source of randomness, injected by whoever builds an engine.
///
/// The shell passes the system's generator; a test passes `seeded`, so that the same seed gives the same bytes.
package final class RandomSource: RandomNumberGenerator {
  private let generate: () -> UInt64

  package init(_ generate: @escaping () -> UInt64) { self.generate = generate }

  package func next() -> UInt64 { generate() }

  /// SplitMix64: reproducible, without any claim to secrecy.
  package static func seeded(_ seed: UInt64) -> RandomSource {
    var state = seed
    return RandomSource {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  package func uint32() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 32) }
  package func uint16() -> UInt16 { UInt16(truncatingIfNeeded: next() >> 48) }

  package func bytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(count)
    while bytes.count < count {
      var word = next()
      for _ in 0..<min(8, count - bytes.count) {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
    }
    return bytes
  }

  /// A text of `count` characters of the ice-char alphabet (RFC 8839 §5.4), six random bits each.
  package func iceCharacters(_ count: Int) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    return String(decoding: bytes(count).map { alphabet[Int($0 & 63)] }, as: UTF8.self)
  }
}
