import Glibc
import MediaStreams
import RTCFrames
import RTCMediaTestSupport
import RTCSynthetic
import Testing

@testable import RTCFiles

@Suite("Stream recorder")
struct StreamRecorderTests {
  private let folder = TemporaryFolder()

  /// Waits for what another thread does.
  private func eventually(_ condition: () -> Bool) async -> Bool {
    let deadline = MediaTime.now + .seconds(20)
    while true {
      if condition() { return true }
      // Looked at once more after the last sleep, however long that took.
      guard MediaTime.now < deadline else { return false }
      try? await Task.sleep(for: .milliseconds(2))
    }
  }

  @Test("GN-18: a remote stream is recorded bit by bit, and a key frame is asked for")
  func recording() async throws {
    let path = folder.file("remote.webm")
    let requests = Counter()
    let (videoTrack, videoFeed) = RemoteTrackFeed.makeTrack(kind: .video, onKeyFrameRequest: { requests.add() })
    let (audioTrack, audioFeed) = RemoteTrackFeed.makeTrack(kind: .audio)
    let recorder = try StreamRecorder(stream: MediaStream(tracks: [videoTrack, audioTrack]), path: path)
    #expect(recorder.state == .idle)
    try recorder.start()
    #expect(await eventually { requests.value > 0 })
    let start = MediaTime.now
    let video = try EncodedMedia.video(frames: 30, from: start)
    let audio = try EncodedMedia.audio(packets: 50, from: start)
    // What comes before the first key frame cannot be decoded.
    videoFeed.deliver(video[1])
    for frame in video { videoFeed.deliver(frame) }
    for frame in audio { audioFeed.deliver(frame) }
    #expect(await eventually { recorder.statistics.videoFrames == video.count })
    let statistics = try await recorder.stop()
    #expect(recorder.state == .finished)
    #expect(statistics.videoFrames == video.count)
    #expect(statistics.audioFrames == audio.count)
    #expect(statistics.droppedFrames == 1)
    #expect(statistics.keyFrameRequests >= 1)
    let bytes = TemporaryFolder.read(path)
    #expect(statistics.bytes <= bytes.count)
    let blocks = EBMLReader(bytes: bytes).blocks
    #expect(blocks.filter { $0.track == 1 }.map(\.bytes) == video.map(\.bytes))
    #expect(blocks.filter { $0.track == 2 }.map(\.bytes) == audio.map(\.bytes))
    #expect(await threadCount(named: "remote.webm", becomes: 0))
  }

