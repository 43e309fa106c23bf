import RTCBase
import RTCPayload
import Testing

@Suite("Opus packets")
struct OpusPacketTests {
  private func parse(_ bytes: [UInt8]) -> OpusPacket? { bytes.withRawSpan { OpusPacket(parsing: $0) } }

  /// A packet of one frame.
  private func packet(configuration: UInt8, isStereo: Bool = false, frame: [UInt8] = [0, 0, 0]) -> [UInt8] {
    [configuration << 3 | (isStereo ? 4 : 0)] + frame
  }

  @Test("CD-01: every configuration of RFC 6716, table 2")
  func configurations() throws {
    let silk = [480, 960, 1_920, 2_880]
    let hybrid = [480, 960]
    let celt = [120, 240, 480, 960]
    let expected: [(OpusPacket.Mode, OpusPacket.Bandwidth, Int)] =
      [.narrowband, .mediumband, .wideband].flatMap { band in silk.map { (.silk, band, $0) } }
      + [.superWideband, .fullband].flatMap { band in hybrid.map { (.hybrid, band, $0) } }
      + [.narrowband, .wideband, .superWideband, .fullband].flatMap { band in celt.map { (.celt, band, $0) } }
    #expect(expected.count == 32)
    for (configuration, (mode, bandwidth, samples)) in expected.enumerated() {
      let packet = try #require(parse(packet(configuration: UInt8(configuration), isStereo: configuration % 2 == 1)))
      #expect(packet.configuration == UInt8(configuration))
      #expect(packet.mode == mode)
      #expect(packet.bandwidth == bandwidth)
      #expect(packet.samplesPerFrame == samples)
      #expect(packet.sampleCount == samples)
      #expect(packet.channelCount == (configuration % 2 == 1 ? 2 : 1))
      #expect(packet.duration.nanoseconds == Int64(samples) * 1_000_000_000 / 48_000)
    }
    #expect(parse(packet(configuration: 16))?.duration == .microseconds(2_500))
    #expect(OpusPacket.Bandwidth.narrowband < .fullband)
  }

  @Test(
    "CD-01: frame counts of the four codes",
    arguments: [
      ("78", 1), ("78 01", 1), ("79", 2), ("79 0102", 2), ("7a 00", 2), ("7a 01aa", 2), ("7a 01aabb", 2),
      ("7b 01", 1), ("7b 03 010203", 3), ("7b 06", 6), ("7b 83 01 02 aa bbbb cc", 3), ("7b 82 00", 2),
      ("7b 43 02 aabbcc 0000", 3), ("7b c2 01 01 aa bb 00", 2),
      ("7b 41 ff 00" + String(repeating: "00", count: 254), 1),
      ("fb 06 010203040506", 6),
    ])
  func frameCounts(text: String, count: Int) {
    #expect(parse(hex(text))?.frameCount == count)
  }

  @Test("CD-01: a packet lasts 120 ms at most")
  func longestPackets() {
    // 60 ms frames: two; 20 ms: six; 2.5 ms: 48.
    #expect(parse(hex("1b 02 0000"))?.duration == .milliseconds(120))
    #expect(parse(hex("1b 03 000000")) == nil)
    #expect(parse(hex("7b 06"))?.duration == .milliseconds(120))
    #expect(parse(hex("7b 07")) == nil)
    #expect(parse(hex("83 30"))?.sampleCount == OpusPacket.maximumSampleCount)
    #expect(parse(hex("83 31")) == nil)
    #expect(parse(hex("83 3f")) == nil)
  }

  @Test(
    "CD-01: what RFC 6716 §3.4 forbids is refused",
    arguments: [
      "", "79 01", "7a", "7a 02aa", "7a fc", "7a ff", "7b", "7b 00", "7b 02 010203", "7b 83 01", "7b 83 05 05 aa",
      "7b 41", "7b 41 05 aa", "7b 41 ff", "7b 41 ffff", "7b c2 00",
    ])
  func refused(text: String) {
    #expect(parse(hex(text)) == nil)
  }

  @Test("CD-01: a frame has at most 1,275 bytes")
  func longestFrames() {
    func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    #expect(parse([0x78] + zeros(1_275)) != nil)
    #expect(parse([0x78] + zeros(1_276)) == nil)
    #expect(parse([0x79] + zeros(2_552)) == nil)
    #expect(parse([0x7A, 0] + zeros(1_276)) == nil)
    #expect(parse([0x7A, 255, 255] + zeros(1_275 + 1_275))?.frameCount == 2)
    #expect(parse([0x7B, 1] + zeros(1_276)) == nil)
    #expect(parse([0x7B, 0x82, 0] + zeros(1_276)) == nil)
  }

  @Test("CD-01: packets of DTX size")
  func discontinuous() {
    #expect(parse(hex("78"))?.isDiscontinuous == true)
    #expect(parse(hex("78 00"))?.isDiscontinuous == true)
    #expect(parse(hex("78 0000"))?.isDiscontinuous == false)
  }

  @Test("CD-01: in-band error correction is seen behind the voice activity flags")
  func forwardErrorCorrection() {
    func hasFEC(_ configuration: UInt8, _ first: UInt8, isStereo: Bool = false) -> Bool? {
      parse(packet(configuration: configuration, isStereo: isStereo, frame: [first, 0, 0]))?.hasForwardErrorCorrection
    }
    // 10 and 20 ms: one flag of activity. 40 ms: two. 60 ms: three.
    for (configuration, flag) in [(8, 0x40), (9, 0x40), (10, 0x20), (11, 0x10), (13, 0x40), (15, 0x40)]
      as [(UInt8, UInt8)]
    {
      #expect(hasFEC(configuration, flag) == true)
      #expect(hasFEC(configuration, ~flag) == false)
    }
    // The side channel's flags follow.
    #expect(hasFEC(9, 0x10, isStereo: true) == true)
    #expect(hasFEC(9, 0x10) == false)
    #expect(hasFEC(11, 0x01, isStereo: true) == true)
    #expect(hasFEC(11, 0xEE, isStereo: true) == false)
    // CELT has none, and neither has an empty frame.
    #expect(hasFEC(31, 0xFF) == false)
    #expect(parse(hex("48"))?.hasForwardErrorCorrection == false)
    #expect(parse(hex("4a 01 40 00"))?.hasForwardErrorCorrection == true)
    #expect(parse(hex("4b 82 01 40 00"))?.hasForwardErrorCorrection == true)
    #expect(parse(hex("4b 81 40 00"))?.hasForwardErrorCorrection == true)
  }

  @Test("CD-01: random packets never trap", arguments: 0..<8 as Range<UInt64>)
  func hostile(seed: UInt64) {
    let random = RandomSource.seeded(seed)
    for _ in 0..<4_000 {
      guard let packet = parse(random.bytes(Int(random.uint16() % 24))) else { continue }
      #expect((1...48).contains(packet.frameCount))
      #expect((120...5_760).contains(packet.sampleCount))
    }
  }
}
