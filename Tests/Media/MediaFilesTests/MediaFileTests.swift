import CFFmpeg
import Glibc
import MediaStreams
import RTCCodecs
import RTCFiles
import RTCFrames
import RTCMediaTestSupport
import RTCSynthetic
import Synchronization
import Testing

@testable import MediaFiles

@Suite("Files that FFmpeg reads")
struct MediaFileTests {
  private let folder = TemporaryFolder()

  /// A film of each kind: container, pictures, sound.
  struct Film: Sendable, CustomTestStringConvertible {
    var name: String
    var video: (@Sendable () -> FilmWriter.Coding)?
    var audio: (@Sendable () -> FilmWriter.Coding)?
    var testDescription: String { name }
  }

  static let films = [
    Film(
      name: "mjpeg-pcm.avi", video: { .init(encoder: "mjpeg", pixelFormat: AV_PIX_FMT_YUVJ420P) },
      audio: { .init(encoder: "pcm_s16le", sampleRate: 44_100, channels: 1) }),
    Film(
      name: "mpeg4-aac.mp4", video: { .init(encoder: "mpeg4", options: ["bf": "2"]) },
      audio: { .init(encoder: "aac", sampleFormat: AV_SAMPLE_FMT_FLTP) }),
    Film(
      name: "ffv1-flac.mkv", video: { .init(encoder: "ffv1", pixelFormat: AV_PIX_FMT_YUV444P) },
      audio: { .init(encoder: "flac", sampleRate: 16_000) }),
  ]

  /// A file that waits for those who watch it.
  private func open(_ path: String, isLooping: Bool = false) throws -> MediaFile {
    let file = try MediaFile(path: path, isLooping: isLooping)
    file.pause()
    return file
  }

  /// What the tracks of a file's stream deliver from its beginning, until they end or have delivered so many pictures.
  private func watch(_ file: MediaFile, _ stream: MediaStream, pictures limit: Int = .max) async -> (
    pictures: [VideoFrame], sound: [AudioFrame]
  ) {
    let missing = Mutex(stream.tracks.count)
    let begin: @Sendable () -> Void = {
      if missing.withLock({
        $0 -= 1; return $0 == 0
      }) {
        file.resume()
      }
    }
    async let sound = { () async -> [AudioFrame] in
      var frames: [AudioFrame] = []
      guard let track = stream.audioTracks.first else { return frames }
      var iterator = track.audioFrames(buffer: 100_000).makeAsyncIterator()
      begin()
      while let frame = await iterator.next() { frames.append(frame) }
      return frames
    }()
    var pictures: [VideoFrame] = []
    if let track = stream.videoTracks.first {
      var iterator = track.videoFrames(buffer: 100_000).makeAsyncIterator()
      begin()
      while pictures.count < limit, let frame = await iterator.next() { pictures.append(frame) }
    }
    if limit != .max { for track in stream.tracks { track.stop() } }
    return (pictures, await sound)
  }

  private func counters(_ pictures: [VideoFrame]) -> [UInt32?] { pictures.map { TestPatternReader.read($0).counter } }

  /// When sound begins that was silence.
  private func onset(_ sound: [AudioFrame]) -> MediaTime? {
    for frame in sound {
      let samples = frame.channel(0)
      guard let index = samples.firstIndex(where: { abs(Int($0)) > 2_000 }) else { continue }
      return frame.timestamp + frame.format.duration(ofSamples: index)
    }
    return nil
  }

  @Test("GN-06: pictures and sound of any file play in step and in real time, and end", arguments: films)
  func film(film: Film) async throws {
    let path = folder.file(film.name)
    try FilmWriter.write(path, video: film.video?(), audio: film.audio?(), pictures: 30, tone: 10..<20)
    let file = try open(path)
    #expect(file.video?.settings.width == 160 && file.video?.settings.height == 96)
    #expect(file.video?.settings.frameRate == 25)
    #expect(abs((file.duration?.inSeconds ?? 0) - 1.2) < 0.1)
    let stream = try file.captureStream()
    #expect(stream.tracks.count == 2 && stream.tracks.allSatisfy { $0.label == film.name })
    let start = MediaTime.now
    let (pictures, sound) = await watch(file, stream)
    #expect((MediaTime.now - start).inSeconds > 1.1)
    #expect(counters(pictures) == (0..<30).map { UInt32($0) })
    #expect(TestPatternReader.read(pictures[0]).barColours.count == 8)
    for (before, after) in zip(pictures, pictures.dropFirst()) {
      #expect(abs((after.timestamp - before.timestamp).inSeconds - 0.04) < 0.001)
    }
    for (before, after) in zip(sound, sound.dropFirst()) {
      #expect(after.timestamp - before.timestamp == before.duration)
    }
    let tenth = try #require(pictures.first { TestPatternReader.read($0).counter == 10 })
    let heard = try #require(onset(sound))
    #expect(abs((heard - tenth.timestamp).inSeconds) < 0.03)
    #expect(sound.allSatisfy { $0.format.sampleRate == 48_000 && $0.sampleCount == 960 })
    #expect(stream.tracks.allSatisfy { $0.readyState == .ended })
    #expect(await threadCount(named: film.name, becomes: 0))
  }

