import RTCBase

/// The checksum of SCTP packets (RFC 9260 Appendix A): the Castagnoli polynomial, reflected.
///
/// Sixteen tables handle sixteen bytes a step: without the zero-checksum extension every byte sent and received passes through here.
enum CRC32c {
  /// `tables[256 * k + b]` is the effect of byte `b` followed by `k` zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 16 * 256)
    for byte in 0..<256 {
      var entry = UInt32(byte)
      for _ in 0..<8 { entry = entry & 1 == 0 ? entry >> 1 : entry >> 1 ^ 0x82F6_3B78 }
      tables[byte] = entry
    }
    for index in 256..<16 * 256 {
      let previous = tables[index - 256]
      tables[index] = previous >> 8 ^ tables[Int(previous & 0xFF)]
    }
    return tables
  }()

  /// The checksum of a packet, whose own field counts as zero.
  static func ofPacket(_ packet: RawSpan) -> UInt32 {
    var register = update(0xFFFF_FFFF, packet, 0..<min(8, packet.byteCount))
    guard packet.byteCount >= 12 else { return ~register }
    for _ in 0..<4 { register = register >> 8 ^ tables[Int(register & 0xFF)] }
    return ~update(register, packet, 12..<packet.byteCount)
  }

  static func checksum(_ bytes: RawSpan) -> UInt32 { ~update(0xFFFF_FFFF, bytes, 0..<bytes.byteCount) }

  private static func update(_ register: UInt32, _ bytes: RawSpan, _ range: Range<Int>) -> UInt32 {
    let tables = Self.tables.span
    var crc = register
    var offset = range.lowerBound
    func entries(_ table: Int, _ word: UInt64) -> UInt32 {
      let low = UInt32(truncatingIfNeeded: word)
      let high = UInt32(truncatingIfNeeded: word >> 32)
      return tables[unchecked: (table + 7) << 8 | Int(low & 0xFF)]
        ^ tables[unchecked: (table + 6) << 8 | Int(low >> 8 & 0xFF)]
        ^ tables[unchecked: (table + 5) << 8 | Int(low >> 16 & 0xFF)]
        ^ tables[unchecked: (table + 4) << 8 | Int(low >> 24)] ^ tables[unchecked: (table + 3) << 8 | Int(high & 0xFF)]
        ^ tables[unchecked: (table + 2) << 8 | Int(high >> 8 & 0xFF)]
        ^ tables[unchecked: (table + 1) << 8 | Int(high >> 16 & 0xFF)] ^ tables[unchecked: table << 8 | Int(high >> 24)]
    }
    while range.upperBound - offset >= 16 {
      let first = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let second = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
      crc = entries(8, first ^ UInt64(crc)) ^ entries(0, second)
      offset += 16
    }
    while offset < range.upperBound {
      crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes.uint8(at: offset))) & 0xFF)]
      offset += 1
    }
    return crc
  }
}
