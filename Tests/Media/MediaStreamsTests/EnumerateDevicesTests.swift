import Foundation
import MediaStreams
import Testing

@Suite("Devices")
struct EnumerateDevicesTests {
  private let camera = TestCamera("Camera")
  private let microphone = TestMicrophone("Microphone", group: "unit of Camera")

  @Test("MD-12: microphones, cameras, outputs, of each the default first, the default output twice")
  func order() async {
    let devices = MediaDevices([
      TestCamera("A").device(), camera.device(isDefault: true), microphone.device(), TestMicrophone("B").device(),
      .output(uniqueID: "speaker", label: "Speaker"), .output(uniqueID: "head", label: "Headphones", isDefault: true),
    ])
    let infos = await devices.enumerateDevices()
    #expect(infos.map(\.kind.rawValue).prefix(4) == ["audioinput", "audioinput", "videoinput", "videoinput"])
    #expect(infos.map(\.label).prefix(4) == ["Microphone", "B", "Camera", "A"])
    #expect(infos.map(\.label).suffix(3) == ["Default - Headphones", "Headphones", "Speaker"])
    #expect(infos[4].deviceId == "default" && infos[5].deviceId != "default")
    #expect(await devices.enumerateDevices() == infos)
  }

  @Test("MD-13: identifiers are opaque, the same after a restart, and others for other programs")
  func identifiers() async throws {
    let here = [camera.device(), microphone.device()]
    let first = await MediaDevices(here).enumerateDevices()
    let again = await MediaDevices(here).enumerateDevices()
    let other = await MediaDevices(here, salt: 2).enumerateDevices()
    #expect(first.map(\.deviceId) == again.map(\.deviceId))
    #expect(Set(first.map(\.deviceId)).isDisjoint(with: other.map(\.deviceId)))
    #expect(first.allSatisfy { $0.deviceId.count == 32 && !$0.deviceId.contains("a mera") })
    // A camera and a microphone of one name are two devices.
    let twins = await MediaDevices([TestCamera("X").device(), TestMicrophone("X").device()]).enumerateDevices()
    #expect(twins[0].deviceId != twins[1].deviceId)
  }

