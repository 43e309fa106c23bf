import RTCBase
import RTCSTUN
import Testing

@Suite struct CRC32Tests {
  @Test("IC-21: the check value of the CRC-32 of V.42")
  func checkValue() {
    #expect(Array("123456789".utf8).withRawSpan { CRC32.checksum($0) } == 0xCBF4_3926)
    #expect([UInt8]().withRawSpan { CRC32.checksum($0) } == 0)
  }

  @Test("eight bytes a step give what one byte a step gives, for every length and split")
  func slices() {
    let bytes = RandomSource.seeded(1).bytes(67)
    for count in 0...bytes.count {
      let part = Array(bytes[..<count])
      var plain: UInt32 = 0xFFFF_FFFF
      for byte in part {
        plain ^= UInt32(byte)
        for _ in 0..<8 { plain = plain & 1 == 0 ? plain >> 1 : plain >> 1 ^ 0xEDB8_8320 }
      }
      #expect(part.withRawSpan { CRC32.checksum($0) } == ~plain)
      var split = CRC32()
      part.withRawSpan { span in
        split.update(span.extracting(0..<count / 3))
        split.update(span.extracting(count / 3..<count))
      }
      #expect(split.value == ~plain)
    }
  }
}
