import RTCConstraints
import RTCFrames
import Testing

@Suite("Fitness distance")
struct FitnessDistanceTests {
  /// actual, ideal, distance: worked out by hand from the formula.
  private static let numbers: [(Double, Double, Double)] = [
    (640, 640, 0), (640, 1280, 0.5), (1280, 640, 0.5), (640, 320, 0.5), (1, 2, 0.5), (2, 1, 0.5), (1920, 1280, 1 / 3.0),
    (1280, 1920, 1 / 3.0), (480, 720, 1 / 3.0), (720, 480, 1 / 3.0), (30, 30, 0), (30, 60, 0.5), (15, 30, 0.5),
    (10, 30, 2 / 3.0), (30, 10, 2 / 3.0), (29.97, 30, 0.001), (30, 25, 1 / 6.0), (25, 30, 1 / 6.0), (1, 100, 0.99),
    (100, 1, 0.99), (16_000, 48_000, 2 / 3.0), (44_100, 48_000, 0.08125), (48_000, 44_100, 0.08125), (16, 24, 1 / 3.0),
    (1.5, 1.5, 0), (1.5, 2, 0.25), (2, 1.5, 0.25), (0.01, 0.02, 0.5), (0.04, 0.01, 0.75), (8, 2, 0.75), (0, 0, 0),
    (0, 5, 1),
  ]

  @Test("CN-04: the distance of numbers is their difference, relative to the greater", arguments: numbers)
  func numeric(actual: Double, ideal: Double, distance: Double) {
    #expect(abs(FitnessDistance.numeric(actual: actual, ideal: ideal) - distance) < 1e-12)
  }

  private func distance(
    _ set: MediaTrackConstraintSet, _ settings: MediaTrackSettings, isAdvanced: Bool = false, isVideo: Bool = true,
    supported: Set<ConstrainableProperty> = Set(ConstrainableProperty.allCases)
  ) -> Double {
    PreparedConstraintSet(set, bareValuesAreExact: isAdvanced, isVideo: isVideo, supported: supported)
      .distance(to: settings)
  }

  private var camera: MediaTrackSettings {
    var settings = MediaTrackSettings(width: 640, height: 480, frameRate: 30)
    settings.facingMode = "user"
    settings.deviceId = "a"
    return settings
  }

  @Test("CN-05: strings and booleans are right or wrong; of a list any will do")
  func discrete() {
    #expect(distance(.init(facingMode: "user"), camera) == 0)
    #expect(distance(.init(facingMode: "environment"), camera) == 1)
    #expect(distance(.init(facingMode: ["left", "user"]), camera) == 0)
    #expect(distance(.init(facingMode: .ideal(.left, .right)), camera) == 1)
    #expect(distance(.init(facingMode: .exact(.left, .user)), camera) == 0)
    #expect(distance(.init(facingMode: .exact(.left)), camera) == .infinity)
    var microphone = MediaTrackSettings(sampleRate: 48_000, channelCount: 1)
    microphone.noiseSuppression = true
    microphone.echoCancellation = .remoteOnly
    #expect(distance(.init(noiseSuppression: true), microphone, isVideo: false) == 0)
    #expect(distance(.init(noiseSuppression: false), microphone, isVideo: false) == 1)
    #expect(distance(.init(noiseSuppression: .exact(false)), microphone, isVideo: false) == .infinity)
    #expect(distance(.init(echoCancellation: .exact(.remoteOnly)), microphone, isVideo: false) == 0)
    #expect(distance(.init(echoCancellation: true), microphone, isVideo: false) == 1)
    #expect(distance(.init(echoCancellation: .exact("other")), microphone, isVideo: false) == .infinity)
  }

