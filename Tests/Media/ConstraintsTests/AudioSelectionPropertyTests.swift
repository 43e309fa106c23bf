import RTCConstraints
import RTCFrames
import Testing

/// Random microphones and constraints, compared with a trial of a fine net of settings.
@Suite("Selection of sound, compared with a trial of everything")
struct AudioSelectionPropertyTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) ^ (state << 31)
    }
  }

  private static let rates = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000]
  private static let latencies = [0.005, 0.01, 0.02, 0.05]

  private func pick<Value>(_ values: [Value], _ random: inout Generator) -> [Value] {
    Array(values.shuffled(using: &random).prefix(Int.random(in: 1...min(3, values.count), using: &random)))
  }

  private func randomMode(_ random: inout Generator) -> MediaSourceMode {
    var mode = MediaSourceMode(
      sampleRate: .list(pick(Self.rates, &random)), channelCount: .list(pick([1, 2, 6], &random)),
      latency: .list(pick(Self.latencies, &random)))
    mode.echoCancellation = pick([false, true, .all, .remoteOnly], &random)
    mode.autoGainControl = pick([false, true], &random)
    mode.noiseSuppression = pick([false, true], &random)
    return mode
  }

  private func constrain<Value>(_ values: [Value], _ random: inout Generator) -> ConstrainRange<Value>? {
    guard Int.random(in: 0..<3, using: &random) == 0, let value = values.randomElement(using: &random) else {
      return nil
    }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .value(value)
    case 1: return .ideal(value)
    case 2: return .min(value)
    case 3: return .max(value)
    default: return .exact(value)
    }
  }

  private func randomSet(_ random: inout Generator) -> MediaTrackConstraintSet {
    var set = MediaTrackConstraintSet()
    set.sampleRate = constrain(Self.rates + [12_345, 7_000, 200_000], &random)
    set.channelCount = constrain([1, 2, 4, 6, 8], &random)
    set.latency = constrain(Self.latencies + [0.001, 0.03], &random)
    set.sampleSize = constrain([16, 24], &random)
    if Int.random(in: 0..<3, using: &random) == 0 {
      set.echoCancellation = [true, .exact(false), .value(.all), .exact(.remoteOnly)].randomElement(using: &random)
    }
    if Int.random(in: 0..<3, using: &random) == 0 {
      set.noiseSuppression = [true, .exact(false)].randomElement(using: &random)
    }
    return set
  }

  /// Every rate and channel count that can be had, rates in steps of 500 beside those that are named.
  private func everything(_ mode: MediaSourceMode, _ sets: [MediaTrackConstraintSet]) -> [SettingsCandidate] {
    guard case .list(let native)? = mode.sampleRate, case .list(let channels)? = mode.channelCount,
      case .list(let latencies)? = mode.latency
    else { return [] }
    let named = sets.flatMap {
      [$0.sampleRate?.value, $0.sampleRate?.min, $0.sampleRate?.max, $0.sampleRate?.exact, $0.sampleRate?.ideal]
    }
    let limits = min(8_000, native.min() ?? 0)...max(48_000, native.max() ?? 0)
    let rates = Set(native + named.compactMap { $0 } + stride(from: 8_000, through: 48_000, by: 500))
      .filter { limits.contains($0) }
    var all: [SettingsCandidate] = []
    for rate in rates {
      for count in 1...max(2, channels.max() ?? 1) {
        for latency in latencies {
          for echo in mode.echoCancellation {
            for gain in mode.autoGainControl {
              for noise in mode.noiseSuppression {
                var settings = MediaTrackSettings(sampleRate: rate, channelCount: count)
                settings.latency = latency
                settings.echoCancellation = echo
                settings.autoGainControl = gain
                settings.noiseSuppression = noise
                all.append(SettingsCandidate(settings: settings))
              }
            }
          }
        }
      }
    }
    return all
  }

  @Test("CN-10, CN-11, CN-20, CN-21, CN-23: nothing that could be had is nearer", arguments: 0..<120)
  func everythingTried(seed: Int) {
    var random = Generator(state: UInt64(seed) &* 15_485_863 &+ 5)
    let mode = randomMode(&random)
    let space = SettingsSpace(isVideo: false, modes: [mode], supported: Set(ConstrainableProperty.allCases))
    let constraints = MediaTrackConstraints(
      basic: randomSet(&random), advanced: (0..<Int.random(in: 0...2, using: &random)).map { _ in randomSet(&random) })
    let basic = PreparedConstraintSet(
      constraints.basic, bareValuesAreExact: false, isVideo: false, supported: space.supported)
    let advanced = constraints.advanced.map {
      PreparedConstraintSet($0, bareValuesAreExact: true, isVideo: false, supported: space.supported)
    }
    let trial = SelectSettings(
      candidates: everything(mode, [constraints.basic] + constraints.advanced), basic: basic, advanced: advanced)
    let selection = SelectSettings(constraints, in: space)
    guard let selected = selection.selected else {
      #expect(trial.selected == nil, "seed \(seed)")
      return
    }
    #expect(abs(selection.distance - trial.distance) < 1e-9, "seed \(seed)")
    #expect(basic.distance(to: selected.settings) < .infinity)
    let best = advanced.map { $0.distance(to: trial.selected?.settings ?? .init()) < .infinity }
    #expect(advanced.map { $0.distance(to: selected.settings) < .infinity } == best, "seed \(seed)")
    // What the source is asked for is its own.
    #expect(mode.sampleRate?.min ?? 0 <= selected.native.sampleRate ?? 0)
    if case .list(let rates)? = mode.sampleRate { #expect(rates.contains(selected.native.sampleRate ?? 0)) }
    if case .list(let counts)? = mode.channelCount { #expect(counts.contains(selected.native.channelCount ?? 0)) }
  }
}
