import RTCConstraints
import RTCFrames
import Testing

@Suite("SelectSettings")
struct SelectSettingsTests {
  /// Constraints on the webcam and what comes of them; an asterisk marks derived settings.
  private static let golden: [(MediaTrackConstraints, String?)] = [
    // CN-28: nothing asked for gives the defaults.
    (.init(), "640x480@30"),
    // CN-01: what cannot be had is approached.
    (.init(width: 4000), "1920x1080@30"), (.init(width: 1920, height: 1080), "1920x1080@30"),
    (.init(width: 1280, height: 720), "1280x720@30"), (.init(frameRate: 60), "640x480@30"),
    (.init(frameRate: 15), "640x480@15"),
    // CN-10: the sum decides.
    (.init(width: 1280, frameRate: 10), "1280x720@10"), (.init(width: 640, height: 360), "640x360@30*"),
    (.init(width: 640, height: 360, resizeMode: .exact(.none)), "640x480@30"),
    // CN-03: demands.
    (.init(width: .exact(1280)), "1280x720@30"), (.init(width: .min(1000)), "1280x720@30"),
    (.init(width: .min(1000), height: .min(1000)), "1920x1080@30"), (.init(width: .max(400)), "320x240@30"),
    (.init(frameRate: .max(12)), "1280x720@10"), (.init(frameRate: .exact(15)), "640x480@15"),
    (.init(width: .min(1921)), nil), (.init(frameRate: .min(31)), nil), (.init(width: .exact(0)), nil),
    (.init(width: .range(min: 800, max: 700)), nil), (.init(width: .min(1500), frameRate: .exact(60)), nil),
    // CN-13, CN-14: derived sizes.
    (.init(width: .exact(500)), "500x375@30*"), (.init(width: .exact(320), height: .exact(180)), "320x180@30*"),
    (.init(width: .exact(500), resizeMode: .exact(.none)), nil),
    (.init(width: .exact(320), resizeMode: .exact(.cropAndScale)), "320x240@30*"),
    (.init(width: .exact(1), height: .exact(1)), "1x1@30*"),
    // CN-15: derived rates.
    (.init(frameRate: .exact(7)), "640x480@7*"), (.init(width: .exact(1920), frameRate: .max(10)), "1920x1080@10*"),
    (.init(width: .min(1500), frameRate: .exact(29.5)), "1920x1080@29.5*"),
    // CN-16: shapes.
    (.init(aspectRatio: .exact(1)), "480x480@30*"), (.init(aspectRatio: .value(16.0 / 9)), "1280x720@30"),
    (.init(height: .exact(480), aspectRatio: .exact(1.5)), "720x480@30*"),
    (.init(aspectRatio: .exact(4.0 / 3)), "640x480@30"), (.init(aspectRatio: .min(2000)), nil),
    // CN-17: directions.
    (.init(facingMode: .exact(.user)), "640x480@30"), (.init(facingMode: "environment"), "640x480@30"),
    (.init(facingMode: .exact(.environment)), nil),
    // CN-18: devices.
    (.init(deviceId: .exact("webcam")), "640x480@30"), (.init(deviceId: "other"), "640x480@30"),
    (.init(deviceId: .exact("other")), nil), (.init(groupId: .exact("other")), nil),
    // CN-11, CN-02: advanced sets, one after another.
    (.init(advanced: [.init(width: 1920)]), "1920x1080@30"), (.init(advanced: [.init(width: 4000)]), "640x480@30"),
    (.init(advanced: [.init(width: 4000), .init(height: .exact(720))]), "1280x720@30"),
    (.init(advanced: [.init(width: .min(1000)), .init(frameRate: 10)]), "1280x720@10"),
    (.init(advanced: [.init(frameRate: 10), .init(width: .min(1900))]), "1920x1080@10*"),
    (.init(width: .max(700), advanced: [.init(width: 1280), .init(frameRate: 15)]), "640x480@15"),
    (.init(advanced: [.init(width: 800, height: 4000), .init(width: 800)]), "800x450@30*"),
  ]

  @Test("CN-01, CN-02, CN-03, CN-10, CN-11, CN-13: the golden table of a webcam", arguments: golden)
  func webcamTable(constraints: MediaTrackConstraints, expected: String?) {
    #expect(webcam.select(constraints)?.summary == expected)
  }

  @Test("MD-08: the failed constraint is one that nothing meets, or none where only all together fail")
  func failedConstraint() {
    #expect(webcam.failure(.init(width: .min(1921))) == "width")
    #expect(webcam.failure(.init(width: 640, frameRate: .exact(60))) == "frameRate")
    #expect(webcam.failure(.init(height: .min(600), facingMode: .exact(.left))) == "facingMode")
    #expect(webcam.failure(.init(deviceId: .exact("other"))) == "deviceId")
    #expect(camera(640, 480).failure(.init(width: .exact(640), height: .exact(480), aspectRatio: .exact(1))) == "")
    #expect(webcam.failure(.init(width: .exact(500), resizeMode: .exact(.none))) == "")
    #expect(webcam.failure(.init(width: .range(min: 2, max: 1))) == "width")
  }

