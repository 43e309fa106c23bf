/// SipHash-2-4 (Aumasson and Bernstein): a hash that without its key tells nothing of what was hashed.
package struct SipHash {
  private var v0: UInt64
  private var v1: UInt64
  private var v2: UInt64
  private var v3: UInt64

  /// The hash of `bytes` under a key of 16 bytes.
  package static func hash(_ bytes: [UInt8], key: [UInt8]) -> UInt64 {
    var state = SipHash(key: key)
    var index = 0
    while bytes.count - index >= 8 {
      state.absorb(word(bytes, index, count: 8))
      index += 8
    }
    let rest = word(bytes, index, count: bytes.count - index)
    state.absorb(rest | UInt64(truncatingIfNeeded: bytes.count & 0xFF) << 56)
    state.v2 ^= 0xFF
    for _ in 0..<4 { state.round() }
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3
  }

  private init(key: [UInt8]) {
    let (low, high) = (Self.word(key, 0, count: 8), Self.word(key, 8, count: 8))
    v0 = low ^ 0x736F_6D65_7073_6575
    v1 = high ^ 0x646F_7261_6E64_6F6D
    v2 = low ^ 0x6C79_6765_6E65_7261
    v3 = high ^ 0x7465_6462_7974_6573
  }

  private static func word(_ bytes: [UInt8], _ start: Int, count: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<count where start + index < bytes.count {
      word |= UInt64(bytes[start + index]) << UInt64(8 * index)
    }
    return word
  }

  private mutating func absorb(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  private mutating func round() {
    func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
    v0 = v0 &+ v1
    v1 = rotate(v1, 13) ^ v0
    v0 = rotate(v0, 32)
    v2 = v2 &+ v3
    v3 = rotate(v3, 16) ^ v2
    v0 = v0 &+ v3
    v3 = rotate(v3, 21) ^ v0
    v2 = v2 &+ v1
    v1 = rotate(v1, 17) ^ v2
    v2 = rotate(v2, 32)
  }
}
