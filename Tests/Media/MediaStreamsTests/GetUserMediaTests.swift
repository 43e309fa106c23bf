import Foundation
import MediaStreams
import Synchronization
import Testing

@Suite("getUserMedia")
struct GetUserMediaTests {
  private let camera = TestCamera("Camera")
  private let microphone = TestMicrophone("Microphone")

  private var both: MediaDevices { MediaDevices([camera.device(), microphone.device()]) }

  @Test("MD-01: one track for each kind that is asked for, in a local stream")
  func tracks() async throws {
    let stream = try await both.getUserMedia(audio: true, video: .init(width: 1280, height: 720))
    #expect(stream.audioTracks.count == 1 && stream.videoTracks.count == 1 && stream.origin == .local)
    let (sound, picture) = (stream.audioTracks[0], stream.videoTracks[0])
    #expect(picture.label == "Camera" && sound.label == "Microphone")
    #expect(picture.settings.width == 1280 && picture.settings.height == 720 && picture.settings.resizeMode == "none")
    #expect(picture.constraints == .init(width: 1280, height: 720) && sound.constraints == .init())
    #expect(picture.settings.deviceId?.count == 32 && picture.settings.groupId?.count == 32)
    #expect(camera.sources[0].isOpen && camera.sources[0].settings.width == 1280)
    for track in stream.tracks { track.stop() }
    #expect(!camera.sources[0].isOpen && !microphone.sources[0].isOpen)
    let onlySound = try await both.getUserMedia(audio: true)
    #expect(onlySound.tracks.count == 1)
  }

