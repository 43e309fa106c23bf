import RTCFrames
import Testing

@testable import RTCCodecs

@Suite("G.711")
struct G711Tests {
  @Test("CD-02: known values of the mu law")
  func muLaw() {
    // ITU-T G.711 table 2: the ends of the range, and zero.
    #expect(G711.encode([0], law: .mu) == [0xFF])
    #expect(G711.encode([-1], law: .mu) == [0x7F])
    #expect(G711.encode([32_767], law: .mu) == [0x80])
    #expect(G711.encode([-32_768], law: .mu) == [0x00])
    #expect(G711.decode([0xFF, 0x7F, 0x80, 0x00], law: .mu) == [0, 0, 32_124, -32_124])
    #expect(G711.decode([0xF0, 0xEF, 0x8F], law: .mu) == [120, 132, 16_764])
  }

  @Test("CD-02: known values of the A law")
  func aLaw() {
    #expect(G711.encode([0], law: .a) == [0xD5])
    #expect(G711.encode([-1], law: .a) == [0x55])
    #expect(G711.encode([32_767], law: .a) == [0xAA])
    #expect(G711.encode([-32_768], law: .a) == [0x2A])
    #expect(G711.decode([0xD5, 0x55, 0xAA, 0x2A], law: .a) == [8, -8, 32_256, -32_256])
  }

  @Test("CD-02: every code decodes to a value that encodes to it", arguments: [G711.Law.mu, .a])
  func roundTrip(law: G711.Law) {
    let codes = (0...255).map { UInt8($0) }
    let again = G711.encode(G711.decode(codes, law: law), law: law)
    for (code, result) in zip(codes, again) {
      // The mu law has two zeros, which no sample can tell apart.
      if law == .mu, code == 0x7F { #expect(result == 0xFF) } else { #expect(result == code) }
    }
  }

  @Test("CD-02: the error of every sample stays within the step of its segment", arguments: [G711.Law.mu, .a])
  func quantisation(law: G711.Law) {
    for value in stride(from: -32_768, through: 32_767, by: 7) {
      let decoded = Int(G711.decode(G711.encode([Int16(value)], law: law), law: law)[0])
      #expect(abs(decoded - value) <= max(16, abs(value) / 16), "\(value) became \(decoded)")
    }
  }

  @Test("CD-02: lost sound fades out, and packets of absurd length are refused")
  func decoder() throws {
    let decoder = G711Decoder(law: .mu)
    let encoder = G711Encoder(AudioEncoderConfiguration(mimeType: "audio/PCMU"), law: .mu)
    #expect(encoder.samplesPerPacket == 160)
    let packet = try #require(try encoder.encode(tone([400], sampleRate: 8_000, count: 160)))
    #expect(packet.bytes.count == 160 && packet.sampleCount == 160)
    _ = try decoder.decode(packet)
    let first = try decoder.conceal(sampleCount: 160, timestamp: .zero)
    #expect(loudness(first.samples) > 2_000)
    _ = try decoder.conceal(sampleCount: 320, timestamp: .zero)
    #expect(loudness(try decoder.conceal(sampleCount: 160, timestamp: .zero).samples) == 0)
    for count in [0, 1_601] {
      let bytes = [UInt8](repeating: 0, count: count)
      #expect(throws: MediaError.self) {
        try decoder.decode(
          EncodedAudioFrame(bytes: bytes, mimeType: "audio/PCMU", timestamp: .zero, sampleCount: count))
      }
    }
  }
}
