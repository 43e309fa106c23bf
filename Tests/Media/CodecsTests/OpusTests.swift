import RTCFrames
import Testing

@testable import RTCCodecs

@Suite("Opus")
struct OpusTests {
  private func encode(
    _ encoder: OpusAudioEncoder, _ frequencies: [Double], packets: Int, from first: Int = 0
  ) throws -> [EncodedAudioFrame] {
    try (first..<(first + packets)).compactMap { index in
      let count = encoder.samplesPerPacket
      return try encoder.encode(tone(frequencies, sampleRate: 48_000, count: count, position: index * count))
    }
  }

  private func configuration(
    channels: Int = 1, bitrate: Int = 32_000, packetLoss: Double = 0, milliseconds: Int = 20,
    content: AudioEncoderConfiguration.Content = .speech, usesDTX: Bool = false
  ) -> AudioEncoderConfiguration {
    AudioEncoderConfiguration(
      mimeType: "audio/opus", channels: channels,
      target: AudioEncoderTarget(bitrate: bitrate, packetLoss: packetLoss),
      packetDuration: .milliseconds(milliseconds), content: content, usesDiscontinuousTransmission: usesDTX)
  }

  private func decoder(channels: Int = 1) throws -> OpusAudioDecoder {
    try OpusAudioDecoder(AudioDecoderConfiguration(mimeType: "audio/opus", channels: channels))
  }

  @Test("CD-01: a tone keeps its frequency and loudness", arguments: [10, 20, 40, 60])
  func toneSurvives(milliseconds: Int) throws {
    let encoder = try OpusAudioEncoder(configuration(milliseconds: milliseconds))
    let decoder = try decoder()
    var samples: [Int16] = []
    for packet in try encode(encoder, [440], packets: 1_200 / milliseconds) {
      let frame = try decoder.decode(packet)
      #expect(frame.sampleCount == milliseconds * 48)
      #expect(frame.timestamp == packet.timestamp)
      samples += frame.samples
    }
    let settled = Array(samples[24_000..<48_000])
    #expect(amplitude(of: 440, in: settled, sampleRate: 48_000) > 6_000)
    #expect(amplitude(of: 880, in: settled, sampleRate: 48_000) < 300)
  }

  @Test("CD-01, MS-12: left and right stay apart", arguments: [AudioEncoderConfiguration.Content.speech, .music])
  func stereo(content: AudioEncoderConfiguration.Content) throws {
    let encoder = try OpusAudioEncoder(configuration(channels: 2, bitrate: 96_000, content: content))
    let decoder = try decoder(channels: 2)
    var left: [Int16] = []
    var right: [Int16] = []
    for packet in try encode(encoder, [440, 1_000], packets: 60) {
      let frame = try decoder.decode(packet)
      #expect(frame.format == .stereo48k)
      left += frame.channel(0)
      right += frame.channel(1)
    }
    left.removeFirst(24_000)
    right.removeFirst(24_000)
    #expect(amplitude(of: 440, in: left, sampleRate: 48_000) > 5_000)
    #expect(amplitude(of: 1_000, in: right, sampleRate: 48_000) > 5_000)
    #expect(amplitude(of: 1_000, in: left, sampleRate: 48_000) < 500)
    #expect(amplitude(of: 440, in: right, sampleRate: 48_000) < 500)
  }

  @Test("CD-01: with losses announced, a lost packet is restored from the copy in the next")
  func forwardErrorCorrection() throws {
    let encoder = try OpusAudioEncoder(configuration(packetLoss: 0.2))
    let decoder = try decoder()
    let packets = try (0..<100).compactMap { index in
      try encoder.encode(speech(sampleRate: 48_000, count: 960, position: index * 960))
    }
    var restoredCount = 0
    var previous = try decoder.decode(packets[0])
    let reference = try self.decoder()
    _ = try reference.decode(packets[0])
    // Every third packet is lost.
    for index in 1..<99 {
      let original = try reference.decode(packets[index])
      if index % 3 != 0 {
        previous = try decoder.decode(packets[index])
      } else if let restored = try decoder.decodeRedundancy(in: packets[index + 1], sampleCount: 960) {
        restoredCount += 1
        #expect(restored.sampleCount == 960)
        #expect(restored.timestamp == packets[index].timestamp)
        if loudness(original.samples) > 1_000 {
          #expect(abs(loudness(restored.samples) / loudness(original.samples) - 1) < 0.5)
        }
      } else {
        previous = try decoder.conceal(sampleCount: 960, timestamp: previous.timestamp + .milliseconds(20))
      }
    }
    #expect(restoredCount > 10)
  }