  @Test("CN-13: every mode that is delivered as it is counts as crop-and-scale too")
  func twins() {
    let candidates = SelectSettings(.init(), in: webcam).candidates
    for native in candidates where native.settings.resizeMode == "none" {
      var twin = native.settings
      twin.resizeMode = "crop-and-scale"
      #expect(candidates.contains { $0.settings == twin && $0.native == native.native })
    }
    #expect(candidates.filter { $0.settings.resizeMode == "none" }.count == 6)
  }

  @Test("CN-14: nothing is enlarged, and the source runs in the least mode that covers what is wanted")
  func nativeModes() throws {
    let small = try #require(SelectSettings(.init(width: .exact(300), height: .exact(200)), in: webcam).selected)
    #expect(small.native == MediaTrackSettings(width: 320, height: 240, frameRate: 30))
    let wide = try #require(SelectSettings(.init(width: .exact(800), height: .exact(450)), in: webcam).selected)
    #expect(wide.native == MediaTrackSettings(width: 1280, height: 720, frameRate: 30))
    #expect(webcam.select(.init(width: .exact(1920), height: .exact(1081))) == nil)
  }

  @Test("CN-16: a shape is met in whole pixels where it can be, and otherwise as nearly as can be")
  func aspectRatio() {
    #expect(camera(640, 480).select(.init(aspectRatio: .value(16.0 / 9)))?.summary == "640x360@30*")
    #expect(camera(640, 480).select(.init(aspectRatio: .exact(1.777777778)))?.summary == "640x360@30*")
    #expect(camera(640, 480).select(.init(aspectRatio: .exact(0.5625)))?.summary == "270x480@30*")
    #expect(camera(1000, 1000).select(.init(width: .exact(999), aspectRatio: .value(16.0 / 9)))?.height == 562)
    // 999 pixels of width make no exact 16:9.
    #expect(camera(1000, 1000).select(.init(width: .exact(999), aspectRatio: .exact(16.0 / 9))) == nil)
    #expect(camera(1000, 1000).failure(.init(width: .exact(999), aspectRatio: .exact(16.0 / 9))) == "")
    #expect(camera(640, 480).select(.init(aspectRatio: .range(min: 2, max: 2.5)))?.summary == "640x320@30*")
  }

