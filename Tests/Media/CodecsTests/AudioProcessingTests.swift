import RTCFrames
import Testing

@testable import RTCCodecs

@Suite("Audio processing")
struct AudioProcessingTests {
  @Test("chunks have one length and an even clock though capture times jitter")
  func chunks() {
    var chunker = AudioChunker(format: .mono48k, samplesPerChunk: 960)
    var chunks: [AudioChunker.Chunk] = []
    for index in 0..<100 {
      let jitter = Duration.milliseconds(index % 3 - 1)
      chunker.append(
        [Int16](repeating: Int16(index), count: 441),
        timestamp: MediaTime.zero + .nanoseconds(Int64(index) * 9_187_500) + jitter,
        metadata: FrameMetadata())
      while let chunk = chunker.next() { chunks.append(chunk) }
    }
    #expect(chunks.count == 45)
    for (index, chunk) in chunks.enumerated() {
      #expect(chunk.frame.sampleCount == 960)
      #expect(chunk.position == Int64(index) * 960)
      let drift = chunk.frame.timestamp - (MediaTime.zero + .milliseconds(20) * index)
      #expect(abs(drift.nanoseconds) < 2_000_000)
    }
  }

  @Test("a gap in the sound moves the count on, and time that goes back does not")
  func gap() {
    var chunker = AudioChunker(format: .mono48k, samplesPerChunk: 480)
    let samples = [Int16](repeating: 1, count: 480)
    chunker.append(samples, timestamp: .zero, metadata: FrameMetadata())
    #expect(chunker.next()?.position == 0)
    chunker.append(samples, timestamp: MediaTime.zero + .seconds(2), metadata: FrameMetadata())
    let second = chunker.next()
    #expect(second?.position == 96_000)
    #expect(second?.frame.timestamp == MediaTime.zero + .seconds(2))
    chunker.append(samples, timestamp: MediaTime.zero + .seconds(1), metadata: FrameMetadata())
    #expect(chunker.next()?.position == 96_480)
  }

  @Test("levels are counted as RFC 6464 has them")
  func levels() {
    #expect(AudioLevelMeter.level(of: []) == 127)
    #expect(AudioLevelMeter.level(of: [0, 0, 0]) == 127)
    #expect(AudioLevelMeter.level(of: [32_767, -32_767]) == 0)
    #expect(AudioLevelMeter.level(of: [3_277, -3_277]) == 20)
    #expect(AudioLevelMeter.level(of: [-32_768]) == 0)
  }

  @Test("sound becomes shorter or longer by exactly what is asked, without a click", arguments: [1, 2])
  func stretch(channels: Int) {
    let frame = tone([Double](repeating: 200, count: channels), sampleRate: 48_000, count: 960)
    for count in [-480, -240, -239, -17, -1, 0, 1, 5, 100, 240, 480, 2_000] {
      let stretched = AudioTimeStretch.stretch(frame, by: count)
      #expect(stretched.sampleCount == 960 + count)
      let channel = stretched.channel(channels - 1)
      for index in 1..<channel.count { #expect(abs(Int(channel[index]) - Int(channel[index - 1])) < 400) }
    }
  }

  @Test("by whole periods a tone keeps its pitch and its strength", arguments: [-240, 240])
  func stretchByPeriods(count: Int) {
    let frame = tone([200], sampleRate: 48_000, count: 1_920)
    let channel = AudioTimeStretch.stretch(frame, by: count).channel(0)
    #expect(abs(amplitude(of: 200, in: channel, sampleRate: 48_000) - 8_000) < 250)
    for index in 1..<channel.count { #expect(abs(Int(channel[index]) - Int(channel[index - 1])) < 260) }
  }

  @Test("the seam lies in the pause, where there is one")
  func stretchInPause() {
    var samples = tone([200], sampleRate: 48_000, count: 960).samples
    for index in 400..<900 { samples[index] = 0 }
    let frame = AudioFrame(format: .mono48k, samples: samples, timestamp: .zero)
    let shorter = AudioTimeStretch.stretch(frame, by: -100)
    #expect(Array(shorter.samples[..<400]) == Array(samples[..<400]))
    #expect(Array(shorter.samples[800...]) == Array(samples[900...]))
  }

  @Test("the shortest frames have an answer too")
  func stretchOfLittle() {
    for count in 0..<4 {
      let frame = tone([300], sampleRate: 8_000, count: count)
      for change in -5...5 {
        let isPossible = change <= 0 || count > 1
        #expect(
          AudioTimeStretch.stretch(frame, by: change).sampleCount == (isPossible ? max(0, count + change) : count))
      }
    }
  }
}
