import Glibc
import RTCFrames
import RTCProcessing
import Testing

@Suite("Sound between two clocks")
struct PlaybackBufferTests {
  private func frame(_ count: Int, format: AudioFormat = .mono48k, value: Int16 = 100) -> AudioFrame {
    AudioFrame(format: format, samples: [Int16](repeating: value, count: count * format.channels), timestamp: .zero)
  }

  @Test("sound is played once enough of it waits, and anew after a gap")
  func filling() {
    var buffer = PlaybackBuffer(format: .mono48k, target: .milliseconds(20))
    #expect(buffer.take(480) == [Int16](repeating: 0, count: 480))
    #expect(buffer.missingSamples == 0)
    buffer.append(frame(600))
    #expect(buffer.take(480).allSatisfy { $0 == 0 })
    #expect(buffer.missingSamples == 480)
    buffer.append(frame(600))
    #expect(buffer.take(480).contains { $0 > 50 })
    let before = buffer.missingSamples
    _ = buffer.take(480)
    #expect(buffer.take(480).last == 0)
    #expect(buffer.missingSamples > before)
    buffer.append(frame(480))
    #expect(buffer.take(480).allSatisfy { $0 == 0 })
  }

  @Test("what is too much is dropped, and memory stays bounded")
  func limit() {
    var buffer = PlaybackBuffer(format: .stereo48k, target: .milliseconds(20))
    for _ in 0..<100 { buffer.append(frame(480)) }
    #expect(buffer.count <= 4 * 960)
    #expect(buffer.droppedSamples > 40_000)
  }

  @Test("a clock that is fast or slow is followed without gaps", arguments: [-3_000, 3_000])
  func drift(millionths: Int) {
    var buffer = PlaybackBuffer(format: .mono48k, target: .milliseconds(40))
    let format = AudioFormat(sampleRate: 48_000, channels: 1)
    var position = 0.0
    var taken = 0
    // Frames by one clock, periods by another, for half a minute.
    for index in 0..<3_000 {
      let samples = (0..<480).map { Int16(8_000 * sin(Double(index * 480 + $0) * 0.02)) }
      buffer.append(AudioFrame(format: format, samples: samples, timestamp: .zero))
      position += 480 * (1 + Double(millionths) / 1e6)
      while Double(taken + 480) <= position {
        _ = buffer.take(480)
        taken += 480
      }
    }
    #expect(buffer.missingSamples < 2_400)
    #expect(buffer.droppedSamples == 0)
    #expect(buffer.count > 480 && buffer.count < 4_800)
  }
}