  @Test("GN-06: a recorded call plays: WebM with VP8 and Opus")
  func webm() async throws {
    let path = folder.file("call.webm")
    let registry = CodecRegistry(factories: [BuiltInCodecs()])
    let video = try registry.makeVideoEncoder(
      VideoEncoderConfiguration(mimeType: "video/VP8", rates: VideoEncoderRates(bitrate: 800_000, frameRate: 25)))
    let audio = try registry.makeAudioEncoder(AudioEncoderConfiguration(mimeType: "audio/opus", channels: 1))
    var writer = try WebMWriter(path: path, tracks: [.vp8(width: 320, height: 180), .opus(channels: 1)])
    let painter = TestPatternPainter(width: 320, height: 180)
    for index in 0..<25 {
      var buffer = VideoFrameBuffer(width: 320, height: 180)
      painter.paint(counter: UInt32(index), milliseconds: 0, into: &buffer)
      let frame = VideoFrame(buffer, timestamp: .zero + .milliseconds(40 * index))
      let encoded = try #require(try video.encode(frame, asKeyFrame: index == 0))
      try writer.write(
        WebMFrame(track: 0, milliseconds: Int64(40 * index), isKeyFrame: index == 0, bytes: encoded.bytes))
      for part in [2 * index, 2 * index + 1] {
        let samples = ToneSource.samples(
          of: 440, amplitude: 0.25, format: audio.inputFormat, from: Int64(part * 960), count: 960)
        let sound = AudioFrame(format: audio.inputFormat, samples: samples, timestamp: .zero + .milliseconds(20 * part))
        guard let encoded = try audio.encode(sound) else { continue }
        try writer.write(
          WebMFrame(track: 1, milliseconds: Int64(20 * part), isKeyFrame: true, bytes: encoded.bytes))
      }
    }
    try writer.finish()
    let file = try open(path)
    let (pictures, sound) = await watch(file, try file.captureStream())
    #expect(counters(pictures) == (0..<25).map { UInt32($0) })
    var analyzer = ToneAnalyzer(window: .milliseconds(300))
    for frame in sound { analyzer.append(frame) }
    #expect(analyzer.measurement?.isTone(of: 440) == true)
  }

  @Test("GN-06: pictures without sound or container play: VP8 in IVF")
  func ivf() async throws {
    let path = folder.file("film.ivf")
    try FilmWriter.write(
      path, video: .init(encoder: "libvpx", options: ["deadline": "realtime"]), audio: nil, pictures: 6)
    let file = try open(path)
    let (pictures, _) = await watch(file, try file.captureStream())
    #expect(file.audio == nil && counters(pictures) == (0..<6).map { UInt32($0) })
  }