  @Test("MD-02: asking for nothing is a TypeError")
  func nothing() async {
    let error = await #expect(throws: MediaError.self) { try await both.getUserMedia() }
    #expect(error?.name == .typeError)
    let json = await #expect(throws: MediaError.self) {
      try await both.getUserMedia(JSONDecoder().decode(MediaStreamConstraints.self, from: Data("{}".utf8)))
    }
    #expect(json?.name == .typeError)
  }

  @Test("MD-03: without a device of the kind there is a NotFoundError")
  func notFound() async {
    let devices = MediaDevices([microphone.device()])
    let error = await #expect(throws: MediaError.self) { try await devices.getUserMedia(audio: true, video: true) }
    #expect(error?.name == .notFoundError)
    #expect(microphone.sources.isEmpty)
  }

  @Test("MD-04: what may not be used is a NotAllowedError, whatever else is wrong")
  func notAllowed() async {
    let denied = FixedPermissions([.videoInput: .denied])
    for devices in [
      MediaDevices([camera.device()], permissions: denied), MediaDevices([], permissions: denied),
    ] {
      let error = await #expect(throws: MediaError.self) { try await devices.getUserMedia(video: true) }
      #expect(error?.name == .notAllowedError)
    }
    let impossible = await #expect(throws: MediaError.self) {
      try await MediaDevices([camera.device()], permissions: denied).getUserMedia(video: .init(width: .min(9_999)))
    }
    #expect(impossible?.name == .notAllowedError)
    #expect(camera.sources.isEmpty)
  }

  /// Remembers what it was asked, and allows some.
  private final class Asker: MediaPermissionBroker {
    let allowed: Set<String>
    let questions = Mutex<[[String]]>([])

    init(allowed: Set<String>) { self.allowed = allowed }

    func state(of kind: MediaDeviceKind) async -> MediaPermissionState { .prompt }

    func request(_ candidates: [MediaDeviceInfo]) async -> [MediaDeviceInfo] {
      questions.withLock { $0.append(candidates.map(\.label)) }
      return candidates.filter { allowed.contains($0.label) }
    }
  }

  @Test("MD-04: a broker is asked once for both kinds, and chooses")
  func broker() async throws {
    let second = TestCamera("Second")
    let here = [camera.device(), second.device(), microphone.device()]
    let asker = Asker(allowed: ["Second", "Microphone"])
    let stream = try await MediaDevices(here, permissions: asker).getUserMedia(audio: true, video: true)
    #expect(stream.videoTracks[0].label == "Second")
    #expect(asker.questions.withLock { $0 } == [["Microphone", "Camera", "Second"]])
    let refusing = Asker(allowed: ["Microphone"])
    let error = await #expect(throws: MediaError.self) {
      try await MediaDevices(here, permissions: refusing).getUserMedia(audio: true, video: true)
    }
    #expect(error?.name == .notAllowedError)
    #expect(microphone.sources.count == 1)
  }

  @Test("MD-05: a busy device is a NotReadableError with the system's words, and another one is tried first")
  func notReadable() async throws {
    let busy = TestCamera("Busy", failure: MediaError(.notReadableError, "Device or resource busy"))
    let error = await #expect(throws: MediaError.self) {
      try await MediaDevices([busy.device()]).getUserMedia(video: true)
    }
    #expect(error?.name == .notReadableError && error?.message.contains("Device or resource busy") == true)
    let stream = try await MediaDevices([busy.device(isDefault: true), camera.device()]).getUserMedia(video: true)
    #expect(stream.tracks[0].label == "Camera")
  }

  @Test("MD-06: a device that fails otherwise is an AbortError; nothing stays open")
  func abort() async {
    let broken = TestCamera("Broken", failure: MediaError(.notFoundError, "No such device"))
    let error = await #expect(throws: MediaError.self) {
      try await MediaDevices([broken.device()]).getUserMedia(video: true)
    }
    #expect(error?.name == .abortError && error?.message == "No such device")
    #expect(broken.sources.allSatisfy { !$0.isOpen && $0.output.openCount == 0 })
  }

  @Test("MD-08: an OverconstrainedError names what no device meets, if devices may be known")
  func overconstrained() async {
    let devices = MediaDevices([camera.device(facingModes: ["user"]), TestCamera("Other").device()])
    func failure(_ constraints: MediaTrackConstraints, _ devices: MediaDevices) async -> String? {
      let error = await #expect(throws: MediaError.self) {
        try await devices.getUserMedia(video: .track(constraints))
      }
      return error?.name == .overconstrainedError ? error?.constraint : error?.name.rawValue
    }
    #expect(await failure(.init(width: .min(2_000)), devices) == "width")
    #expect(await failure(.init(facingMode: .exact(.environment)), devices) == "facingMode")
    // CN-18
    #expect(await failure(.init(deviceId: .exact("nobody")), devices) == "deviceId")
    #expect(await failure(.init(width: .exact(320), height: .exact(480), resizeMode: .exact(.none)), devices) == "")
    let unknown = MediaDevices([camera.device()], permissions: FixedPermissions([.videoInput: .prompt]))
    #expect(await failure(.init(width: .min(2_000)), unknown) == "")
    #expect(camera.sources.isEmpty)
  }

  @Test("CN-09: what is none of the kind is not looked at, even where it is required")
  func otherKind() async throws {
    let stream = try await both.getUserMedia(
      audio: .init(width: .exact(99_999), channelCount: 1), video: .init(width: 320, sampleRate: .exact(1)))
    #expect(stream.audioTracks[0].settings.channelCount == 1)
    #expect(stream.audioTracks[0].constraints == .init(channelCount: 1))
    #expect(stream.videoTracks[0].settings.width == 320)
  }

  @Test("MD-09: when one kind fails the other is released")
  func releases() async {
    let busy = TestCamera("Busy", failure: MediaError(.notReadableError, "busy"))
    let devices = MediaDevices([busy.device(), microphone.device()])
    await #expect(throws: MediaError.self) { try await devices.getUserMedia(audio: true, video: true) }
    #expect(microphone.sources.count == 1 && !microphone.sources[0].isOpen)
  }

  @Test("MD-10: calls at the same time share one device, which closes with the last track and opens again")
  func parallel() async throws {
    let devices = both
    async let first = devices.getUserMedia(video: .init(width: 1280))
    async let second = devices.getUserMedia(video: .init(width: .exact(320), height: .exact(240)))
    let streams = try await [first, second]
    #expect(camera.sources.count == 1 && camera.sources[0].startCount == 1)
    #expect(streams[0].tracks[0].settings.width == 1280 && streams[1].tracks[0].settings.width == 320)
    #expect(streams[0].tracks[0].id != streams[1].tracks[0].id)
    streams[0].tracks[0].stop()
    #expect(camera.sources[0].isOpen)
    streams[1].tracks[0].stop()
    #expect(!camera.sources[0].isOpen)
    let third = try await devices.getUserMedia(video: true)
    #expect(third.tracks[0].readyState == .live)
    #expect(camera.sources.last?.isOpen == true)
  }

  @Test("MD-11: the system's default wins among equals, the nearest otherwise; an identifier chooses")
  func choice() async throws {
    let small = TestCamera("Small")
    let devices = MediaDevices([
      camera.device(),
      small.device(isDefault: true, modes: [MediaSourceMode(width: 160, height: 120, frameRates: [30])]),
    ])
    #expect(try await devices.getUserMedia(video: true).tracks[0].label == "Small")
    #expect(try await devices.getUserMedia(video: .init(width: 1280)).tracks[0].label == "Camera")
    let chosen = try #require(await devices.enumerateDevices().first { $0.label == "Camera" })
    let track = try await devices.getUserMedia(video: .init(deviceId: .exact(chosen.deviceId))).tracks[0]
    #expect(track.label == "Camera" && track.settings.deviceId == chosen.deviceId)
    // CN-19: the device is fixed from then on.
    let error = await #expect(throws: MediaError.self) {
      try await track.applyConstraints(.init(deviceId: .exact("another")))
    }
    #expect(error?.constraint == "deviceId")
    try await track.applyConstraints(.init(width: 320, deviceId: .exact(chosen.deviceId)))
    #expect(track.settings.width == 320)
  }

  @Test("GN-05, CN-17: virtual devices are devices like others")
  func virtual() async throws {
    let devices = both
    let generator = VideoTrackGenerator(label: "drawn")
    try generator.write(grey(50, width: 64, height: 48))
    devices.add(.virtual(generator))
    devices.add(.virtual(microphoneSource(label: "tape")))
    devices.add(.virtual(webcamSource(label: "front"), facingModes: ["user"]))
    #expect(await devices.enumerateDevices().map(\.label) == ["Microphone", "tape", "Camera", "drawn", "front"])
    let front = try await devices.getUserMedia(video: .init(facingMode: .exact(.user))).tracks[0]
    #expect(front.label == "front" && front.settings.facingMode == "user")
    let drawn = try #require(await devices.enumerateDevices().first { $0.label == "drawn" })
    #expect(drawn.capabilities.width?.max == 64)
    let track = try await devices.getUserMedia(
      video: .init(width: .exact(32), deviceId: .exact(drawn.deviceId))
    ).tracks[0]
    var frames = track.videoFrames().makeAsyncIterator()
    try generator.write(grey(60, width: 64, height: 48))
    let frame = await frames.next()
    #expect(frame?.width == 32 && frame?.height == 24 && frame?.pixel(x: 0, y: 0).luma == 60)
    generator.track.stop()
    try generator.write(grey(60, width: 64, height: 48))
    track.stop()
    #expect(throws: MediaError.self) { try generator.write(grey(60)) }
    // A virtual device keeps what its source has when nobody asks for anything.
    let tape = try #require(await devices.enumerateDevices().first { $0.label == "tape" })
    let sound = try await devices.getUserMedia(audio: .init(deviceId: .exact(tape.deviceId)))
    #expect(sound.tracks[0].settings.channelCount == 2)
  }

  @Test("MD-24: callbacks are called once, with a stream or an error")
  func callbacks() async {
    let devices = both
    let results = await withCheckedContinuation { continuation in
      Self.legacy(devices, MediaStreamConstraints(video: true)) { continuation.resume(returning: $0) }
    }
    #expect(results == "stream")
    let failure = await withCheckedContinuation { continuation in
      Self.legacy(devices, MediaStreamConstraints()) { continuation.resume(returning: $0) }
    }
    #expect(failure == "TypeError")
  }

  @available(*, deprecated)
  private static func legacyCall(
    _ devices: MediaDevices, _ constraints: MediaStreamConstraints, _ done: @escaping @Sendable (String) -> Void
  ) {
    devices.getUserMedia(constraints) { _ in
      done("stream")
    } onError: { error in
      done((error as? MediaError)?.name.rawValue ?? "other")
    }
  }

  private protocol Legacy {
    static func call(
      _ devices: MediaDevices, _ constraints: MediaStreamConstraints, _ done: @escaping @Sendable (String) -> Void)
  }

  private enum Deprecated: Legacy {
    @available(*, deprecated)
    static func call(
      _ devices: MediaDevices, _ constraints: MediaStreamConstraints, _ done: @escaping @Sendable (String) -> Void
    ) { GetUserMediaTests.legacyCall(devices, constraints, done) }
  }

  private static func legacy(
    _ devices: MediaDevices, _ constraints: MediaStreamConstraints, _ done: @escaping @Sendable (String) -> Void
  ) {
    // Through a protocol, so that what is deprecated on purpose warns nobody.
    let type: any Legacy.Type = Deprecated.self
    type.call(devices, constraints, done)
  }

  @Test("CN-31: a failed request is explained, device by device")
  func explanation() async throws {
    let devices = MediaDevices([camera.device(), TestCamera("Other").device(), microphone.device()])
    let (audio, video) = await devices.explain(audio: .init(channelCount: .exact(2)), video: .init(width: .min(2_000)))
    #expect(audio?.selected?.settings.channelCount == 2)
    #expect(video?.failedConstraint == "width")
    #expect(Set(video?.candidates.map(\.label) ?? []) == ["Camera", "Other"])
    #expect(await devices.explain(video: true).audio == nil)
  }
}
