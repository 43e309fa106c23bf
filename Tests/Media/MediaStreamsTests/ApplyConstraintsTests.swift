import MediaStreams
import Synchronization
import Testing

@Suite("applyConstraints")
struct ApplyConstraintsTests {
  private func size(_ settings: MediaTrackSettings) -> String {
    "\(settings.width ?? 0)x\(settings.height ?? 0)@\(Int(settings.frameRate ?? 0))"
  }

  private func required(_ width: Int, _ height: Int) -> MediaTrackConstraints {
    MediaTrackConstraints(width: .exact(width), height: .exact(height))
  }

  @Test("TR-10, TR-11: settings are the new ones, and so are the next frames")
  func live() async throws {
    let source = webcamSource()
    let track = try MediaStreamTrack(source: source)
    var frames = track.videoFrames(buffer: 10).makeAsyncIterator()
    #expect(size(track.settings) == "640x480@30" && track.settings.resizeMode == "none")
    source.film(1)
    #expect(await frames.next()?.width == 640)

    let constraints = MediaTrackConstraints(width: 1280, height: 720)
    try await track.applyConstraints(constraints)
    #expect(size(track.settings) == "1280x720@30" && track.settings.resizeMode == "none")
    #expect(track.constraints == constraints)
    source.film(1)
    #expect(await frames.next()?.width == 1280)

    try await track.applyConstraints(required(320, 180))
    #expect(size(track.settings) == "320x180@30" && track.settings.resizeMode == "crop-and-scale")
    source.film(1)
    let small = await frames.next()
    #expect(small?.width == 320 && small?.height == 180)

    // Cleared, it has its defaults again.
    try await track.applyConstraints()
    #expect(size(track.settings) == "640x480@30" && track.constraints == .init())
    #expect(track.settings.aspectRatio == 1.3333333333)
  }

