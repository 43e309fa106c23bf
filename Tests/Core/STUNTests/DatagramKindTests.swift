import RTCBase
import Testing

@Suite struct DatagramKindTests {
  private func kind(_ bytes: UInt8...) -> DatagramKind { bytes.withRawSpan { DatagramKind($0) } }

  @Test("IC-27: the first byte tells the protocol as in RFC 7983 and RFC 9443")
  func firstByte() {
    for byte in UInt8.min...UInt8.max {
      let expected: DatagramKind =
        switch byte {
        case 0...3: .stun
        case 16...19: .zrtp
        case 20...63: .dtls
        case 64...79: .turnChannel
        case 80...127, 192...255: .quic
        case 128...191: .rtp
        default: .unknown
        }
      #expect(kind(byte, 0) == expected, "first byte \(byte)")
    }
    #expect([UInt8]().withRawSpan { DatagramKind($0) } == .unknown)
  }

  @Test("IC-27: RTCP is told from RTP by its packet type (RFC 5761)")
  func control() {
    #expect(kind(0x80, 200) == .rtcp)
    #expect(kind(0x81, 192) == .rtcp)
    #expect(kind(0x8F, 223) == .rtcp)
    #expect(kind(0x80, 191) == .rtp)
    #expect(kind(0x80, 224) == .rtp)
    #expect(kind(0x80, 111) == .rtp)
    #expect(kind(0x80) == .rtp)
  }
}
