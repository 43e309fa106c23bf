import RTCConstraints
import RTCFrames
import Testing

/// Random devices and constraints, small enough that every possible settings dictionary can be tried.
@Suite("Selection, compared with a trial of everything")
struct SelectionPropertyTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
  }

  private static let rates: [Double] = [5, 10, 15, 30]

  private func randomSpace(_ random: inout Generator) -> SettingsSpace {
    let modes = (0..<Int.random(in: 1...3, using: &random)).map { _ -> MediaSourceMode in
      let rates = Array(Self.rates.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)))
      if random.chance(25) {
        let least = Int.random(in: 1...6, using: &random)
        return MediaSourceMode(
          width: .range(
            min: least, max: least + 4 * Int.random(in: 1...5, using: &random), step: random.chance(50) ? 1 : 4),
          height: .range(min: least, max: least + 2 * Int.random(in: 1...6, using: &random), step: 2),
          frameRate: .list(rates))
      }
      return MediaSourceMode(
        width: Int.random(in: 2...28, using: &random), height: Int.random(in: 2...20, using: &random), frameRates: rates
      )
    }
    return SettingsSpace(isVideo: true, modes: modes, deviceId: "d", facingModes: random.chance(50) ? ["user"] : [])
  }

  private func randomNumber(_ values: [Int], _ random: inout Generator) -> ConstrainULong? {
    guard random.chance(50), let value = values.randomElement(using: &random) else { return nil }
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return .value(value)
    case 1: return .ideal(value)
    case 2: return .min(value)
    case 3: return .max(value)
    case 4: return .exact(value)
    default: return .range(min: value / 2, max: value + 3, ideal: value)
    }
  }

  private func randomFraction(_ values: [Double], _ percent: Int, _ random: inout Generator) -> ConstrainDouble? {
    guard random.chance(percent), let value = values.randomElement(using: &random) else { return nil }
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return .value(value)
    case 1: return .ideal(value)
    case 2: return .min(value)
    case 3: return .max(value)
    case 4: return .exact(value)
    default: return .range(min: value * 0.8, max: value * 1.1, ideal: value)
    }
  }

  private func randomSet(_ random: inout Generator) -> MediaTrackConstraintSet {
    var set = MediaTrackConstraintSet()
    set.width = randomNumber(Array(1...30), &random)
    set.height = randomNumber(Array(1...22), &random)
    set.aspectRatio = randomFraction([1, 1.5, 4.0 / 3, 16.0 / 9, 0.75, 2.2, 3.7], 35, &random)
    set.frameRate = randomFraction([4, 5, 10, 12, 15, 30], 30, &random)
    if random.chance(15) { set.resizeMode = random.chance(50) ? .exact(.none) : .ideal(.cropAndScale) }
    if random.chance(15) { set.facingMode = random.chance(50) ? .exact(.user) : .ideal(.environment) }
    return set
  }

  /// Every settings dictionary there is: all sizes up to the largest of a mode, at all rates that are the source's own or
  /// named below them.
  private func everything(_ space: SettingsSpace, named: [Double]) -> [SettingsCandidate] {
    var all: Set<SettingsCandidate> = []
    for mode in space.modes {
      guard let widths = mode.width, let heights = mode.height, case .list(let native)? = mode.frameRate else {
        continue
      }
      let rates = Set(native + named.filter { $0 > 0 && $0 <= (native.max() ?? 0) })
      for width in 1...widths.max {
        for height in 1...heights.max {
          for rate in rates {
            var settings = MediaTrackSettings(width: width, height: height, frameRate: rate)
            settings.aspectRatio = MediaTrackSettings.aspectRatio(width: width, height: height)
            settings.facingMode = space.facingModes.first
            settings.deviceId = space.deviceId
            settings.resizeMode = "crop-and-scale"
            all.insert(SettingsCandidate(settings: settings))
            if isValue(width, of: widths), isValue(height, of: heights), native.contains(rate) {
              settings.resizeMode = "none"
              all.insert(SettingsCandidate(settings: settings))
            }
          }
        }
      }
    }
    return Array(all)
  }

  private func isValue(_ number: Int, of values: MediaSourceMode.Values<Int>) -> Bool {
    switch values {
    case .list(let list): list.contains(number)
    case .range(let min, let max, let step): stride(from: min, through: max, by: step).contains(number) || number == max
    }
  }

  @Test(
    "CN-10, CN-11, CN-31: nothing that could be had is nearer, and what is chosen meets all demands", arguments: 0..<300
  )
  func everythingTried(seed: Int) {
    var random = Generator(state: UInt64(seed))
    let space = randomSpace(&random)
    let constraints = MediaTrackConstraints(
      basic: randomSet(&random), advanced: (0..<Int.random(in: 0...3, using: &random)).map { _ in randomSet(&random) })
    let basic = PreparedConstraintSet(constraints.basic, bareValuesAreExact: false, isVideo: true)
    let advanced = constraints.advanced.map { PreparedConstraintSet($0, bareValuesAreExact: true, isVideo: true) }
    let named = ([constraints.basic] + constraints.advanced).flatMap { set in
      [set.frameRate?.value, set.frameRate?.min, set.frameRate?.max, set.frameRate?.exact, set.frameRate?.ideal]
    }
    .compactMap { $0 }

    let trial = SelectSettings(
      candidates: everything(space, named: named), basic: basic, advanced: advanced)
    let selection = SelectSettings(constraints, in: space)
    let report = ConstraintReport(constraints, in: [("d", space)])
    guard let selected = selection.selected else {
      #expect(trial.selected == nil, "seed \(seed)")
      #expect(report.selected == nil && report.failedConstraint != nil)
      return
    }
    #expect(abs(selection.distance - trial.distance) < 1e-9, "seed \(seed)")
    #expect(basic.distance(to: selected.settings) < .infinity)
    // The same advanced sets are met, in order.
    let best = advanced.map { $0.distance(to: trial.selected?.settings ?? .init()) < .infinity }
    #expect(advanced.map { $0.distance(to: selected.settings) < .infinity } == best, "seed \(seed)")
    // Nothing is enlarged, and the source's mode is one of its own.
    #expect((selected.native.width ?? 0) >= (selected.settings.width ?? 0))
    #expect((selected.native.height ?? 0) >= (selected.settings.height ?? 0))
    #expect((selected.native.frameRate ?? 0) >= (selected.settings.frameRate ?? 0))
    // The explanation agrees.
    #expect(report.selected?.settings == selected.settings && report.failedConstraint == nil)
    #expect(report.selected?.distance == selection.distance)
  }

  @Test("MD-08: a failed constraint fails alone, and is named only then", arguments: 300..<500)
  func failures(seed: Int) {
    var random = Generator(state: UInt64(seed))
    let space = randomSpace(&random)
    let set = randomSet(&random)
    let failed = SelectSettings.failedConstraint(MediaTrackConstraints(basic: set), in: [space])
    let all = everything(
      space, named: [set.frameRate?.min, set.frameRate?.max, set.frameRate?.exact].compactMap { $0 })
    for (property, constraint) in set.members(bareValuesAreExact: false) where constraint.isRequired {
      let isMet = all.contains { constraint.distance(to: $0.settings[property]) < .infinity }
      if property.rawValue == failed {
        #expect(!isMet, "seed \(seed)")
      } else if failed.isEmpty {
        #expect(isMet, "seed \(seed)")
      }
    }
  }
}