  @Test("MD-13: the secret is kept in a file that only the user can read, and can be forgotten")
  func saltFile() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "state/salt").path
    func identifier() async -> String? {
      await MediaDevices(providers: [TestMachine([camera.device()])], salt: .file(path)).enumerateDevices().first?
        .deviceId
    }
    let first = await identifier()
    let second = await identifier()
    #expect(first != nil && first == second)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600 && attributes[.size] as? Int == 16)
    let devices = MediaDevices(providers: [TestMachine([camera.device()])], salt: .file(path))
    devices.resetDeviceIdentifiers()
    let reset = await devices.enumerateDevices().first?.deviceId
    let next = await identifier()
    #expect(reset != first && reset == next)
    // Where nothing can be written identifiers last as long as the program.
    let nowhere = MediaDevices(providers: [TestMachine([camera.device()])], salt: .file("/proc/nowhere/salt"))
    #expect(await nowhere.enumerateDevices().first?.deviceId.count == 32)
  }

  @Test("MD-13: identifiers are made by SipHash-2-4, as its authors' vector says")
  func sipHash() {
    let key = (0..<16).map { UInt8($0) }
    #expect(SipHash.hash((0..<15).map { UInt8($0) }, key: key) == 0xA129_CA61_49BE_45E5)
  }

  @Test("MD-14: devices of one unit share a group, which is another one the next time")
  func groups() async {
    let here = [camera.device(), microphone.device(), TestCamera("Other").device()]
    let infos = await MediaDevices(here).enumerateDevices()
    #expect(infos[0].groupId == infos[1].groupId && infos[0].groupId != infos[2].groupId)
    #expect(await MediaDevices(here).enumerateDevices()[0].groupId != infos[0].groupId)
  }

  @Test("MD-15, MD-16, MD-25: what may not be used is not known, but for that there is one")
  func exposure() async throws {
    let here = [TestCamera("A").device(), camera.device(), microphone.device(), .output(uniqueID: "s", label: "S")]
    let denied = MediaDevices(here, permissions: FixedPermissions([.videoInput: .denied, .audioInput: .denied]))
    let hidden = await denied.enumerateDevices()
    #expect(hidden.map(\.kind) == [.audioInput, .videoInput])
    #expect(hidden.allSatisfy { $0.deviceId.isEmpty && $0.label.isEmpty && $0.groupId.isEmpty })
    #expect(hidden.allSatisfy { $0.capabilities == MediaTrackCapabilities() })
    #expect(await denied.permissionState(of: .videoInput) == .denied)
    // Who was asked and got a camera may know cameras, but not microphones.
    let asked = MediaDevices(here, permissions: FixedPermissions([.videoInput: .prompt, .audioInput: .prompt]))
    #expect(await asked.enumerateDevices().count == 2)
    let stream = try await asked.getUserMedia(video: true)
    let known = await asked.enumerateDevices()
    #expect(known.map(\.label) == ["", "A", "Camera"])
    stream.tracks[0].stop()
  }

  @Test("MD-23: an output is chosen, listed from then on, and found by its identifier")
  func audioOutput() async throws {
    let here: [MediaDevice] = [
      .output(uniqueID: "speaker", label: "Speaker", address: "hw:0"),
      .output(uniqueID: "head", label: "Headphones", isDefault: true, address: "hw:1"),
    ]
    let devices = MediaDevices(here, permissions: FixedPermissions([.audioInput: .denied]))
    #expect(await devices.enumerateDevices().isEmpty)
    let standard = try await devices.selectAudioOutput()
    #expect(standard.label == "Headphones")
    let listed = await devices.enumerateDevices()
    #expect(listed.map(\.label) == ["Default - Headphones", "Headphones", "Speaker"])
    let speaker = try await devices.selectAudioOutput(deviceId: listed[2].deviceId)
    #expect(speaker == listed[2])
    // One that is not there any more is no reason to fail.
    #expect(try await devices.selectAudioOutput(deviceId: "gone") == standard)
    #expect(try await devices.output(deviceId: speaker.deviceId).address == "hw:0")
    for name in ["", "default"] { #expect(try await devices.output(deviceId: name).address == "hw:1") }
    let unknown = await #expect(throws: MediaError.self) { try await devices.output(deviceId: "gone") }
    #expect(unknown?.name == .notFoundError)
    let denied = MediaDevices(here, permissions: FixedPermissions([.audioOutput: .denied]))
    let refused = await #expect(throws: MediaError.self) { try await denied.selectAudioOutput() }
    #expect(refused?.name == .notAllowedError)
    await #expect(throws: MediaError.self) { try await denied.output(deviceId: "") }
    let missing = await #expect(throws: MediaError.self) { try await MediaDevices([]).selectAudioOutput() }
    #expect(missing?.name == .notFoundError)
    // Who has to be asked is asked once.
    let asked = MediaDevices(here, permissions: FixedPermissions([.audioOutput: .prompt]))
    await #expect(throws: MediaError.self) { try await asked.output(deviceId: "") }
    let chosen = try await asked.selectAudioOutput(deviceId: speaker.deviceId)
    #expect(chosen.deviceId == speaker.deviceId)
    #expect(try await asked.output(deviceId: chosen.deviceId).address == "hw:0")
  }

  @Test("MD-16: capabilities of an input are those of its track")
  func capabilities() async throws {
    let devices = MediaDevices([camera.device(facingModes: ["user"])])
    let info = try #require(await devices.enumerateDevices().first)
    #expect(info.capabilities.width == .init(min: 1, max: 1280) && info.capabilities.facingMode == ["user"])
    #expect(info.capabilities.deviceId == info.deviceId && info.capabilities.groupId == info.groupId)
    let track = try await devices.getUserMedia(video: true).tracks[0]
    #expect(track.capabilities == info.capabilities)
  }

  @Test("MD-20: in JSON a device has four members")
  func json() async throws {
    let info = try #require(await MediaDevices([camera.device()]).enumerateDevices().first)
    let json = try JSONEncoder().encode(info)
    let members = try JSONDecoder().decode([String: String].self, from: json)
    #expect(Set(members.keys) == ["deviceId", "kind", "label", "groupId"] && members["kind"] == "videoinput")
    let decoded = try JSONDecoder().decode(MediaDeviceInfo.self, from: json)
    #expect(decoded.deviceId == info.deviceId && decoded.capabilities == MediaTrackCapabilities())
  }

  @Test("MD-19, MD-07: supported constraints are honoured, and all of them may be required")
  func supported() {
    let supported = MediaDevices([]).supportedConstraints
    #expect(supported[.width] && supported[.deviceId] && supported[.latency])
    #expect(supported[.echoCancellation] && supported[.autoGainControl] && supported[.noiseSuppression])
    #expect(!supported["backgroundBlur"])
  }

  @Test("MD-17, MD-13: devices that come and go are told, with what is new")
  func changes() async throws {
    let machine = TestMachine([microphone.device()])
    let devices = MediaDevices(providers: [machine], salt: .fixed([1]))
    _ = await devices.enumerateDevices()
    var events = devices.events.makeAsyncIterator()
    machine.plugIn(camera.device())
    let plugged = try #require(await events.next())
    #expect(plugged.devices.map(\.label) == ["Microphone", "Camera"])
    #expect(plugged.userInsertedDevices.map(\.label) == ["Camera"])
    #expect(plugged.devices.contains(plugged.userInsertedDevices[0]))
    machine.unplug("Camera")
    let unplugged = try #require(await events.next())
    #expect(unplugged.devices.map(\.label) == ["Microphone"] && unplugged.userInsertedDevices.isEmpty)
    // Virtual devices are told as well.
    devices.add(.virtual(VideoTrackGenerator(label: "drawn")))
    #expect(await events.next()?.userInsertedDevices.map(\.label) == ["drawn"])
  }

  @Test("MD-18: an unplugged device ends its tracks, with an event")
  func unplug() async throws {
    let machine = TestMachine([camera.device()])
    let devices = MediaDevices(providers: [machine], salt: .fixed([1]))
    var changes = devices.events.makeAsyncIterator()
    let stream = try await devices.getUserMedia(video: true)
    let track = stream.tracks[0]
    let clone = track.clone()
    _ = await devices.enumerateDevices()
    machine.unplug("Camera")
    #expect(await changes.next()?.devices.isEmpty == true)
    var events = track.events.makeAsyncIterator()
    #expect(await events.next() == .ended)
    #expect(track.readyState == .ended && clone.readyState == .ended && !stream.isActive)
    #expect(!camera.sources[0].isOpen)
    // MS-07, TR-10: an ended track still tells its device.
    #expect(track.settings.deviceId?.count == 32 && track.settings.width == nil)
  }
}
