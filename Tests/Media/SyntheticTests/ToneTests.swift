import RTCFrames
import Testing

@testable import RTCSynthetic

@Suite("Tone")
struct ToneTests {
  private func frame(
    _ frequency: Double, amplitude: Double = 0.25, format: AudioFormat = .mono48k, from: Int64 = 0, count: Int = 24_000
  ) -> AudioFrame {
    AudioFrame(
      format: format,
      samples: ToneSource.samples(of: frequency, amplitude: amplitude, format: format, from: from, count: count),
      timestamp: .zero)
  }

  @Test("windows that are too short or too long become the nearest possible")
  func windows() {
    #expect(ToneAnalyzer(window: .zero).window == .milliseconds(10))
    #expect(ToneAnalyzer(window: .seconds(1 << 50)).window == .seconds(10))
    #expect(ToneAnalyzer(window: .milliseconds(300)).window == .milliseconds(300))
  }

  @Test(
    "a tone is measured to a part in a thousand",
    arguments: [
      (440, AudioFormat.mono48k), (550, .stereo48k), (660, .mono48k), (100, .mono48k),
      (1_300, AudioFormat(sampleRate: 8_000, channels: 1)), (8_000, .stereo48k),
    ])
  func frequencies(frequency: Int, format: AudioFormat) throws {
    var analyzer = ToneAnalyzer()
    analyzer.append(frame(Double(frequency), format: format, count: format.sampleRate))
    let measurement = try #require(analyzer.measurement)
    #expect(abs(measurement.frequency - Double(frequency)) < Double(frequency) / 1_000)
    #expect(abs(measurement.level - -15.05) < 0.1)
    #expect(measurement.purity > 0.95)
    #expect(measurement.isTone(of: Double(frequency)))
    #expect(!measurement.isTone(of: Double(frequency) * 1.03))
  }

  @Test("the position of a tone goes on from frame to frame, after days too")
  func continuity() {
    let whole = ToneSource.samples(of: 440, amplitude: 1, format: .mono48k, from: 0, count: 1_920)
    let second = ToneSource.samples(of: 440, amplitude: 1, format: .mono48k, from: 960, count: 960)
    #expect(Array(whole[960...]) == second)
    let later = ToneSource.samples(of: 440, amplitude: 1, format: .mono48k, from: 48_000 * 1_000_000, count: 1_920)
    #expect(zip(whole, later).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  @Test("both channels sound the same")
  func stereo() {
    let stereo = frame(440, format: .stereo48k, count: 100)
    #expect(stereo.channel(0) == stereo.channel(1))
    #expect(stereo.channel(0) == frame(440, count: 100).samples)
  }

  @Test("silence and noise are no tone")
  func noTone() throws {
    var analyzer = ToneAnalyzer()
    analyzer.append(frame(440, amplitude: 0))
    #expect(analyzer.measurement == ToneMeasurement(frequency: 0, level: -100, purity: 0))
    var state: UInt64 = 1
    let noise = (0..<24_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1
      return Int16(truncatingIfNeeded: state >> 48)
    }
    analyzer.append(AudioFrame(format: .mono48k, samples: noise, timestamp: .zero))
    let measurement = try #require(analyzer.measurement)
    #expect(measurement.purity < 0.1)
    #expect(!measurement.isTone(of: measurement.frequency))
  }

  @Test("a tone with gaps, jumps and noise is still that tone")
  func damaged() throws {
    var state: UInt64 = 7
    var analyzer = ToneAnalyzer()
    for index in 0..<25 {
      // Every eighth packet is lost, and the one after begins elsewhere in the wave.
      let start = Int64(index * 960 + index / 8 * 37)
      let samples = ToneSource.samples(
        of: 440, amplitude: index % 8 == 7 ? 0 : 0.25, format: .mono48k, from: start, count: 960)
      let noisy = samples.map { sample -> Int16 in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return sample + Int16(truncatingIfNeeded: state >> 48) / 40
      }
      analyzer.append(AudioFrame(format: .mono48k, samples: noisy, timestamp: .zero))
    }
    let measurement = try #require(analyzer.measurement)
    #expect(measurement.isTone(of: 440))
    #expect(abs(measurement.frequency - 440) < 4)
  }

  @Test("only the window counts, and another rate begins it anew")
  func window() throws {
    var analyzer = ToneAnalyzer(window: .milliseconds(100))
    #expect(analyzer.measurement == nil)
    for index in 0..<100 { analyzer.append(frame(440, from: Int64(index) * 480, count: 480)) }
    for index in 0..<10 { analyzer.append(frame(880, from: Int64(index) * 480, count: 480)) }
    #expect(try #require(analyzer.measurement).isTone(of: 880))
    analyzer.append(frame(440, format: AudioFormat(sampleRate: 16_000, channels: 1), count: 100))
    #expect(!analyzer.isFull)
    analyzer.append(frame(440, format: AudioFormat(sampleRate: 16_000, channels: 1), from: 100, count: 1_600))
    #expect(try #require(analyzer.measurement).isTone(of: 440))
    analyzer.reset()
    #expect(analyzer.measurement == nil)
  }
}
