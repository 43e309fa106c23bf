import RTCBase

/// A keyed mixing function: the same on every machine, quick, and without any secrecy.
///
/// How the input is split into calls does not matter.
struct StandInHash {
  private var state: UInt64
  /// Bytes that do not fill a word yet, the first in the low bits.
  private var pending: UInt64 = 0
  private var pendingCount = 0
  private var byteCount = 0

  init(seed: UInt64) { state = Self.mix(seed) }

  init(seed: UInt64 = 0, key: [UInt8]) {
    self.init(seed: seed)
    key.withRawSpan { combine($0) }
  }

  mutating func combine(_ bytes: RawSpan) {
    byteCount += bytes.byteCount
    var offset = 0
    while offset < bytes.byteCount, pendingCount > 0 {
      push(bytes.uint8(at: offset))
      offset += 1
    }
    while offset + 8 <= bytes.byteCount {
      absorb(UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    while offset < bytes.byteCount {
      push(bytes.uint8(at: offset))
      offset += 1
    }
  }

  mutating func combine(_ bytes: [UInt8]) {
    bytes.withRawSpan { combine($0) }
  }

  mutating func combine(_ word: UInt64) {
    for shift in 0..<8 { push(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    byteCount += 8
  }

  /// The result as one word.
  var word: UInt64 { Self.mix(Self.mix(state ^ pending) &+ UInt64(truncatingIfNeeded: byteCount)) }

  /// The result as any number of bytes.
  func bytes(_ count: Int) -> [UInt8] { RandomSource.seeded(word).bytes(count) }

  private mutating func push(_ byte: UInt8) {
    pending |= UInt64(byte) << UInt64(8 * pendingCount)
    pendingCount += 1
    if pendingCount == 8 {
      absorb(pending)
      pending = 0
      pendingCount = 0
    }
  }

  private mutating func absorb(_ word: UInt64) {
    state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 29
  }

  /// The finalizer of SplitMix64.
  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
