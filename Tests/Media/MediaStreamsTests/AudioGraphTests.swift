import Glibc
import MediaStreams
import Testing

@Suite("Audio graph")
struct AudioGraphTests {
  private func frame(_ samples: [Int16], channels: Int = 1) -> AudioFrame {
    AudioFrame(format: AudioFormat(sampleRate: 48_000, channels: channels), samples: samples, timestamp: .zero)
  }

  private func constant(_ value: Int16, _ count: Int = 4_800) -> AudioFrame {
    frame([Int16](repeating: value, count: count))
  }

  /// A graph that computes when it is told to.
  private func manual() -> AudioGraph { AudioGraph(sampleRate: 48_000, isPaced: false) }

  /// The last left and right samples of a second, given constant sound.
  private func settle(
    _ graph: AudioGraph, _ destination: AudioGraphDestinationNode, _ sources: [(AudioTrackGenerator, AudioFrame)]
  ) async throws -> [Int16] {
    var frames = destination.stream.audioTracks[0].audioFrames(buffer: 200).makeAsyncIterator()
    for step in 0..<10 {
      for (generator, frame) in sources { try generator.write(frame) }
      graph.render(4_800 / 128 * 128 + 128, at: MediaTime(nanoseconds: Int64(step) * 100_000_000))
    }
    var last: [Int16] = []
    for _ in 0..<95 { if let frame = await frames.next() { last = Array(frame.samples.suffix(frame.format.channels)) } }
    return last
  }

  @Test("GN-10, GN-11: the sound of a stream comes out of the destination's track, in stereo and frames of 10 ms")
  func passThrough() async throws {
    let graph = manual()
    let generator = AudioTrackGenerator()
    let destination = graph.destination()
    try graph.source(MediaStream(tracks: [generator.track])).connect(to: destination)
    #expect(destination.stream.tracks.count == 1 && destination.stream.audioTracks[0].settings.channelCount == 2)
    var frames = destination.stream.audioTracks[0].audioFrames(buffer: 100).makeAsyncIterator()
    for step in 0..<5 {
      try generator.write(constant(1_000))
      graph.render(38 * 128, at: MediaTime(nanoseconds: Int64(step) * 101_333_333))
    }
    let first = try #require(await frames.next())
    #expect(first.format == .stereo48k && first.sampleCount == 480 && first.timestamp == .zero)
    let second = try #require(await frames.next())
    #expect(second.timestamp == MediaTime(nanoseconds: 10_000_000))
    #expect(throws: MediaError.self) { try graph.source(MediaStream()) }
  }

  @Test("GN-10: of several tracks the first by identifier is taken")
  func firstTrack() async throws {
    let graph = manual()
    let destination = graph.destination(channels: 1)
    let generators = (0..<3).map { _ in AudioTrackGenerator() }
    let order = generators.sorted { $0.track.id < $1.track.id }
    try graph.source(MediaStream(tracks: generators.map(\.track))).connect(to: destination)
    let last = try await settle(
      graph, destination, [(order[0], constant(500)), (order[1], constant(5_000)), (order[2], constant(9_000))])
    #expect(last.allSatisfy { abs($0 - 500) < 5 } && last.count == 1)
  }

  @Test("GN-12: sounds are added, made louder or softer, and cut where they are too loud")
  func mixing() async throws {
    let graph = manual()
    let (first, second) = (AudioTrackGenerator(), AudioTrackGenerator())
    let destination = graph.destination(channels: 1)
    let gain = graph.gain(0.5)
    try graph.source(first.track).connect(to: gain).connect(to: destination)
    try graph.source(second.track).connect(to: destination)
    let sources = [(first, constant(4_000)), (second, constant(1_000))]
    #expect(abs(try await settle(graph, destination, sources)[0] - 3_000) < 20)
    gain.gain = 0
    #expect(gain.gain == 0)
    #expect(abs(try await settle(graph, destination, sources)[0] - 1_000) < 20)
    gain.gain = 100
    #expect(try await settle(graph, destination, sources)[0] == .max)
    gain.gain = .nan
    #expect(gain.gain == 100)
  }

  @Test(
    "GN-12: panning moves sound with equal power", arguments: [(-1.0, 10_000, 0), (0, 7_071, 7_071), (1, 0, 10_000)])
  func panning(pan: Double, left: Int, right: Int) async throws {
    let graph = manual()
    let generator = AudioTrackGenerator()
    let destination = graph.destination()
    let panner = graph.pan(pan * 5)
    panner.pan = pan
    try graph.source(generator.track).connect(to: panner).connect(to: destination)
    let last = try await settle(graph, destination, [(generator, constant(10_000))])
    #expect(abs(Int(last[0]) - left) < 30 && abs(Int(last[1]) - right) < 30)
    #expect(panner.pan == pan)
  }