  @Test("the file of a recorder whose process is killed has what was recorded")
  func unfinished() async throws {
    let path = folder.file("killed.webm")
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .audio)
    let recorder = try StreamRecorder(tracks: [track], path: path)
    try recorder.start()
    for frame in try EncodedMedia.audio(packets: 50, from: .now) { feed.deliver(frame) }
    // Nothing follows, yet all is in the file after a moment, without the end.
    #expect(await eventually { EBMLReader(bytes: TemporaryFolder.read(path)).blocks.count == 50 })
    #expect(recorder.state == .recording)
    #expect(EBMLReader(bytes: TemporaryFolder.read(path)).find(.segment).first?.isOpen == true)
    try await recorder.stop()
    #expect(EBMLReader(bytes: TemporaryFolder.read(path)).find(.segment).first?.isOpen == false)
  }

  @Test("sound without pictures is recorded after a while, though pictures were announced")
  func onlySound() async throws {
    let path = folder.file("sound.webm")
    let (videoTrack, _) = RemoteTrackFeed.makeTrack(kind: .video)
    let (audioTrack, audioFeed) = RemoteTrackFeed.makeTrack(kind: .audio)
    var options = StreamRecorder.Options()
    options.pictureTimeout = .milliseconds(100)
    let recorder = try StreamRecorder(tracks: [videoTrack, audioTrack], path: path, options: options)
    try recorder.start()
    for frame in try EncodedMedia.audio(packets: 25, from: .now) { audioFeed.deliver(frame) }
    #expect(await eventually { recorder.statistics.audioFrames == 25 })
    try await recorder.stop()
    #expect(EBMLReader(bytes: TemporaryFolder.read(path)).blocks.count == 25)
    if Shell.hasFFmpeg { #expect(try await Shell.run("ffmpeg -v error -i '\(path)' -map 0:a -f null -").output == "") }
  }

  @Test("pictures without sound are recorded, and the recording ends with its tracks")
  func onlyPictures() async throws {
    let path = folder.file("pictures.webm")
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .video)
    let recorder = try StreamRecorder(tracks: [track], path: path)
    try recorder.start()
    for frame in try EncodedMedia.video(frames: 10, from: .now) { feed.deliver(frame) }
    feed.end()
    try await recorder.waitUntilFinished()
    #expect(recorder.state == .finished)
    let blocks = EBMLReader(bytes: TemporaryFolder.read(path)).blocks
    #expect(blocks.count == 10)
    #expect(blocks.first?.isKeyFrame == true)
    #expect(blocks.first?.milliseconds == 0)
    #expect(await threadCount(named: "pictures.webm", becomes: 0))
    // Once more changes nothing.
    #expect(try await recorder.stop().videoFrames == 10)
    #expect(throws: MediaError.self) { try recorder.start() }
  }

  @Test("what cannot be recorded is refused with a reason")
  func refused() async throws {
    let local = try MediaStreamTrack(source: TestPatternSource(width: 64, height: 48))
    let error = #expect(throws: MediaError.self) {
      _ = try StreamRecorder(tracks: [local], path: folder.file("local.webm"))
    }
    #expect(error?.message.contains("test pattern") == true)
    local.stop()
    #expect(throws: MediaError.self) { _ = try StreamRecorder(tracks: [], path: folder.file("none.webm")) }
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .audio)
    let nowhere = try StreamRecorder(tracks: [track], path: folder.file("none/none.webm"))
    #expect(throws: MediaError.self) { try nowhere.start() }
    await #expect(throws: MediaError.self) { try await nowhere.stop() }

    let telephone = try StreamRecorder(tracks: [track], path: folder.file("telephone.webm"))
    try telephone.start()
    feed.deliver(EncodedAudioFrame(bytes: [1, 2], mimeType: "audio/PCMU", timestamp: .now, sampleCount: 2))
    let unsupported = await #expect(throws: MediaError.self) { try await telephone.stop() }
    #expect(unsupported?.message.contains("PCMU") == true)
    #expect(telephone.state == .failed(try #require(unsupported)))
    #expect(telephone.statistics.unsupportedFrames == 1)

    let silent = try StreamRecorder(tracks: [track], path: folder.file("silent.webm"))
    try silent.start()
    await #expect(throws: MediaError.self) { try await silent.stop() }
  }

  @Test("a full disk ends the recording with an error that says so")
  func fullDisk() async throws {
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .audio)
    let recorder = try StreamRecorder(tracks: [track], path: "/dev/full")
    try recorder.start()
    for frame in try EncodedMedia.audio(packets: 2, from: .now) { feed.deliver(frame) }
    let error = await #expect(throws: MediaError.self) { try await recorder.waitUntilFinished() }
    #expect(error?.message.contains("No space left") == true)
  }

  @Test("a recorder waits for its other tracks within bounded memory, then begins without them")
  func boundedWait() async throws {
    let (videoTrack, videoFeed) = RemoteTrackFeed.makeTrack(kind: .video)
    let (audioTrack, _) = RemoteTrackFeed.makeTrack(kind: .audio)
    let recorder = try StreamRecorder(
      tracks: [videoTrack, audioTrack], path: folder.file("large.webm"),
      options: .init(pictureTimeout: .seconds(3_600)))
    try recorder.start()
    let bytes = [UInt8](repeating: 0, count: 4 << 20)
    let hasBegun = await eventually {
      videoFeed.deliver(EncodedVideoFrame(bytes: bytes, mimeType: "video/VP8", isKeyFrame: true, timestamp: .now))
      return recorder.statistics.videoFrames > 0
    }
    #expect(hasBegun)
    try await recorder.stop()
  }

  @Test("a recorder that is forgotten completes its file")
  func forgotten() async throws {
    let path = folder.file("forgotten.webm")
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .audio)
    var recorder: StreamRecorder? = try StreamRecorder(tracks: [track], path: path)
    try recorder?.start()
    for frame in try EncodedMedia.audio(packets: 5, from: .now) { feed.deliver(frame) }
    recorder = nil
    #expect(await eventually { EBMLReader(bytes: TemporaryFolder.read(path)).find(.segment, .cues).count == 1 })
    #expect(EBMLReader(bytes: TemporaryFolder.read(path)).blocks.count == 5)
    #expect(await threadCount(named: "forgotten.webm", becomes: 0))
  }

  @Test("times of tracks lie on one line: local ones as they are, others from their arrival")
  func timeline() {
    let arrival = MediaTime(nanoseconds: 1_000_000_000_000)
    var timeline = RecordingTimeline(trackCount: 2)
    let local = timeline.time(ofTrack: 0, timestamp: arrival - .milliseconds(200), arrival: arrival)
    #expect(local == arrival - .milliseconds(200))
    timeline.begin(at: local)
    #expect(timeline.milliseconds(ofTrack: 0, at: local) == 0)
    // Bare RTP time.
    let remote = timeline.time(ofTrack: 1, timestamp: .zero, arrival: arrival)
    #expect(remote == arrival)
    #expect(timeline.milliseconds(ofTrack: 1, at: remote) == 200)
    let next = timeline.time(
      ofTrack: 1, timestamp: .zero + .milliseconds(20), arrival: arrival + .milliseconds(55))
    #expect(timeline.milliseconds(ofTrack: 1, at: next) == 220)
    // Time that jumps, forward or back, is tied to its arrival again; time never goes back in a track.
    for jump in [Duration.seconds(1_000_000_000), .zero - .seconds(1_000_000_000)] {
      let jumped = timeline.time(
        ofTrack: 1, timestamp: MediaTime.zero + jump, arrival: arrival + .milliseconds(100))
      #expect(timeline.milliseconds(ofTrack: 1, at: jumped) == 300)
    }
    let back = timeline.time(ofTrack: 0, timestamp: arrival - .seconds(2), arrival: arrival)
    #expect(timeline.milliseconds(ofTrack: 0, at: back) == 0)
  }
}
