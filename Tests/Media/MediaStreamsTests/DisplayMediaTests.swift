import MediaStreams
import Testing

@Suite("getDisplayMedia")
struct DisplayMediaTests {
  private struct Chooser: MediaPermissionBroker {
    var choice: Int?

    func state(of kind: MediaDeviceKind) async -> MediaPermissionState { .granted }
    func request(_ candidates: [MediaDeviceInfo]) async -> [MediaDeviceInfo] { candidates }
    func chooseDisplay(_ displays: [String]) async -> Int? { choice }
  }

  private func devices(choosing choice: Int? = 0) -> MediaDevices {
    let devices = MediaDevices([], permissions: Chooser(choice: choice))
    devices.add(DisplaySurface(webcamSource(label: "Screen"), cursor: .always))
    devices.add(DisplaySurface(webcamSource(label: "Editor"), kind: .window, isLogical: true))
    return devices
  }

  @Test("MD-21, MD-22: one track of the display that was chosen, which tells what it shows")
  func capture() async throws {
    let stream = try await devices().getDisplayMedia()
    let track = stream.tracks[0]
    #expect(stream.tracks.count == 1 && track.kind == .video && track.label == "Screen")
    #expect(track.settings.displaySurface == "monitor" && track.settings.logicalSurface == false)
    #expect(track.settings.cursor == "always" && track.settings.width == 640 && track.settings.deviceId == nil)
    let window = try await devices(choosing: 1).getDisplayMedia(video: .init(width: 320), audio: true).tracks[0]
    #expect(window.settings.displaySurface == "window" && window.settings.logicalSurface == true)
    #expect(window.settings.width == 320 && window.constraints == .init(width: 320))
    window.stop()
    #expect(window.settings.width == nil)
  }

  @Test("MD-21: constraints are applied after the choice; what would choose is a TypeError")
  func constraints() async throws {
    let limited = try await devices().getDisplayMedia(video: .init(width: .max(400), frameRate: .max(5)))
    #expect((limited.tracks[0].settings.width ?? 999) <= 400 && limited.tracks[0].settings.frameRate == 5)
    for refused: MediaStreamConstraints.Request in [
      false, .init(width: .min(100)), .init(height: .exact(480)), .init(advanced: [.init(width: 640)]),
    ] {
      let error = await #expect(throws: MediaError.self) { try await devices().getDisplayMedia(video: refused) }
      #expect(error?.name == .typeError)
    }
    let impossible = await #expect(throws: MediaError.self) {
      try await devices().getDisplayMedia(video: .init(width: .max(0)))
    }
    #expect(impossible?.name == .overconstrainedError && impossible?.constraint == "width")
  }

  @Test("MD-21: without a display there is none, and a broker may refuse")
  func refusals() async {
    let none = await #expect(throws: MediaError.self) { try await MediaDevices([]).getDisplayMedia() }
    #expect(none?.name == .notFoundError)
    let refused = await #expect(throws: MediaError.self) { try await devices(choosing: nil).getDisplayMedia() }
    #expect(refused?.name == .notAllowedError)
    // Displays are no devices.
    #expect(await devices().enumerateDevices().isEmpty)
  }
}
