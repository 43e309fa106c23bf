/// The companding laws of ITU-T G.711, as tables.
enum G711 {
  enum Law: Sendable {
    /// PCMU.
    case mu
    /// PCMA.
    case a
  }

  private static let muDecoded: [Int16] = (0...255).map { decodeMu(UInt8($0)) }
  private static let aDecoded: [Int16] = (0...255).map { decodeA(UInt8($0)) }
  private static let muEncoded: [UInt8] = (0..<16_384).map { encodeMu(Int(Int16(truncatingIfNeeded: $0 << 2)) >> 2) }
  private static let aEncoded: [UInt8] = (0..<8_192).map { encodeA(Int(Int16(truncatingIfNeeded: $0 << 3)) >> 3) }

  /// Two tables hold the law: indexed by the byte, and by the upper bits of the sample.
  static func decode(_ bytes: [UInt8], law: Law) -> [Int16] {
    let table = law == .mu ? muDecoded : aDecoded
    return bytes.map { table[Int($0)] }
  }

  static func encode(_ samples: [Int16], law: Law) -> [UInt8] {
    switch law {
    case .mu: samples.map { muEncoded[Int(UInt16(bitPattern: $0) >> 2)] }
    case .a: samples.map { aEncoded[Int(UInt16(bitPattern: $0) >> 3)] }
    }
  }

  // MARK: G.711 table 2a: 14-bit samples, a bias of 33, segments that double; all bits inverted.

  private static func encodeMu(_ sample: Int) -> UInt8 {
    let sign: Int = sample < 0 ? 0x80 : 0
    let magnitude = min(8_158, sample < 0 ? ~sample : sample) + 33
    let segment = max(0, Int.bitWidth - 1 - magnitude.leadingZeroBitCount - 5)
    let step = magnitude >> (segment + 1) & 0x0F
    return ~UInt8(sign | segment << 4 | step)
  }

  private static func decodeMu(_ byte: UInt8) -> Int16 {
    let value = Int(~byte)
    let segment = value >> 4 & 7
    let magnitude = (((value & 0x0F) << 1 | 33) << segment) - 33
    return Int16((value & 0x80 != 0 ? -magnitude : magnitude) << 2)
  }

  // MARK: G.711 table 1a: 13-bit samples, the first two segments alike; even bits inverted.

  private static func encodeA(_ sample: Int) -> UInt8 {
    let sign = sample < 0 ? 0 : 0x80
    let magnitude = min(4_095, sample < 0 ? ~sample : sample)
    let segment = max(0, Int.bitWidth - 1 - magnitude.leadingZeroBitCount - 4)
    let step = segment <= 1 ? magnitude >> 1 & 0x0F : magnitude >> segment & 0x0F
    return UInt8(sign | segment << 4 | step) ^ 0x55
  }

  private static func decodeA(_ byte: UInt8) -> Int16 {
    let value = Int(byte ^ 0x55)
    let segment = value >> 4 & 7
    let step = (value & 0x0F) << 1 | 1
    let magnitude = segment == 0 ? step : (step | 32) << (segment - 1)
    return Int16((value & 0x80 != 0 ? magnitude : -magnitude) << 3)
  }
}