  @Test("MS-12, GN-12: left and right keep their sides, and stereo is panned as Web Audio does")
  func stereo() async throws {
    let sound = frame((0..<9_600).map { $0 % 2 == 0 ? 8_000 : -2_000 }, channels: 2)
    for (pan, left, right) in [(0.0, 8_000, -2_000), (-1, 6_000, 0), (1, 0, 6_000)] {
      let graph = manual()
      let generator = AudioTrackGenerator()
      let destination = graph.destination()
      try graph.source(generator.track).connect(to: graph.pan(pan)).connect(to: destination)
      let last = try await settle(graph, destination, [(generator, sound)])
      #expect(abs(Int(last[0]) - left) < 30 && abs(Int(last[1]) - right) < 30)
    }
  }

  @Test("circles, foreign nodes and closed graphs are refused; what is taken out is silent")
  func connections() async throws {
    let graph = manual()
    let generator = AudioTrackGenerator()
    let (first, second) = (graph.gain(), graph.pan())
    let source = graph.source(generator.track)
    let destination = graph.destination(channels: 1)
    try source.connect(to: first).connect(to: second).connect(to: destination)
    let circle = #expect(throws: MediaError.self) { try second.connect(to: first) }
    #expect(circle?.name == .notSupportedError)
    #expect(throws: MediaError.self) { try source.connect(to: manual().gain()) }
    second.disconnect(from: destination)
    #expect(try await settle(graph, destination, [(generator, constant(3_000))])[0] == 0)
    try second.connect(to: destination)
    source.remove()
    #expect(generator.track.consumerCount == 0)
    #expect(try await settle(graph, destination, [(generator, constant(3_000))])[0] == 0)
    graph.close()
    #expect(destination.stream.audioTracks[0].readyState == .ended)
    #expect(throws: MediaError.self) { try first.connect(to: second) }
  }

  @Test("GN-12: two senders whose clocks differ are mixed for long without gap, loss or drift")
  func drift() async throws {
    let graph = manual()
    let (fast, slow) = (AudioTrackGenerator(), AudioTrackGenerator())
    let destination = graph.destination(channels: 1)
    let sources = [graph.source(fast.track), graph.source(slow.track)]
    for source in sources { try source.connect(to: destination) }
    // 2,000 millionths fast and slow, more than any clock, for half a minute: a difference of 120 ms, more than what waits.
    var sent = (fast: 0, slow: 0)
    var heard = 0
    var frames = destination.stream.audioTracks[0].audioFrames(buffer: 10).makeAsyncIterator()
    for step in 0..<3_000 {
      let time = Double(step + 1) * 0.01
      while Double(sent.fast) * 0.01 < time * 1.002 {
        try fast.write(frame((0..<480).map { Self.tone(440, sent.fast * 480 + $0) }))
        sent.fast += 1
      }
      while Double(sent.slow) * 0.01 < time * 0.998 {
        try slow.write(frame((0..<480).map { Self.tone(660, sent.slow * 480 + $0) }))
        sent.slow += 1
      }
      let before = heard / 128
      let after = (step + 1) * 480 / 128
      graph.render((after - before) * 128, at: MediaTime(nanoseconds: Int64(heard) * 1_000_000_000 / 48_000))
      heard += (after - before) * 128
      if step > 20 { #expect(await frames.next()?.sampleCount == 480) }
    }
    for source in sources {
      // Silence only until enough had come at the beginning.
      #expect(source.statistics.missingSamples < 2_880 && source.statistics.droppedSamples == 0)
    }
    #expect(sent.fast - sent.slow == 12)
  }

  private static func tone(_ frequency: Double, _ position: Int) -> Int16 {
    Int16(8_000 * sin(Double(position) * frequency * 2 * Double.pi / 48_000))
  }

  @Test("GN-11: a paced graph runs while its track lives, and no longer")
  func paced() async throws {
    let track: MediaStreamTrack
    weak var weakGraph: AudioGraph?
    do {
      let graph = AudioGraph()
      weakGraph = graph
      track = graph.destination().stream.audioTracks[0]
    }
    var count = 0
    for await frame in track.audioFrames(buffer: 50) {
      #expect(frame.samples.allSatisfy { $0 == 0 })
      count += 1
      if count == 5 { break }
    }
    #expect(weakGraph != nil)
    track.stop()
    // Its thread may be the last to hold it.
    while weakGraph != nil { await Task.yield() }
    #expect(track.readyState == .ended)
  }
}
