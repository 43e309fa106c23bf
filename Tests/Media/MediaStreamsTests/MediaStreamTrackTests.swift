import MediaStreams
import Testing

@Suite("Tracks")
struct MediaStreamTrackTests {
  private func drain(_ track: MediaStreamTrack) async -> [MediaStreamTrack.Event] {
    var events: [MediaStreamTrack.Event] = []
    for await event in track.events { events.append(event) }
    return events
  }

  @Test("TR-01: kind, identifier and label")
  func identity() throws {
    let track = try MediaStreamTrack(source: CountingSource<VideoFrame>())
    let other = try MediaStreamTrack(source: CountingSource<AudioFrame>())
    #expect(track.kind == .video && other.kind == .audio)
    #expect(track.id.count == 36 && track.id != other.id)
    #expect(track.label == "counted")
    #expect(track.origin == .local)
    #expect(track.settings.width == 320)
  }

  @Test("TR-08: a source is opened with its first track and closed with its last, clones included, and again")
  func referenceCounting() throws {
    let source = CountingSource<VideoFrame>()
    for round in 1...3 {
      let first = try MediaStreamTrack(source: source)
      let second = try MediaStreamTrack(source: source)
      let clone = first.clone()
      #expect(source.counts == .init(started: round, stopped: round - 1))
      first.stop()
      first.stop()
      second.stop()
      #expect(source.isOpen)
      clone.stop()
      #expect(source.counts == .init(started: round, stopped: round))
    }
  }

  @Test("TR-08: 24 clones hold one source, and a track that is released lets go")
  func release() throws {
    let source = CountingSource<VideoFrame>()
    do {
      let track = try MediaStreamTrack(source: source)
      let clones = (0..<24).map { _ in track.clone() }
      #expect(source.counts.started == 1)
      #expect(Set(clones.map(\.id)).count == 24)
    }
    #expect(!source.isOpen)
  }

  @Test("a source that cannot be opened throws its error and is not held")
  func failure() {
    let source = CountingSource<VideoFrame>(failure: MediaError(.notReadableError, "busy"))
    #expect(throws: MediaError(.notReadableError, "busy")) { try MediaStreamTrack(source: source) }
    #expect(source.output.openCount == 0)
  }

  @Test("TR-07: stop ends a track at once and silently; a source that is over emits ended")
  func ending() async throws {
    let source = CountingSource<VideoFrame>()
    let stopped = try MediaStreamTrack(source: source)
    let ended = try MediaStreamTrack(source: source)
    stopped.stop()
    #expect(stopped.readyState == .ended)
    #expect(await drain(stopped) == [])
    #expect(ended.readyState == .live)
    source.output.end()
    #expect(ended.readyState == .ended)
    #expect(await drain(ended) == [.ended])
    #expect(!source.isOpen)
    #expect(ended.settings.width == nil)
    // Once over, a source gives ended tracks only.
    let late = try MediaStreamTrack(source: source)
    #expect(late.readyState == .ended && !source.isOpen)
    #expect(ended.clone().readyState == .ended)
  }

  @Test("TR-04: mute and unmute follow the source, coalesce, and need a change")
  func muting() async throws {
    let source = CountingSource<VideoFrame>()
    let track = try MediaStreamTrack(source: source)
    var events = track.events.makeAsyncIterator()
    source.output.setMuted(true)
    source.output.setMuted(true)
    #expect(track.isMuted)
    #expect(await events.next() == .mute)
    #expect(track.clone().isMuted)
    source.output.setMuted(false)
    source.output.setMuted(true)
    source.output.setMuted(false)
    #expect(await events.next() == .unmute)
    source.output.setMuted(true)
    track.stop()
    source.output.setMuted(false)
    #expect(track.isMuted)
    #expect(await events.next() == .mute)
    #expect(await events.next() == nil)
  }

  @Test("TR-03: a disabled video track shows black at the pace of its source, and the picture again at once")
  func disabledVideo() async throws {
    let generator = VideoTrackGenerator()
    let track = generator.track
    var frames = track.videoFrames(buffer: 10).makeAsyncIterator()
    track.isEnabled = false
    for index in 0..<3 { try generator.write(grey(200, index: index)) }
    var black: [VideoFrame] = []
    for _ in 0..<3 { if let frame = await frames.next() { black.append(frame) } }
    #expect(black.map(\.timestamp.nanoseconds) == [0, 1, 2])
    #expect(black.allSatisfy { $0.pixel(x: 31, y: 31) == (16, 128, 128) && $0.width == 32 })
    #expect(black[0].sharesPicture(with: black[2]))
    track.isEnabled = true
    try generator.write(grey(200, index: 3))
    #expect(await frames.next()?.pixel(x: 0, y: 0).luma == 200)
    // TR-19: black pictures are not counted.
    #expect(track.videoStats?.totalFrames == 1 && track.videoStats?.deliveredFrames == 1)
  }