  @Test("CD-01: without losses announced there is no copy, and that is said")
  func noRedundancy() throws {
    let encoder = try OpusAudioEncoder(configuration())
    let decoder = try decoder()
    for index in 0..<50 {
      let packet = try encoder.encode(speech(sampleRate: 48_000, count: 960, position: index * 960))
      #expect(try decoder.decodeRedundancy(in: try #require(packet), sampleCount: 960) == nil)
    }
  }

  @Test("CD-01: the copy costs rate only once packets are lost, and the target can change at any time")
  func target() throws {
    let encoder = try OpusAudioEncoder(configuration(bitrate: 24_000))
    let low = try encode(encoder, [300], packets: 100).reduce(0) { $0 + $1.bytes.count }
    try encoder.setTarget(AudioEncoderTarget(bitrate: 96_000))
    let high = try encode(encoder, [300], packets: 100, from: 100).reduce(0) { $0 + $1.bytes.count }
    #expect(high > 2 * low)
    try encoder.setTarget(AudioEncoderTarget(bitrate: -1, packetLoss: .nan))
    #expect(try encode(encoder, [300], packets: 1, from: 200).count == 1)
  }

  @Test("CD-01: a lost packet is concealed with sound like the last, which fades away")
  func concealment() throws {
    let encoder = try OpusAudioEncoder(configuration())
    let decoder = try decoder()
    for packet in try encode(encoder, [300], packets: 30) { _ = try decoder.decode(packet) }
    let first = try decoder.conceal(sampleCount: 960, timestamp: .zero)
    #expect(first.sampleCount == 960)
    #expect(loudness(first.samples) > 1_000)
    var last = first
    for _ in 0..<50 { last = try decoder.conceal(sampleCount: 960, timestamp: .zero) }
    #expect(loudness(last.samples) < loudness(first.samples) / 4)
  }

  @Test("CD-01: with DTX silence is hardly sent")
  func discontinuousTransmission() throws {
    let encoder = try OpusAudioEncoder(configuration(usesDTX: true))
    _ = try encode(encoder, [300], packets: 20)
    let silent = try encode(encoder, [0], packets: 200, from: 20)
    #expect(silent.count < 60)
    #expect(try encode(encoder, [300], packets: 50, from: 220).count > 45)
  }

  @Test("bytes that are no Opus are refused, whatever they hold")
  func garbage() throws {
    let decoder = try decoder(channels: 2)
    var random = SeededGenerator(state: 1)
    #expect(throws: MediaError.self) {
      try decoder.decode(EncodedAudioFrame(bytes: [], mimeType: "audio/opus", timestamp: .zero, sampleCount: 960))
    }
    for length in 0..<600 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      let packet = EncodedAudioFrame(bytes: bytes, mimeType: "audio/opus", timestamp: .zero, sampleCount: 960)
      if let frame = try? decoder.decode(packet) { #expect(frame.sampleCount <= 5_760) }
      _ = try? decoder.decodeRedundancy(in: packet, sampleCount: 960)
    }
  }

  @Test("a packet length that Opus has not, and a frame of another form, are refused with what would be right")
  func misuse() throws {
    #expect(throws: MediaError.self) { try OpusAudioEncoder(configuration(milliseconds: 25)) }
    let encoder = try OpusAudioEncoder(configuration())
    #expect(throws: MediaError.self) { try encoder.encode(tone([440], sampleRate: 48_000, count: 480)) }
  }
}
