import MediaStreams
import Testing

@Suite("Generators and pass-through sources")
struct GeneratorTests {
  @Test("GN-02: pictures that are written appear on the track; muted and closed show there")
  func video() async throws {
    let generator = VideoTrackGenerator()
    var frames = generator.track.videoFrames(buffer: 5).makeAsyncIterator()
    try generator.write(grey(70))
    #expect(await frames.next()?.pixel(x: 3, y: 3).luma == 70)
    #expect(generator.track.settings.width == 32)
    generator.isMuted = true
    #expect(generator.track.isMuted)
    generator.isMuted = false
    generator.close()
    #expect(generator.track.readyState == .ended)
    #expect(await frames.next() == nil)
    #expect(throws: MediaError.self) { try generator.write(grey(1)) }
  }

  @Test("GN-02: when all tracks are stopped nothing can be written, and that is said")
  func stopped() throws {
    let generator = VideoTrackGenerator()
    let clone = generator.track.clone()
    generator.track.stop()
    try generator.write(grey(1))
    clone.stop()
    #expect(throws: MediaError.self) { try generator.write(grey(1)) }
  }

  @Test("GN-02: what is written while muted is seen by nobody")
  func muted() async throws {
    let generator = VideoTrackGenerator()
    var frames = generator.track.videoFrames(buffer: 5).makeAsyncIterator()
    generator.isMuted = true
    try generator.write(grey(1, index: 1))
    generator.isMuted = false
    try generator.write(grey(2, index: 2))
    #expect(await frames.next()?.timestamp.nanoseconds == 2)
    #expect(generator.track.videoStats?.totalFrames == 1)
  }

  @Test("TR-04: a track whose source is muted goes on with black, of its size and in its time")
  func black() async throws {
    let generator = VideoTrackGenerator()
    var frames = generator.track.videoFrames(buffer: 5).makeAsyncIterator()
    try generator.write(grey(70, index: 7))
    #expect(await frames.next()?.pixel(x: 3, y: 3).luma == 70)
    generator.isMuted = true
    let black = try #require(await frames.next())
    #expect(black.pixel(x: 3, y: 3).luma == 16 && black.pixel(x: 3, y: 3).cb == 128)
    #expect(black.width == 32 && black.timestamp.nanoseconds > 7)
    #expect(generator.track.videoStats?.totalFrames == 1)
    generator.isMuted = false
    try generator.write(grey(71, index: 9))
    var next = await frames.next()
    while next?.pixel(x: 3, y: 3).luma == 16 { next = await frames.next() }
    #expect(next?.pixel(x: 3, y: 3).luma == 71)
  }

  @Test("GN-02: a writer that waits loses nothing to a slow consumer, and goes on when the consumer leaves")
  func backPressure() async throws {
    let generator = VideoTrackGenerator()
    let clone = generator.track.clone()
    let other = clone.videoFrames(buffer: 100)
    let writer: Task<Int, any Error>
    do {
      var slow = generator.track.videoFrames(buffer: 2).makeAsyncIterator()
      var fast = other.makeAsyncIterator()
      writer = Task {
        for index in 0..<10 { try await generator.send(picture(index)) }
        return 10
      }
      for index in 0..<6 {
        #expect(await slow.next()?.timestamp.nanoseconds == Int64(index))
        #expect(await fast.next()?.timestamp.nanoseconds == Int64(index))
      }
      #expect(slow.droppedFrames == 0)
      // Two wait in the mailbox of the slow one at most, so the writer cannot be done.
      #expect(generator.track.videoStats?.totalFrames ?? 0 <= 8)
    }
    #expect(try await writer.value == 10)
    generator.track.stop()
    clone.stop()
    await #expect(throws: MediaError.self) { try await generator.send(picture(0)) }
  }

  @Test("GN-02: a writer that waits can be cancelled")
  func cancelledWriter() async throws {
    let generator = AudioTrackGenerator()
    var frames = generator.track.audioFrames(buffer: 1).makeAsyncIterator()
    let sound = AudioFrame(format: .mono48k, samples: [1], timestamp: .zero)
    try await generator.send(sound)
    let writer = Task { try await generator.send(sound) }
    writer.cancel()
    await #expect(throws: CancellationError.self) { try await writer.value }
    #expect(await frames.next()?.samples == [1])
    try await generator.send(sound)
  }

