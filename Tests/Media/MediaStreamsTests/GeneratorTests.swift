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