  @Test("stepwise sizes: what lies on the grid is native, the rest is derived from the next larger")
  func grid() throws {
    let mode = MediaSourceMode(
      width: .range(min: 160, max: 1280, step: 16), height: .range(min: 120, max: 960, step: 8),
      frameRate: .range(min: 5, max: 60, step: 0))
    let space = SettingsSpace(isVideo: true, modes: [mode])
    #expect(space.select(.init())?.summary == "640x480@30")
    #expect(space.select(.init(width: 800, height: 600, frameRate: 50))?.summary == "800x600@50")
    let odd = try #require(SelectSettings(.init(width: .exact(810), height: .exact(610)), in: space).selected)
    #expect(odd.settings.summary == "810x610@30*" && odd.native.width == 816 && odd.native.height == 616)
    #expect(space.select(.init(width: .exact(100), frameRate: .exact(2)))?.summary == "100x75@2*")
    #expect(space.select(.init(height: .exact(480), aspectRatio: .exact(1.5)))?.summary == "720x480@30")
    // A source of any shape keeps that of its defaults.
    #expect(space.select(.init(width: 960))?.summary == "960x720@30")
    let wide = MediaTrackSettings(width: 1280, height: 720, frameRate: 25)
    #expect(
      SettingsSpace(isVideo: true, modes: [mode], defaults: wide).select(.init(width: .max(640)))?.summary
        == "640x360@25")
  }

  @Test("CN-20, CN-21, CN-22, CN-23: microphones")
  func audio() throws {
    func select(_ constraints: MediaTrackConstraints) -> MediaTrackSettings? { microphone.select(constraints) }
    let standard = try #require(select(.init()))
    #expect(standard.sampleRate == 48_000 && standard.channelCount == 1 && standard.sampleSize == 16)
    #expect(standard.latency == 0.01 && standard.echoCancellation == true && standard.noiseSuppression == true)
    #expect(standard.autoGainControl == false && standard.deviceId == "microphone")
    #expect(select(.init(channelCount: 2))?.channelCount == 2)
    #expect(select(.init(channelCount: .exact(6))) == nil)
    #expect(select(.init(sampleRate: .exact(16_000)))?.sampleRate == 16_000)
    #expect(select(.init(sampleRate: 44_100))?.sampleRate == 44_100)
    #expect(select(.init(sampleRate: .exact(192_000))) == nil)
    #expect(select(.init(sampleSize: .exact(24))) == nil)
    #expect(select(.init(latency: .ideal(0.02)))?.latency == 0.02)
    #expect(select(.init(latency: .max(0.001))) == nil)
    #expect(select(.init(echoCancellation: .exact(.remoteOnly)))?.echoCancellation == .remoteOnly)
    #expect(select(.init(echoCancellation: .exact(.all))) == nil)
    #expect(select(.init(echoCancellation: false, noiseSuppression: false))?.noiseSuppression == false)
    #expect(microphone.failure(.init(autoGainControl: .exact(true))) == "autoGainControl")
    let low = try #require(
      SelectSettings(.init(sampleRate: .exact(16_000), channelCount: .exact(2)), in: microphone).selected)
    #expect(low.native.sampleRate == 44_100 && low.native.channelCount == 2)
  }

  @Test("CN-24: a device that processes nothing says so, and cannot be required to")
  func bareDevice() {
    let mode = MediaSourceMode(sampleRate: .list([48_000]), channelCount: .list([1]))
    let device = SettingsSpace(isVideo: false, modes: [mode], deviceId: "tone")
    #expect(device.capabilities.echoCancellation == [.disabled] && device.capabilities.noiseSuppression == [false])
    #expect(device.select(.init())?.autoGainControl == false)
    #expect(device.select(.init(echoCancellation: .exact(false), noiseSuppression: true))?.noiseSuppression == false)
    #expect(device.select(.init(echoCancellation: .exact(true))) == nil)
    // Of a source that is no device nothing is known.
    let source = SettingsSpace(isVideo: false, modes: [mode])
    #expect(source.capabilities.echoCancellation == nil && source.select(.init())?.echoCancellation == nil)
  }

  @Test("CN-24, CN-27: processing that nobody does is neither offered nor looked at")
  func unsupportedProcessing() {
    let supported = ConstrainableProperty.supported.subtracting([
      .echoCancellation, .autoGainControl, .noiseSuppression,
    ])
    let space = SettingsSpace(isVideo: false, modes: microphone.modes, supported: supported)
    #expect(space.select(.init(echoCancellation: .exact(.all)))?.echoCancellation == nil)
    #expect(space.capabilities.echoCancellation == nil && space.capabilities.noiseSuppression == nil)
    #expect(microphone.capabilities.echoCancellation == [false, true, .remoteOnly])
  }

  @Test("TR-10: capabilities tell what constraints can have")
  func capabilities() {
    let picture = webcam.capabilities
    #expect(picture.width == .init(min: 1, max: 1920) && picture.height == .init(min: 1, max: 1080))
    #expect(picture.frameRate == .init(min: 0, max: 30) && picture.facingMode == ["user"])
    #expect(picture.resizeMode == ["none", "crop-and-scale"])
    #expect(picture.deviceId == "webcam" && picture.groupId == "unit")
    let sound = microphone.capabilities
    #expect(sound.sampleRate == .init(min: 8_000, max: 48_000) && sound.channelCount == .init(min: 1, max: 2))
    #expect(sound.sampleSize == .init(min: 16, max: 16) && sound.latency == .init(min: 0.005, max: 0.1))
  }

  @Test("TR-11: another track of the source keeps what it has")
  func commitments() throws {
    var space = webcam
    space.commitments = [
      .init(settings: MediaTrackSettings(width: 1280, height: 720, frameRate: 30), isNativeDemanded: false)
    ]
    let small = try #require(SelectSettings(.init(width: .exact(320), height: .exact(180)), in: space).selected)
    #expect(small.native == MediaTrackSettings(width: 1280, height: 720, frameRate: 30))
    // A larger mode serves both.
    #expect(SelectSettings(.init(width: .exact(1920)), in: space).selected?.native.width == 1920)
    space.commitments[0].isNativeDemanded = true
    #expect(SelectSettings(.init(width: .exact(1920)), in: space).selected == nil)
    #expect(space.select(.init(frameRate: 10))?.summary == "1280x720@10*")
    // A source of any size keeps the larger of both.
    let any = MediaSourceMode(
      width: .range(min: 1, max: 8192, step: 1), height: .range(min: 1, max: 8192, step: 1),
      frameRate: .range(min: 0.1, max: 240, step: 0))
    var pattern = SettingsSpace(isVideo: true, modes: [any])
    #expect(pattern.select(.init())?.summary == "640x480@30")
    #expect(pattern.select(.init(width: .exact(320), height: .exact(180), frameRate: 15))?.summary == "320x180@15")
    pattern.commitments = [
      .init(settings: MediaTrackSettings(width: 640, height: 480, frameRate: 30), isNativeDemanded: false)
    ]
    let derived = try #require(
      SelectSettings(.init(width: .exact(320), height: .exact(180), frameRate: .exact(15)), in: pattern).selected)
    #expect(derived.settings.summary == "320x180@15*" && derived.native.width == 640 && derived.native.frameRate == 30)
  }

  @Test("a source that does not know its size has one settings dictionary, without members")
  func unknownModes() {
    let space = SettingsSpace(isVideo: true, modes: [MediaSourceMode()])
    #expect(space.select(.init(width: 640)) == MediaTrackSettings())
    #expect(space.select(.init(width: .exact(640))) == nil)
    #expect(space.failure(.init(width: .exact(640))) == "width")
    #expect(SettingsSpace(isVideo: true, modes: []).select(.init()) == nil)
  }
}
