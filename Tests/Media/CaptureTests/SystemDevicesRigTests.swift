import Glibc
import MediaStreams
import RTCFrames
import RTCMediaTestSupport
import Testing

@testable import RTCCapture

/// Runs in a process of its own, which `RigTests` starts.
@Suite("Devices of the machine", .serialized, .enabled(if: Rig.folder != nil, "RigTests runs it"), .tags(.rig))
struct SystemDevicesRigTests {
  private let devices = MediaDevices(providers: [SystemDevices(root: Rig.cameras)], salt: .ephemeral)

  init() {
    for number in 0..<4 { Rig.tellCamera("", name: "video\(number)") }
    Rig.tellMicrophone("")
  }

  @Test("MD-12: cameras, microphones and outputs are enumerated, the defaults first")
  func enumeration() async throws {
    // Labels are told once there is permission to use a device of the kind.
    _ = try await devices.getUserMedia(audio: true, video: true)
    let infos = await devices.enumerateDevices()
    let cameras = infos.filter { $0.kind == .videoInput }
    #expect(cameras.count == 4)
    #expect(cameras.allSatisfy { $0.label == "Rig Camera" })
    #expect(Set(cameras.map(\.deviceId)).count == 4)
    #expect(infos.contains { $0.kind == .audioInput && $0.label == "Rig microphone" })
    #expect(infos.contains { $0.kind == .audioOutput && $0.label == "Rig speaker" })
    // The same devices have the same identifiers.
    #expect(await devices.enumerateDevices().map(\.deviceId) == infos.map(\.deviceId))
  }

  @Test("MD-01, CN-14: a camera and a microphone are opened as constraints say")
  func userMedia() async throws {
    let descriptors = Rig.descriptorCount
    let stream = try await devices.getUserMedia(
      audio: .init(sampleRate: .exact(16_000), channelCount: .exact(2)),
      video: .init(width: .exact(320), height: .exact(180), frameRate: .max(25)))
    let (video, audio) = (try #require(stream.videoTracks.first), try #require(stream.audioTracks.first))
    #expect((video.settings.width, video.settings.height) == (320, 180))
    for await frame in video.videoFrames() {
      #expect((frame.width, frame.height) == (320, 180))
      break
    }
    for await frame in audio.audioFrames() {
      #expect(frame.format == AudioFormat(sampleRate: 16_000, channels: 2))
      break
    }
    for track in stream.tracks { track.stop() }
    #expect(await threadCount(named: "video0", becomes: 0))
    #expect(await eventually { Rig.descriptorCount <= descriptors + 3 })
  }

  @Test(
    "CN-24, CN-25, CN-26, MD-19: a microphone is processed as in a browser unless constraints ask for its bare sound")
  func processing() async throws {
    let supported = devices.supportedConstraints
    #expect(supported[.echoCancellation] && supported[.autoGainControl] && supported[.noiseSuppression])
    let standard = try #require(try await devices.getUserMedia(audio: true).audioTracks.first)
    #expect(standard.settings.echoCancellation == .enabled)
    #expect(standard.settings.autoGainControl == true && standard.settings.noiseSuppression == true)
    #expect(standard.capabilities.noiseSuppression == [false, true])
    // One microphone is processed in one way.
    await #expect(throws: MediaError.self) {
      try await devices.getUserMedia(
        audio: .init(noiseSuppression: .exact(false), deviceId: .exact(standard.settings.deviceId ?? "")))
    }
    standard.stop()
    let bare = try await devices.getUserMedia(
      audio: .init(echoCancellation: false, autoGainControl: false, noiseSuppression: .exact(false)))
    let track = try #require(bare.audioTracks.first)
    #expect(track.settings.echoCancellation == .disabled)
    #expect(track.settings.autoGainControl == false && track.settings.noiseSuppression == false)
    track.stop()
    // Which part of what is played came from afar nobody knows here.
    await #expect(throws: MediaError.self) {
      try await devices.getUserMedia(audio: .init(echoCancellation: .exact(.remoteOnly)))
    }
  }

  @Test("MD-23: an output is opened by its identifier")
  func output() async throws {
    let outputs = await devices.enumerateDevices().filter { $0.kind == .audioOutput }
    let speaker = try #require(outputs.first { $0.label == "Rig speaker" })
    let player = try await ALSAPlayer.open(deviceId: speaker.deviceId, of: devices)
    #expect(player.device == "rigspeaker" && player.isOpen)
    player.close()
    let error = await #expect(throws: MediaError.self) {
      _ = try await ALSAPlayer.open(deviceId: "no such output", of: devices)
    }
    #expect(error?.name == .notFoundError)
  }

  @Test("MD-05: cameras that another program has are not readable")
  func busy() async {
    for number in 0..<4 { Rig.tellCamera("b", name: "video\(number)") }
    let error = await #expect(throws: MediaError.self) { _ = try await devices.getUserMedia(video: true) }
    #expect(error?.name == .notReadableError)
    #expect(error?.message.contains("busy") == true)
  }

  @Test("MD-17, MD-18: a camera that comes and goes is told, and its tracks end")
  func hotPlug() async throws {
    _ = await devices.enumerateDevices()
    var events = devices.events.makeAsyncIterator()
    // Watching begins on a task.
    try #require(await threadCount(named: "device monitor", becomes: 1))
    let path = Rig.cameras + "/video7"
    defer { unlink(path) }
    Rig.write("YUYV", to: path)
    #expect(await events.next()?.devices.count { $0.kind == .videoInput } ?? 0 >= 1)
    unlink(path)
    #expect(await events.next() != nil)
  }
}