  @Test("GN-06: a file begins anew, and its times go on evenly")
  func loop() async throws {
    let path = folder.file("loop.avi")
    try FilmWriter.write(path, video: Self.films[0].video?(), audio: nil, pictures: 5)
    let file = try open(path, isLooping: true)
    #expect(file.audio == nil && file.isLooping)
    let (pictures, _) = await watch(file, try file.captureStream(), pictures: 18)
    let seen = counters(pictures).map { $0 ?? .max }
    for (before, after) in zip(seen, seen.dropFirst()) { #expect(after == (before + 1) % 5) }
    for (before, after) in zip(pictures, pictures.dropFirst()) {
      #expect(abs((after.timestamp - before.timestamp).inSeconds - 0.04) < 0.001)
    }
    #expect(await threadCount(named: "loop.avi", becomes: 0))
  }

  @Test("GN-06: a file of sound begins anew without a gap", arguments: ["wav", "ogg", "mka"])
  func soundLoop(container: String) async throws {
    let path = folder.file("loop.\(container)")
    let coding =
      container == "wav"
      ? FilmWriter.Coding(encoder: "pcm_s16le", sampleRate: 8_000, channels: 1) : FilmWriter.Coding(encoder: "libopus")
    try FilmWriter.write(path, video: nil, audio: coding, pictures: 8)
    let file = try MediaFile(path: path)
    #expect(file.video == nil && file.audio?.settings.channelCount == (container == "wav" ? 1 : 2))
    let track = try MediaStreamTrack(source: try #require(file.audio))
    var times: [MediaTime] = []
    for await frame in track.audioFrames(buffer: 1_000) {
      times.append(frame.timestamp)
      if times.count == 40 { break }
    }
    track.stop()
    for (before, after) in zip(times, times.dropFirst()) {
      let step = (after - before).inSeconds
      #expect(step > 0.005 && step < 0.035, "\(step)")
    }
    #expect(abs((times[39] - times[0]).inSeconds - 0.78) < 0.06)
  }

  @Test("GN-06: seeking goes on from the picture that is to be seen then, forwards and back")
  func seek() async throws {
    let path = folder.file("seek.mp4")
    try FilmWriter.write(path, video: Self.films[1].video?(), audio: Self.films[1].audio?(), pictures: 100)
    let file = try MediaFile(path: path, isLooping: false)
    let stream = try file.captureStream()
    let track = try #require(stream.videoTracks.first)
    defer { for track in stream.tracks { track.stop() } }
    var pictures = track.videoFrames(buffer: 1_000).makeAsyncIterator()
    func counter(after position: Duration) async -> UInt32? {
      file.seek(to: position)
      var last: MediaTime?
      while let frame = await pictures.next() {
        if let last { #expect(frame.timestamp > last) }
        last = frame.timestamp
        let counter = TestPatternReader.read(frame).counter
        if abs(Double(counter ?? 0) * 0.04 - position.inSeconds) < 0.3 { return counter }
      }
      return nil
    }
    #expect(await pictures.next() != nil)
    #expect(await counter(after: .seconds(2)) == 50)
    #expect(file.position >= .milliseconds(1_950) && file.position < .seconds(3))
    #expect(await counter(after: .milliseconds(500)) == 12)
    file.seek(to: .milliseconds(3_900))
    while await pictures.next() != nil {}
    #expect(track.readyState == .ended)
  }

  @Test("a file that stands still mutes its tracks, and goes on where it was")
  func pause() async throws {
    let path = folder.file("pause.avi")
    try FilmWriter.write(path, video: Self.films[0].video?(), audio: nil, pictures: 10)
    let file = try open(path, isLooping: true)
    let track = try #require(try file.captureStream().videoTracks.first)
    defer { track.stop() }
    #expect(track.isMuted && file.isPaused)
    var events = track.events.makeAsyncIterator()
    var pictures = track.videoFrames(buffer: 1_000).makeAsyncIterator()
    file.resume()
    #expect(await events.next() == .unmute)
    var seen: [UInt32] = []
    /// Reads on; a muted track shows black in between.
    func see(_ count: Int) async throws {
      let wanted = seen.count + count
      while seen.count < wanted {
        if let counter = TestPatternReader.read(try #require(await pictures.next())).counter { seen.append(counter) }
      }
    }
    try await see(3)
    file.pause()
    #expect(await events.next() == .mute)
    file.resume()
    #expect(await events.next() == .unmute && !file.isPaused)
    try await see(20)
    #expect(seen.first == 0)
    for (before, after) in zip(seen, seen.dropFirst()) { #expect(after == (before + 1) % 10) }
  }

  @Test("a track that joins later is in step with the other")
  func joining() async throws {
    let path = folder.file("join.mkv")
    try FilmWriter.write(
      path, video: Self.films[2].video?(), audio: Self.films[2].audio?(), pictures: 75, tone: 60..<75)
    let file = try open(path)
    let video = try MediaStreamTrack(source: try #require(file.video))
    var pictures = video.videoFrames(buffer: 100).makeAsyncIterator()
    file.resume()
    for _ in 0..<5 { _ = await pictures.next() }
    let audio = try MediaStreamTrack(source: try #require(file.audio))
    var sound: [AudioFrame] = []
    for await frame in audio.audioFrames(buffer: 1_000) { sound.append(frame) }
    var begin: MediaTime?
    while let picture = await pictures.next() {
      if TestPatternReader.read(picture).counter == 60 { begin = picture.timestamp }
    }
    #expect(abs((try #require(onset(sound)) - (try #require(begin))).inSeconds) < 0.03)
  }

  @Test("pictures of a telephone that was held upright say so")
  func rotation() async throws {
    let path = folder.file("turned.mp4")
    try FilmWriter.write(
      path, video: .init(encoder: "mpeg4"), audio: nil, pictures: 2, width: 64, height: 48, rotation: 90)
    let file = try open(path)
    let (pictures, _) = await watch(file, try file.captureStream())
    #expect(pictures.first?.rotation == .clockwise90)
  }

  @Test("what cannot be opened is refused with its name and reason")
  func refused() throws {
    func error(_ path: String) -> MediaError? { #expect(throws: MediaError.self) { _ = try MediaFile(path: path) } }
    #expect(error(folder.file("none.mp4"))?.name == .notFoundError)
    #expect(error("/dev/zero")?.message.contains("regular") == true)
    #expect(error(folder.path)?.name == .notReadableError)
    #expect(error(folder.write(Array("no film at all, only text".utf8), to: "text.mp4"))?.name == .encodingError)
    #expect(error(folder.write([], to: "empty.mp4")) != nil)
    // A list of other files opens none of them.
    let list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n#EXT-X-ENDLIST\n"
    #expect(error(folder.write(Array(list.utf8), to: "list.m3u8")) != nil)
  }

  @Test("a file that is cut off or damaged ends its tracks, and harms nobody", arguments: 0..<12)
  func damaged(seed: Int) async throws {
    let film = Self.films[seed % 3]
    let path = folder.file(film.name)
    try FilmWriter.write(path, video: film.video?(), audio: film.audio?(), pictures: 6, width: 64, height: 48)
    var bytes = try #require(folder.read(path))
    var random = SystemIndependentRandom(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    if seed % 4 == 0 { bytes.removeLast(bytes.count / 3) }
    for _ in 0..<(seed % 4 * 20) {
      bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
    }
    guard let file = try? open(folder.write(bytes, to: "damaged")), let stream = try? file.captureStream() else {
      return
    }
    let watching = Task { await watch(file, stream).pictures.count }
    // Damaged times may be far away.
    let deadline = MediaTime.now + .milliseconds(400)
    while MediaTime.now < deadline, stream.isActive { try await Task.sleep(for: .milliseconds(5)) }
    for track in stream.tracks { track.stop() }
    #expect(await watching.value < 100)
    #expect(await threadCount(named: "damaged", becomes: 0))
  }

  @Test("what cannot be decoded is left out as long as there is something else")
  func unknownCodec() throws {
    let path = folder.file("film.mkv")
    try FilmWriter.write(path, video: Self.films[0].video?(), audio: Self.films[2].audio?(), pictures: 5)
    var bytes = try #require(folder.read(path))
    func rename(_ codec: String, to name: String) throws {
      let codec = Array(codec.utf8)
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: codec) })
      bytes.replaceSubrange(place..<place + codec.count, with: Array(name.utf8))
    }
    try rename("A_FLAC", to: "A_NONE")
    let silent = try MediaFile(path: folder.write(bytes, to: "silent.mkv"))
    #expect(silent.video != nil && silent.audio == nil)
    try rename("V_MJPEG", to: "V_NOPEG")
    let error = #expect(throws: MediaError.self) { _ = try MediaFile(path: folder.write(bytes, to: "nothing.mkv")) }
    #expect(error?.name == .notSupportedError)
  }

  @Test("GN-09: tracks of a player change with its files, with events")
  func player() async throws {
    let (film, song) = (folder.file("film.avi"), folder.file("song.wav"))
    try FilmWriter.write(film, video: Self.films[0].video?(), audio: Self.films[0].audio?(), pictures: 50)
    try FilmWriter.write(song, video: nil, audio: .init(encoder: "pcm_s16le"), pictures: 50)
    let player = MediaPlayer()
    #expect(player.stream.tracks.isEmpty && player.file == nil)
    var events = player.stream.events.makeAsyncIterator()
    func next() async -> (isAdded: Bool, track: MediaStreamTrack)? {
      switch await events.next() {
      case .trackAdded(let track): (true, track)
      case .trackRemoved(let track): (false, track)
      case nil: nil
      }
    }
    try player.load(film)
    let added = [await next(), await next()].compactMap { $0 }
    #expect(added.map(\.isAdded) == [true, true] && added.map(\.track.kind) == [.audio, .video])
    #expect(player.stream.isActive && player.stream.tracks.count == 2)
    // What cannot be loaded changes nothing.
    #expect(throws: MediaError.self) { try player.load(folder.file("none.mp4")) }
    #expect(player.file?.path == film && player.stream.tracks.count == 2)
    try player.load(song, isLooping: true)
    let changed = [await next(), await next(), await next()].compactMap { $0 }
    #expect(changed.map(\.isAdded) == [false, false, true])
    #expect(added.allSatisfy { $0.track.readyState == .ended })
    let track = try #require(player.stream.audioTracks.first)
    #expect(changed.last?.track === track && player.stream.tracks.count == 1)
    for await frame in track.audioFrames() {
      #expect(frame.format == .stereo48k)
      break
    }
    player.close()
    #expect(track.readyState == .ended && player.stream.tracks.isEmpty && player.file == nil)
    #expect(await threadCount(named: "film.avi", becomes: 0))
    #expect(await threadCount(named: "song.wav", becomes: 0))
  }
}

/// A generator whose numbers are the same everywhere.
private struct SystemIndependentRandom {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

extension TemporaryFolder {
  fileprivate func read(_ path: String) -> [UInt8]? {
    guard let handle = fopen(path, "r") else { return nil }
    defer { fclose(handle) }
    var bytes = [UInt8](repeating: 0, count: 4_000_000)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, handle))
    return bytes
  }
}