  @Test("CN-03: min, max and exact must be met")
  func required() {
    #expect(distance(.init(width: .min(640), height: .max(480), frameRate: .exact(30)), camera) == 0)
    #expect(distance(.init(width: .min(641)), camera) == .infinity)
    #expect(distance(.init(width: .max(639)), camera) == .infinity)
    #expect(distance(.init(width: .exact(641)), camera) == .infinity)
    #expect(distance(.init(width: .range(min: 100, max: 700, ideal: 320)), camera) == 0.5)
  }

  @Test("CN-06: a boolean for a property that is none asks whether it exists")
  func presence() {
    #expect(distance(.init(width: true), camera) == 0)
    #expect(distance(.init(width: false), camera) == 1)
    #expect(distance(.init(groupId: true), camera) == 1)
    #expect(distance(.init(groupId: false), camera) == 0)
    // Bare in an advanced set it is a demand (step 2).
    #expect(distance(.init(width: true), camera, isAdvanced: true) == 0)
    #expect(distance(.init(width: false), camera, isAdvanced: true) == .infinity)
    #expect(distance(.init(groupId: true), camera, isAdvanced: true) == .infinity)
  }

  @Test("CN-07: what does not exist is 1 away, or infinitely far if it is required")
  func missing() {
    #expect(distance(.init(groupId: "x"), camera) == 1)
    #expect(distance(.init(groupId: .exact("x")), camera) == .infinity)
    #expect(distance(.init(width: 640), MediaTrackSettings()) == 1)
    #expect(distance(.init(width: .min(1)), MediaTrackSettings()) == .infinity)
  }

  @Test("CN-08: what is not supported has no influence, even where it is required")
  func unsupported() {
    let supported: Set<ConstrainableProperty> = [.width]
    #expect(distance(.init(width: 640, frameRate: .exact(7)), camera, supported: supported) == 0)
  }

  @Test("CN-09: what is none of the kind has no influence while it is a wish")
  func otherKind() {
    let microphone = MediaTrackSettings(sampleRate: 48_000, channelCount: 1)
    #expect(distance(.init(frameRate: 30), microphone, isVideo: false) == 0)
    #expect(distance(.init(sampleRate: 8_000), camera) == 0)
    // The steps are taken in order: what is required and not there is infinitely far before it can be none of the kind.
    #expect(distance(.init(frameRate: .exact(30)), microphone, isVideo: false) == .infinity)
    let removed = MediaTrackConstraints(width: 640, frameRate: .exact(30), channelCount: 2, deviceId: "a")
      .removingProperties(notOf: false)
    #expect(removed == .init(channelCount: 2, deviceId: "a"))
    #expect(
      MediaTrackConstraints(sampleRate: .exact(1), advanced: [.init(width: 1, latency: 1)])
        .removingProperties(notOf: true) == .init(advanced: [.init(width: 1)]))
  }

  @Test("CN-01, CN-02: a bare value is ideal in the basic set and exact in an advanced one")
  func bareValues() {
    #expect(distance(.init(width: 1920), camera) == 2 / 3.0)
    #expect(distance(.init(width: 1920), camera, isAdvanced: true) == .infinity)
    #expect(distance(.init(width: .ideal(1920)), camera, isAdvanced: true) == 2 / 3.0)
    #expect(distance(.init(facingMode: "left"), camera, isAdvanced: true) == .infinity)
  }

  @Test("CN-12: an empty list is no constraint, nor is an identifier of no length")
  func emptyLists() {
    #expect(distance(.init(facingMode: [], deviceId: .exact()), camera) == 0)
    #expect(distance(.init(facingMode: []), camera, isAdvanced: true) == 0)
    #expect(distance(.init(facingMode: []), MediaTrackSettings()) == 0)
    #expect(distance(.init(deviceId: .exact("")), camera) == 0)
  }

  @Test("the sum over all members decides")
  func sum() {
    #expect(distance(.init(width: 1280, height: 960, frameRate: 60), camera) == 1.5)
    #expect(distance(.init(width: 1280, height: .min(481)), camera) == .infinity)
    #expect(distance(.init(), camera) == 0)
  }
}