  @Test("TR-17, TR-19: sound is counted in samples and milliseconds, with its latency, while it is enabled")
  func audioStats() throws {
    let generator = AudioTrackGenerator()
    let track = generator.track
    func write(late: Duration) throws {
      try generator.write(.silence(format: .mono48k, sampleCount: 480, timestamp: .now - late))
    }
    #expect(track.audioStats?.totalFrames == 0 && track.audioStats?.averageLatency == 0 && track.videoStats == nil)
    try write(late: .milliseconds(50))
    try write(late: .milliseconds(250))
    let stats = try #require(track.audioStats)
    #expect(stats.deliveredFrames == 960 && stats.totalFrames == 960)
    #expect(stats.deliveredFramesDuration == 20 && stats.totalFramesDuration == 20)
    #expect(stats.minimumLatency >= 50 && stats.maximumLatency >= 250 && stats.latency == stats.maximumLatency)
    #expect(abs(stats.averageLatency - (stats.minimumLatency + stats.maximumLatency) / 2) < 0.001)
    track.isEnabled = false
    try write(late: .seconds(5))
    #expect(track.audioStats == stats)
    // The counts go on, the latencies begin anew.
    track.isEnabled = true
    track.resetLatency()
    #expect(track.audioStats?.totalFrames == 960)
    try write(late: .milliseconds(10))
    #expect(track.audioStats?.totalFrames == 1_440 && track.audioStats?.maximumLatency ?? 0 >= 10)
    #expect(track.audioStats?.averageLatency == track.audioStats?.latency)
  }

  @Test("TR-02: a disabled audio track is silent, and only that one of two clones")
  func disabledAudio() async throws {
    let generator = AudioTrackGenerator()
    let clone = generator.track.clone()
    var frames = generator.track.audioFrames().makeAsyncIterator()
    var cloned = clone.audioFrames().makeAsyncIterator()
    generator.track.isEnabled = false
    let sound = AudioFrame(format: .stereo48k, samples: [5, -5, 6, -6], timestamp: MediaTime(nanoseconds: 3))
    try generator.write(sound)
    let silence = await frames.next()
    #expect(silence?.samples == [0, 0, 0, 0])
    #expect(silence?.timestamp == sound.timestamp && silence?.format == .stereo48k)
    #expect(await cloned.next()?.samples == sound.samples)
  }

  @Test("TR-09: a clone is enabled and stopped apart, and keeps its hint")
  func cloning() throws {
    let track = try MediaStreamTrack(source: CountingSource<VideoFrame>())
    track.isEnabled = false
    track.contentHint = .detail
    let clone = track.clone()
    #expect(clone.id != track.id && clone.label == track.label)
    #expect(!clone.isEnabled && clone.contentHint == .detail)
    clone.isEnabled = true
    #expect(!track.isEnabled)
    clone.stop()
    #expect(track.readyState == .live)
  }

  @Test("TR-16: a hint of the other kind is ignored")
  func contentHint() throws {
    let track = try MediaStreamTrack(source: CountingSource<AudioFrame>())
    track.contentHint = .music
    track.contentHint = .motion
    #expect(track.contentHint == .music)
    track.contentHint = .none
    #expect(track.contentHint == .none)
  }

  @Test("MS-11: a slow consumer loses its own oldest frames and delays nobody")
  func slowConsumer() async throws {
    let generator = VideoTrackGenerator()
    var slow = generator.track.videoFrames(buffer: 2).makeAsyncIterator()
    var fast = generator.track.videoFrames(buffer: 100).makeAsyncIterator()
    for index in 0..<50 { try generator.write(picture(index)) }
    generator.close()
    var count = 0
    while await fast.next() != nil { count += 1 }
    #expect(count == 50)
    #expect(await slow.next()?.timestamp.nanoseconds == 48)
    #expect(await slow.next()?.timestamp.nanoseconds == 49)
    #expect(await slow.next() == nil)
    #expect(slow.droppedFrames == 48)
  }

  @Test("GN-03: sequences end with the track, and a consumer that leaves is forgotten")
  func sequences() async throws {
    let generator = VideoTrackGenerator()
    let track = generator.track
    do {
      var leaving = track.videoFrames().makeAsyncIterator()
      try generator.write(picture(0))
      #expect(await leaving.next() != nil)
      #expect(track.consumerCount == 1)
    }
    #expect(track.consumerCount == 0)
    var frames = track.videoFrames(buffer: 4).makeAsyncIterator()
    for index in 1...3 { try generator.write(picture(index)) }
    generator.close()
    for index in 1...3 { #expect(await frames.next()?.timestamp.nanoseconds == Int64(index)) }
    #expect(await frames.next() == nil)
    for await _ in track.videoFrames() { Issue.record("an ended track has no pictures") }
    for await _ in track.audioFrames() { Issue.record("a video track has no sound") }
  }

  @Test("a source's thread has ended when its last track has stopped, whoever stops it")
  func threads() async throws {
    let source = ThreadedSource()
    let track = try MediaStreamTrack(source: source)
    for await _ in track.videoFrames() { break }
    #expect(source.isRunning)
    track.stop()
    #expect(!source.isRunning)
    // Ended by itself: the source is closed on its own thread.
    let ending = ThreadedSource(pictureLimit: 3)
    let second = try MediaStreamTrack(source: ending)
    for await event in second.events { #expect(event == .ended) }
    while ending.isRunning { await Task.yield() }
    #expect(second.readyState == .ended)
  }

  @Test("tracks may be made, cloned and stopped from many tasks at once")
  func concurrency() async throws {
    let source = ThreadedSource()
    let keeper = try MediaStreamTrack(source: source)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<50 {
            let clone = keeper.clone()
            for await _ in clone.videoFrames() { break }
            clone.isEnabled.toggle()
            clone.stop()
          }
        }
      }
    }
    #expect(source.output.openCount == 1)
    keeper.stop()
    #expect(!source.isRunning)
  }

  @Test("GN-19: the next picture can be grabbed, while there is one")
  func grabFrame() async throws {
    let track = try MediaStreamTrack(source: ThreadedSource())
    #expect(try await track.grabFrame().width == 16)
    track.stop()
    await #expect(throws: MediaError.self) { try await track.grabFrame() }
    let audio = AudioTrackGenerator().track
    await #expect(throws: MediaError.self) { try await audio.grabFrame() }
  }
}
