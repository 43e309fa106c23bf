import MediaStreams
import RTCFrames
import RTCMediaTestSupport
import Testing

@testable import RTCSynthetic

@Suite("Synthetic sources")
struct SourceTests {
  @Test("GN-05: the pattern counts its frames, at an even pace")
  func pattern() async throws {
    let source = TestPatternSource(width: 320, height: 180, frameRate: 100, label: "pace test")
    let track = try MediaStreamTrack(source: source)
    #expect(track.settings.width == 320)
    #expect(track.settings.frameRate == 100)
    let frames = await firstFrames(8, of: track)
    track.stop()
    #expect(await threadCount(named: "pace test", becomes: 0))
    let readings = frames.map(TestPatternReader.read)
    let first = try #require(readings.first?.counter)
    for (index, (frame, reading)) in zip(frames, readings).enumerated() {
      #expect(reading.counter == first + UInt32(index))
      #expect(reading.hasRightColours)
      #expect(frame.metadata.captureTime == frame.timestamp)
      let milliseconds = UInt32(truncatingIfNeeded: frame.timestamp.nanoseconds / 1_000_000) & 0xFF_FFFF
      #expect(reading.milliseconds == milliseconds)
      // Frames that a busy machine left out are whole intervals.
      let distance = (frame.timestamp - frames[0].timestamp).nanoseconds
      #expect(distance % 10_000_000 == 0 && distance >= index * 10_000_000)
    }
  }

  @Test("a source is closed by its last track and can be opened again")
  func reopened() async throws {
    let source = TestPatternSource(width: 64, height: 48, frameRate: 100, label: "reopen test")
    for _ in 0..<3 {
      let track = try MediaStreamTrack(source: source)
      let clone = track.clone()
      #expect(await threadCount(named: "reopen test", becomes: 1))
      track.stop()
      let frames = await firstFrames(1, of: clone)
      #expect(frames.count == 1)
      clone.stop()
      #expect(await threadCount(named: "reopen test", becomes: 0))
    }
  }

  @Test("settings change while it runs, and those that make no sense are refused")
  func reconfigured() async throws {
    let source = TestPatternSource(width: 64, height: 48, frameRate: 100, label: "settings test")
    let track = try MediaStreamTrack(source: source)
    try await source.reconfigure(to: MediaTrackSettings(width: 128, height: 96))
    var isChanged = false
    var lastCounter: UInt32?
    for await frame in track.videoFrames() {
      if frame.width == 128, frame.height == 96 {
        isChanged = true
        lastCounter = TestPatternReader.read(frame).counter
        break
      }
    }
    #expect(isChanged)
    #expect(lastCounter != nil)
    await #expect(throws: MediaError.self) {
      try await source.reconfigure(to: MediaTrackSettings(width: 0, height: 96))
    }
    await #expect(throws: MediaError.self) {
      try await source.reconfigure(to: MediaTrackSettings(width: 64, height: 64, frameRate: .nan))
    }
    #expect(source.settings == MediaTrackSettings(width: 128, height: 96, frameRate: 100))
    track.stop()
    #expect(await threadCount(named: "settings test", becomes: 0))
  }

  @Test("the tone comes in frames of its length, without a seam", arguments: [(10, 1), (20, 2)])
  func tone(milliseconds: Int, channels: Int) async throws {
    let source = ToneSource(
      frequency: 660, format: AudioFormat(sampleRate: 48_000, channels: channels),
      frameDuration: .milliseconds(milliseconds), label: "tone test \(milliseconds)")
    let track = try MediaStreamTrack(source: source)
    let frames = await firstSound(12, of: track)
    track.stop()
    #expect(await threadCount(named: "tone test \(milliseconds)", becomes: 0))
    var analyzer = ToneAnalyzer(window: .milliseconds(milliseconds * 12))
    for (index, frame) in frames.enumerated() {
      #expect(frame.duration == .milliseconds(milliseconds))
      #expect(frame.format.channels == channels)
      // Frames that a busy machine left out are whole ones.
      let distance = (frame.timestamp - frames[0].timestamp).nanoseconds
      let length = milliseconds * 1_000_000
      #expect(distance % Int64(length) == 0 && distance >= index * length)
      analyzer.append(frame)
    }
    #expect(try #require(analyzer.measurement).isTone(of: 660))
  }

  @Test("silence is silent")
  func silence() async throws {
    let source = ToneSource.silence(format: .stereo48k)
    let track = try MediaStreamTrack(source: source)
    #expect(track.label == "silence")
    let frames = await firstSound(2, of: track)
    #expect(frames.allSatisfy { $0.samples.allSatisfy { $0 == 0 } })
    track.stop()
    #expect(await threadCount(named: "silence", becomes: 0))
  }
}
