import MediaStreams
import Testing

/// Random tracks of one camera, each with random wishes.
@Suite("Tracks that share a source, at random")
struct SharedSourcePropertyTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) ^ (state << 31)
    }
  }

  private func randomConstraints(_ random: inout Generator) -> MediaTrackConstraints {
    var constraints = MediaTrackConstraints()
    let widths = [64, 160, 320, 640, 800, 1280, 1400]
    if Bool.random(using: &random), let width = widths.randomElement(using: &random) {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: constraints.width = .exact(width)
      case 1: constraints.width = .min(width)
      case 2: constraints.width = .max(width)
      default: constraints.width = .value(width)
      }
    }
    if Int.random(in: 0..<3, using: &random) == 0 {
      constraints.height = [.exact(180), .ideal(720), .max(240)].randomElement(using: &random)
    }
    if Int.random(in: 0..<3, using: &random) == 0 {
      constraints.frameRate = [.exact(10), .max(15), .min(40), 60].randomElement(using: &random)
    }
    if Int.random(in: 0..<5, using: &random) == 0 { constraints.resizeMode = .exact(.none) }
    return constraints
  }

  private func shape(_ track: MediaStreamTrack) -> [Double] {
    let settings = track.settings
    return [Double(settings.width ?? 0), Double(settings.height ?? 0), settings.frameRate ?? 0]
  }

  @Test(
    "TR-09, TR-11, TR-12: settings meet a track's own constraints, and nobody changes another's", arguments: 0..<60)
  func coordination(seed: Int) async throws {
    var random = Generator(state: UInt64(seed) &* 7_919 &+ 3)
    let source = webcamSource()
    var tracks = [try MediaStreamTrack(source: source)]
    for _ in 0..<12 {
      let index = Int.random(in: 0..<tracks.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: tracks.append(tracks[index].clone())
      case 1 where tracks.count > 1: tracks.remove(at: index).stop()
      default:
        let constraints = randomConstraints(&random)
        let before = tracks.map(shape)
        let old = tracks[index].constraints
        let hadResult = tracks[index].explain(constraints).selected != nil
        do {
          try await tracks[index].applyConstraints(constraints)
          #expect(hadResult && tracks[index].constraints == constraints, "seed \(seed)")
        } catch let error as MediaError {
          #expect(!hadResult && error.name == .overconstrainedError, "seed \(seed): \(error)")
          #expect(tracks[index].constraints == old && shape(tracks[index]) == before[index], "seed \(seed)")
        }
        for other in tracks.indices where other != index {
          #expect(shape(tracks[other]) == before[other], "seed \(seed)")
        }
      }
      // Every track meets what is required of it, and no picture has another size.
      var iterators = tracks.map { $0.videoFrames(buffer: 40).makeAsyncIterator() }
      source.film(1, from: .zero + .seconds(Int.random(in: 1...1_000_000, using: &random)))
      for (number, track) in tracks.enumerated() {
        let basic = PreparedConstraintSet(track.constraints.basic, bareValuesAreExact: false, isVideo: true)
        #expect(basic.distance(to: track.settings) < .infinity, "seed \(seed)")
        if let frame = await iterators[number].next() {
          #expect([frame.width, frame.height] == [track.settings.width, track.settings.height], "seed \(seed)")
        }
      }
      #expect(
        source.modes.contains { mode in
          mode.width?.max == source.settings.width && mode.height?.max == source.settings.height
        })
    }
    for track in tracks { track.stop() }
    #expect(!source.isOpen)
  }
}
