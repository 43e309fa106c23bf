/// The CRC of ISO/IEC 3309 and ITU-T V.42, as FINGERPRINT uses it (RFC 8489 §14.7).
///
/// Eight tables handle eight bytes a step: every STUN packet of every connection passes through here.
package struct CRC32: Sendable {
  private var register: UInt32 = 0xFFFF_FFFF

  package init() {}

  package var value: UInt32 { ~register }

  /// `tables[256 * k + b]` is the effect of byte `b` followed by `k` zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var entry = UInt32(byte)
      for _ in 0..<8 { entry = entry & 1 == 0 ? entry >> 1 : entry >> 1 ^ 0xEDB8_8320 }
      tables[byte] = entry
    }
    for index in 256..<8 * 256 {
      let previous = tables[index - 256]
      tables[index] = previous >> 8 ^ tables[Int(previous & 0xFF)]
    }
    return tables
  }()

  package mutating func update(_ bytes: RawSpan) {
    let tables = Self.tables.span
    var crc = register
    var offset = 0
    func entry(_ table: Int, _ word: UInt32, _ shift: UInt32) -> UInt32 {
      tables[table << 8 | Int(word >> shift & 0xFF)]
    }
    while bytes.byteCount - offset >= 8 {
      let first = crc ^ UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
      let second = UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
      let upper = entry(7, first, 0) ^ entry(6, first, 8) ^ entry(5, first, 16) ^ entry(4, first, 24)
      let lower = entry(3, second, 0) ^ entry(2, second, 8) ^ entry(1, second, 16) ^ entry(0, second, 24)
      crc = upper ^ lower
      offset += 8
    }
    while offset < bytes.byteCount {
      crc = crc >> 8 ^ entry(0, crc ^ UInt32(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)), 0)
      offset += 1
    }
    register = crc
  }

  package static func checksum(_ bytes: RawSpan) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes)
    return crc.value
  }
}
