import RTCFrames
import Testing

@testable import RTCProcessing

@Suite("Conversion of sound")
struct AudioConversionTests {
  @Test(
    "a resampled tone keeps frequency and loudness, in pieces of any length",
    arguments: [
      (48_000, 8_000), (8_000, 48_000), (44_100, 48_000), (48_000, 44_100), (16_000, 48_000), (11_025, 48_000),
      (47_999, 48_000),
    ])
  func resampling(from: Int, to: Int) {
    let resampler = AudioResampler(from: from, to: to, channels: 1)
    let input = tone([1_000], sampleRate: from, count: from).samples
    var output: [Int16] = []
    var index = 0
    var piece = 1
    while index < input.count {
      let end = min(input.count, index + piece)
      output += resampler.process(Array(input[index..<end]))
      index = end
      piece = piece * 7 % 997 + 1
    }
    #expect(abs(output.count - to) <= resampler.delay * to / from + 2)
    let settled = Array(output[(to / 4)..<(to * 3 / 4)])
    #expect(abs(amplitude(of: 1_000, in: settled, sampleRate: to) - 8_000) < 120)
    // What is left beside the tone.
    let rest = (loudness(settled) * loudness(settled) - 32_000_000).magnitude.squareRoot()
    #expect(rest < 800)
  }

  @Test("what the lower rate cannot hold is removed rather than mirrored")
  func aliasing() {
    let resampler = AudioResampler(from: 48_000, to: 8_000, channels: 1)
    let output = resampler.process(tone([5_500], sampleRate: 48_000, count: 48_000).samples)
    #expect(loudness(Array(output[1_000..<7_000])) < 30)
  }

  @Test("MS-12: resampling keeps channels apart")
  func resamplingStereo() {
    let resampler = AudioResampler(from: 48_000, to: 16_000, channels: 2)
    let output = resampler.process(tone([440, 0], sampleRate: 48_000, count: 24_000).samples)
    let frame = AudioFrame(format: AudioFormat(sampleRate: 16_000, channels: 2), samples: output, timestamp: .zero)
    #expect(loudness(frame.channel(0)) > 5_000)
    #expect(frame.channel(1).allSatisfy { $0 == 0 })
  }

  @Test("MS-12: channels are mixed as for speakers")
  func mixing() {
    #expect(AudioConverter.mix([1, 2], from: 1, to: 2) == [1, 1, 2, 2])
    #expect(AudioConverter.mix([100, 300, -5, 5], from: 2, to: 1) == [200, 0])
    #expect(AudioConverter.mix([32_767, 32_767], from: 2, to: 1) == [32_767])
    #expect(AudioConverter.mix([1, 2, 3, 4], from: 4, to: 2) == [1, 2])
    #expect(AudioConverter.mix([1, 2], from: 2, to: 3) == [1, 2, 0])
  }

  @Test("a clock that runs a little off is followed without a click", arguments: [0.995, 0.9999, 1.0001, 1.005])
  func drift(ratio: Double) {
    let resampler = AudioResampler(from: 48_000, to: 48_000, channels: 1)
    let input = tone([1_000], sampleRate: 48_000, count: 48_000).samples
    var output = resampler.process(Array(input[..<24_000]))
    resampler.setDrift(ratio)
    for start in stride(from: 24_000, to: 48_000, by: 480) {
      output += resampler.process(Array(input[start..<(start + 480)]))
    }
    #expect(abs(Double(output.count + resampler.delay) - 24_000 - 24_000 * ratio) < 5)
    // A tone of 1 kHz has steps of 1,046 at most.
    for index in 1_000..<output.count { #expect(abs(Int(output[index]) - Int(output[index - 1])) < 1_100) }
  }

  @Test("a converter begins anew with each format, and leaves what has its own as it is")
  func converter() {
    var converter = AudioConverter(to: .mono48k)
    let same = tone([440], sampleRate: 48_000, count: 480)
    #expect(converter.convert(same) == same.samples)
    var count = 0
    for _ in 0..<50 { count += converter.convert(tone([440, 440], sampleRate: 16_000, count: 160)).count }
    #expect(abs(count - 24_000) < 200)
    #expect(converter.convert(same) == same.samples)
  }
}