  @Test("GN-01: with a capture rate of 0 each request shows what was written last, once")
  func requestFrame() async throws {
    let generator = VideoTrackGenerator(captureRate: 0)
    var frames = generator.track.videoFrames(buffer: 10).makeAsyncIterator()
    // Nothing is there yet: the next one answers.
    generator.requestFrame()
    for index in 0..<5 { try generator.write(picture(index)) }
    #expect(await frames.next()?.timestamp.nanoseconds == 0)
    generator.requestFrame()
    #expect(await frames.next()?.timestamp.nanoseconds == 4)
    generator.close()
    #expect(await frames.next() == nil)
    #expect(throws: MediaError.self) { try generator.write(picture(9)) }
  }

  @Test("GN-01: with a capture rate the newest picture appears, so often at most, and the last one is not lost")
  func captureRate() async throws {
    let generator = VideoTrackGenerator(captureRate: 1_000)
    var frames = generator.track.videoFrames(buffer: 1_000).makeAsyncIterator()
    for index in 0..<500 { try generator.write(picture(index)) }
    var times: [Int64] = []
    while let frame = await frames.next() {
      times.append(frame.timestamp.nanoseconds)
      if times.last == 499 { break }
    }
    #expect(times == times.sorted() && Set(times).count == times.count)
    // Without a new picture nothing appears.
    generator.close()
    #expect(await frames.next() == nil)
    generator.track.stop()
  }

  @Test("GN-04: sound of any rate")
  func audio() async throws {
    let generator = AudioTrackGenerator()
    var frames = generator.track.audioFrames().makeAsyncIterator()
    let format = AudioFormat(sampleRate: 22_050, channels: 1)
    try generator.write(AudioFrame(format: format, samples: [1, 2, 3], timestamp: .zero))
    #expect(await frames.next()?.samples == [1, 2, 3])
    #expect(generator.track.settings.sampleRate == 22_050)
  }

  @Test("CD-16: compressed pictures pass as they are, from a key frame on, and requests for one reach the source")
  func passThrough() async throws {
    let source = EncodedVideoSource(mimeType: "video/VP8")
    let track = try MediaStreamTrack(source: source)
    var requests = source.keyFrameRequests.makeAsyncIterator()
    var bitrates = source.targetBitrates.makeAsyncIterator()
    var frames = track.encodedVideoFrames(buffer: 3).makeAsyncIterator()
    #expect(await requests.next() != nil)
    try source.write(frame(0, isKeyFrame: false))
    try source.write(frame(1, isKeyFrame: true))
    #expect(await frames.next()?.bytes == [1])
    for index in 2...10 { try source.write(frame(UInt8(index), isKeyFrame: false)) }
    // Too slow by far: only a key frame helps.
    #expect(await requests.next() != nil)
    try source.write(frame(11, isKeyFrame: true))
    #expect(await frames.next()?.bytes == [11])
    track.encodedVideoProvider?.setTargetBitrate(1)
    track.encodedVideoProvider?.setTargetBitrate(700_000)
    #expect(await bitrates.next() == 700_000)
    #expect(track.encodedVideoProvider?.isEncodedOnly == true)
    #expect(track.settings.width == 64)
    track.isEnabled = false
    try source.write(frame(12, isKeyFrame: true))
    #expect(throws: MediaError.self) {
      try source.write(EncodedVideoFrame(bytes: [], mimeType: "video/H264", isKeyFrame: true, timestamp: .zero))
    }
    source.close()
    #expect(await frames.next() == nil)
    #expect(track.readyState == .ended)
    #expect(throws: MediaError.self) { try source.write(frame(13, isKeyFrame: true)) }
  }

  @Test("CD-16: compressed sound passes as it is")
  func passThroughAudio() async throws {
    let source = EncodedAudioSource(mimeType: "audio/opus")
    let track = try MediaStreamTrack(source: source)
    var frames = track.encodedAudioFrames().makeAsyncIterator()
    try source.write(EncodedAudioFrame(bytes: [9], mimeType: "audio/opus", timestamp: .zero, sampleCount: 960))
    #expect(await frames.next()?.bytes == [9])
    #expect(track.encodedAudioProvider?.encodedMimeType == "audio/opus")
    source.close()
    #expect(await frames.next() == nil)
  }

  private func frame(_ byte: UInt8, isKeyFrame: Bool) -> EncodedVideoFrame {
    EncodedVideoFrame(
      bytes: [byte], mimeType: "video/VP8", isKeyFrame: isKeyFrame, width: isKeyFrame ? 64 : 0,
      height: isKeyFrame ? 48 : 0, timestamp: .zero)
  }
}