  @Test("TR-12: what cannot be had throws the constraint's name, and everything stays")
  func overconstrained() async throws {
    let source = webcamSource()
    let track = try MediaStreamTrack(source: source)
    try await track.applyConstraints(.init(width: 1280))
    let before = track.settings
    let error = await #expect(throws: MediaError.self) {
      try await track.applyConstraints(.init(width: .exact(1_281), frameRate: .ideal(5)))
    }
    #expect(error?.name == .overconstrainedError && error?.constraint == "width")
    #expect(track.settings == before && track.constraints == .init(width: 1280))
    #expect(source.requests.count == 1)
    let together = await #expect(throws: MediaError.self) {
      try await track.applyConstraints(.init(width: .exact(640), resizeMode: .exact(.none), advanced: []))
      try await track.applyConstraints(.init(width: .exact(600), resizeMode: .exact(.none)))
    }
    #expect(together?.constraint == "")
  }

  @Test("TR-12: a source that refuses leaves everything as it was")
  func refusal() async throws {
    let source = webcamSource()
    let track = try MediaStreamTrack(source: source)
    source.refuse(MediaError(.notReadableError, "busy"))
    await #expect(throws: MediaError(.notReadableError, "busy")) {
      try await track.applyConstraints(.init(width: 1280))
    }
    #expect(size(track.settings) == "640x480@30" && track.constraints == .init())
    source.refuse(nil)
    try await track.applyConstraints(.init(width: 1280))
    #expect(size(track.settings) == "1280x720@30")
  }

  @Test("TR-10: settings tell what the driver granted; what does not suffice is refused")
  func granted() async throws {
    // A driver that takes any request for 640x480 at 25.
    let source = webcamSource(grant: { _ in MediaTrackSettings(width: 640, height: 480, frameRate: 25) })
    let track = try MediaStreamTrack(source: source)
    try await track.applyConstraints(.init(width: 1280, height: 720))
    #expect(size(track.settings) == "640x480@25")
    let error = await #expect(throws: MediaError.self) { try await track.applyConstraints(.init(width: .min(700))) }
    #expect(error?.constraint == "width")
    #expect(track.constraints == .init(width: 1280, height: 720))
  }

  @Test("TR-12: calls take effect in the order in which they were made")
  func order() async throws {
    let gate = Gate()
    let source = webcamSource(duringChange: { await gate.pass() })
    let track = try MediaStreamTrack(source: source)
    let first = Task { try await track.applyConstraints(.init(width: 1280)) }
    await gate.waitForVisitor()
    let second = Task { try await track.applyConstraints(.init(width: 320)) }
    let third = Task { try await track.applyConstraints(.init(width: .min(9_999))) }
    // While the first is under way nothing has changed.
    #expect(size(track.settings) == "640x480@30")
    await gate.open()
    try await first.value
    try await second.value
    await #expect(throws: MediaError.self) { try await third.value }
    #expect(track.settings.width == 320)
    #expect(source.requests.map(\.width) == [1280, 320])
  }

  @Test("TR-13: on a track that has ended it does nothing")
  func ended() async throws {
    let track = try MediaStreamTrack(source: webcamSource())
    track.stop()
    try await track.applyConstraints(.init(width: .exact(99_999)))
    #expect(track.constraints == .init())
  }

  @Test("TR-09, CN-14: tracks of one source have settings of their own, and one never changes another's")
  func clones() async throws {
    let source = webcamSource()
    let large = try MediaStreamTrack(source: source)
    try await large.applyConstraints(.init(width: 1280, height: 720))
    let small = large.clone()
    #expect(small.constraints == large.constraints && size(small.settings) == "1280x720@30")
    try await small.applyConstraints(required(320, 180))
    #expect(size(large.settings) == "1280x720@30" && size(small.settings) == "320x180@30")
    #expect(source.settings.width == 1280)
    var largeFrames = large.videoFrames().makeAsyncIterator()
    var smallFrames = small.videoFrames().makeAsyncIterator()
    source.film(1)
    #expect(await largeFrames.next()?.width == 1280)
    #expect(await smallFrames.next()?.width == 320)
    // Constraints of the clone are its own.
    #expect(large.constraints == .init(width: 1280, height: 720))
  }

  @Test("TR-11, TR-15: a track that needs more changes the source, and others keep what they have and are told")
  func upwards() async throws {
    let source = webcamSource()
    let first = try MediaStreamTrack(source: source)
    let second = first.clone()
    var events = first.events.makeAsyncIterator()
    try await second.applyConstraints(required(1280, 720))
    #expect(source.settings.width == 1280)
    #expect(size(first.settings) == "640x480@30" && first.settings.resizeMode == "crop-and-scale")
    #expect(await events.next() == .configurationChanged)
    var frames = first.videoFrames().makeAsyncIterator()
    source.film(1)
    let frame = await frames.next()
    #expect(frame?.width == 640 && frame?.height == 480)
    // Who demands what the source makes by itself holds it.
    let third = second.clone()
    try await second.applyConstraints(.init(width: .exact(1280), resizeMode: .exact(.none)))
    await #expect(throws: MediaError.self) {
      try await third.applyConstraints(.init(frameRate: .exact(10), resizeMode: .exact(.none)))
    }
    try await third.applyConstraints(.init(frameRate: .exact(10)))
    #expect(size(third.settings) == "1280x720@10" && source.settings.frameRate == 30)
    second.stop()
    third.stop()
    try await first.applyConstraints(.init(width: .exact(320), height: .exact(240), resizeMode: .exact(.none)))
    #expect(source.settings.width == 320)
  }

  @Test("TR-11: while the source is being changed no track sees frames of other settings")
  func atomic() async throws {
    let gate = Gate()
    let source = webcamSource(duringChange: { await gate.pass() })
    let track = try MediaStreamTrack(source: source)
    let clone = track.clone()
    var frames = clone.videoFrames(buffer: 10).makeAsyncIterator()
    let change = Task { try await track.applyConstraints(required(1280, 720)) }
    await gate.waitForVisitor()
    // The driver is faster than the call: large pictures come already, and small ones in between.
    source.output.emit(grey(1, width: 1280, height: 720, index: 0))
    source.output.emit(grey(1, width: 320, height: 240, index: 1))
    source.output.emit(grey(1, width: 640, height: 480, index: 2))
    #expect(size(clone.settings) == "640x480@30")
    await gate.open()
    try await change.value
    #expect(await frames.next()?.timestamp.nanoseconds == 0)
    let last = await frames.next()
    #expect(last?.timestamp.nanoseconds == 2 && last?.width == 640)
  }

  @Test("CN-14: the centre is kept, and nothing is stretched")
  func crop() async throws {
    let source = webcamSource()
    let track = try MediaStreamTrack(source: source)
    try await track.applyConstraints(.init(width: .exact(320), height: .exact(320)))
    #expect(track.settings.aspectRatio == 1)
    var frames = track.videoFrames().makeAsyncIterator()
    // White to the left and right of the square in the middle of 640x480.
    var buffer = VideoFrameBuffer(width: 640, height: 480)
    buffer.withPlanes { luma, cb, cr in
      for index in cb.indices { (cb[index], cr[index]) = (128, 128) }
      for row in 0..<480 {
        for column in 0..<640 { luma[row * 640 + column] = (80..<560).contains(column) ? 100 : 235 }
      }
    }
    source.output.emit(VideoFrame(buffer, timestamp: .zero))
    let frame = try #require(await frames.next())
    #expect(frame.width == 320 && frame.height == 320)
    for column in [0, 160, 319] { #expect(frame.pixel(x: column, y: 160).luma == 100) }
  }

  @Test("CN-15, TR-18: ten frames a second of thirty are every third, and the rest is counted")
  func decimation() async throws {
    let source = webcamSource()
    let track = try MediaStreamTrack(source: source)
    try await track.applyConstraints(.init(width: .exact(640), frameRate: .max(10)))
    #expect(track.settings.frameRate == 10 && track.settings.width == 640)
    var frames = track.videoFrames(buffer: 100).makeAsyncIterator()
    source.film(150)
    source.output.end()
    var times: [Int64] = []
    while let frame = await frames.next() { times.append(frame.timestamp.nanoseconds / 1_000_000) }
    #expect(times.count == 50)
    #expect(zip(times, times.dropFirst()).allSatisfy { (99...101).contains($1 - $0) })
    let stats = try #require(track.videoStats)
    #expect(stats.deliveredFrames == 50 && stats.discardedFrames == 100 && stats.totalFrames == 150)
  }

  @Test("CN-15: a source that does not know its rate is slowed down all the same")
  func unknownRate() async throws {
    let generator = VideoTrackGenerator()
    try generator.write(grey(1))
    let track = generator.track.clone()
    try await track.applyConstraints(.init(frameRate: .max(10)))
    #expect(track.settings.frameRate == 10 && track.settings.width == 32)
    for index in 0..<30 { try generator.write(grey(1, index: (index + 1) * 33_333_333)) }
    #expect(track.videoStats?.deliveredFrames == 10 && generator.track.videoStats?.deliveredFrames == 31)
    await #expect(throws: MediaError.self) { try await track.applyConstraints(.init(frameRate: .min(100))) }
  }

  @Test("CN-20, CN-21: sound is mixed and resampled for the track that asks")
  func audio() async throws {
    let source = microphoneSource()
    let stereo = try MediaStreamTrack(source: source)
    let mono = stereo.clone()
    try await mono.applyConstraints(.init(sampleRate: .exact(16_000), channelCount: .exact(1)))
    #expect(mono.settings.sampleRate == 16_000 && mono.settings.channelCount == 1)
    #expect(stereo.settings.sampleRate == 48_000 && stereo.settings.channelCount == 2)
    var monoFrames = mono.audioFrames().makeAsyncIterator()
    var stereoFrames = stereo.audioFrames().makeAsyncIterator()
    source.hear(10)
    #expect(await monoFrames.next()?.format == AudioFormat(sampleRate: 16_000, channels: 1))
    #expect(await stereoFrames.next()?.format == .stereo48k)
    // The source still runs as the other track has it: nothing is lost to the one for the other's sake.
    #expect(source.settings.sampleRate == 48_000 && source.settings.channelCount == 2)
    try await mono.applyConstraints(.init(sampleRate: .exact(44_100)))
    #expect(source.settings.sampleRate == 48_000 && mono.settings.sampleRate == 44_100)
    let error = await #expect(throws: MediaError.self) {
      try await mono.applyConstraints(.init(channelCount: .exact(6)))
    }
    #expect(error?.constraint == "channelCount")
  }

  @Test("CN-31: a track explains what would become of constraints")
  func explanation() throws {
    let track = try MediaStreamTrack(source: webcamSource())
    let report = track.explain(.init(width: .min(5_000)))
    #expect(report.failedConstraint == "width" && report.candidates.contains { $0.label == "webcam" })
    #expect(track.explain(.init(width: 1280)).selected?.settings.width == 1280)
  }

  @Test("TR-10: capabilities of a source with modes tell what constraints can have")
  func capabilities() throws {
    let track = try MediaStreamTrack(source: webcamSource())
    #expect(track.capabilities.width == .init(min: 1, max: 1280))
    #expect(track.capabilities.frameRate == .init(min: 0, max: 60))
    #expect(track.capabilities.resizeMode == ["none", "crop-and-scale"])
    track.stop()
    #expect(track.capabilities.width?.max == 1280)
  }

  @Test("MS-11: tracks of one size share one scaled picture")
  func sharedScaling() async throws {
    let source = webcamSource()
    let first = try MediaStreamTrack(source: source)
    try await first.applyConstraints(required(320, 180))
    let clones = (0..<24).map { _ in first.clone() }
    var iterators = clones.map { $0.videoFrames().makeAsyncIterator() }
    source.film(1)
    var pictures: [VideoFrame] = []
    for index in iterators.indices { if let frame = await iterators[index].next() { pictures.append(frame) } }
    #expect(pictures.count == 24 && pictures.allSatisfy { $0.width == 320 && $0.sharesPicture(with: pictures[0]) })
  }
}

/// Holds up whoever passes until it is opened.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var visitors: [CheckedContinuation<Void, Never>] = []
    var hasVisitor = false
    var watchers: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func pass() async {
    await withCheckedContinuation { continuation in
      let (isOpen, watchers) = state.withLock { state in
        state.hasVisitor = true
        if !state.isOpen { state.visitors.append(continuation) }
        defer { state.watchers = [] }
        return (state.isOpen, state.watchers)
      }
      for watcher in watchers { watcher.resume() }
      if isOpen { continuation.resume() }
    }
  }

  func waitForVisitor() async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if !state.hasVisitor { state.watchers.append(continuation) }
        return state.hasVisitor
      }
      if isThere { continuation.resume() }
    }
  }

  func open() async {
    let visitors = state.withLock { state in
      state.isOpen = true
      defer { state.visitors = [] }
      return state.visitors
    }
    for visitor in visitors { visitor.resume() }
  }
}
