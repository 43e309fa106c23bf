import Foundation
import MediaStreams
import RTCFiles
import RTCSynthetic
import Testing

@Suite("The guide to capture", .timeLimit(.minutes(1)))
struct CaptureGuideTests {
  private let folder = URL(filePath: #filePath).deletingLastPathComponent()

  @Test("every program of the guide is one of those that are tested here, word for word")
  func guide() throws {
    let programs = try String(contentsOf: folder.appending(path: "CaptureExamples.swift"), encoding: .utf8)
    let guide = try String(contentsOf: folder.appending(path: "../../../docs/capture.md"), encoding: .utf8)
    let shown = guide.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    #expect(shown.count >= 14)
    for program in shown { #expect(programs.contains(program), "\(program)") }
    // And the other way: nothing is tested that is not shown.
    for function in programs.components(separatedBy: "\n\n").dropFirst(2) {
      #expect(shown.contains { $0.contains(function.trimmingCharacters(in: .newlines)) }, "\(function)")
    }
  }

  @Test("devices are listed, opened, opened again and constrained")
  func devices() async throws {
    let devices = virtualDevices()
    await listDevices(devices)
    let camera = try #require(await devices.enumerateDevices().first { $0.kind == .videoInput })
    let again = try #require(try await openAgain(devices, savedId: camera.deviceId))
    #expect(again.settings.deviceId == camera.deviceId && again.settings.width == 1280)
    let track = try #require(try await constrained(devices))
    // The other track goes on as it is, so the first advanced set makes the pattern larger for this one.
    #expect(track.settings.width == 1920 && track.settings.facingMode == "user" && again.settings.width == 1280)
    again.stop()
    track.stop()
    let stream = try await tolerant(devices)
    #expect(stream.videoTracks[0].settings.width == 1280)
    stream.videoTracks[0].stop()
  }

  @Test("tracks are changed while they run, cloned, photographed and watched")
  func tracks() async throws {
    let stream = try await virtualDevices().getUserMedia(video: true)
    let track = stream.videoTracks[0]
    try await change(track)
    #expect(track.settings.width == 320 && track.settings.frameRate == 10)
    let thumbnail = try await share(track)
    #expect(thumbnail.settings.width == 160 && track.settings.width == 320)
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jpg").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await photo(of: track, to: path)
    #expect(try Data(contentsOf: URL(filePath: path)).starts(with: [0xFF, 0xD8]))
    #expect(await countPictures(track) == 10)
    thumbnail.stop()
    track.stop()
    await watch(track)
    #expect(!stream.isActive)
  }

  @Test("pictures are drawn, and nothing is lost")
  func drawing() async throws { #expect(try await draw(pictures: 10) <= 10) }

  @Test("a file is played from the middle")
  func film() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).wav").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let format = AudioFormat(sampleRate: 8_000, channels: 1)
    var writer = try WAVWriter(path: path)
    for second in 0..<11 {
      let samples = [Int16](repeating: second < 10 ? 0 : 9_000, count: 8_000)
      try writer.write(AudioFrame(format: format, samples: samples, timestamp: MediaTime(nanoseconds: 0)))
    }
    try writer.finish()
    let stream = try playFilm(path)
    var heard = 0
    for await frame in stream.audioTracks[0].audioFrames(buffer: 100) where frame.samples[0] > 8_000 { heard += 1 }
    #expect(heard > 10 && heard <= 50 && !stream.isActive)
  }

  @Test("two tones become one track")
  func mixing() async throws {
    let streams = try [440.0, 1_000].map { frequency in
      MediaStream(tracks: [try MediaStreamTrack(source: ToneSource(frequency: frequency))])
    }
    let mixed = try mix(streams[0], streams[1])
    var heard = 0
    for await frame in mixed.audioTracks[0].audioFrames() {
      heard = frame.samples.contains { abs(Int($0)) > 1_000 } ? heard + 1 : 0
      if heard == 20 { break }
    }
    #expect(heard == 20)
    for track in mixed.tracks + streams.flatMap(\.tracks) { track.stop() }
  }

  @Test("a broker allows what it likes")
  func permissions() async throws {
    let devices = MediaDevices(permissions: OnlyFrontCameras(), salt: .ephemeral)
    devices.add(.virtual(TestPatternSource(width: 320, height: 240), label: "Back"))
    devices.add(.virtual(TestPatternSource(width: 320, height: 240), label: "Front", facingModes: ["user"]))
    devices.add(.virtual(ToneSource(), label: "Tone"))
    let stream = try await devices.getUserMedia(video: true)
    #expect(stream.videoTracks[0].label == "Front")
    let error = await #expect(throws: MediaError.self) { try await devices.getUserMedia(audio: true) }
    #expect(error?.name == .notAllowedError)
    stream.videoTracks[0].stop()
  }

  @Test("the machine's own devices, if it has any, or an error that says that it has none")
  func machine() async throws {
    do {
      for track in try await openDevices().tracks { track.stop() }
    } catch let error as MediaError {
      #expect([.notFoundError, .notReadableError, .notAllowedError, .abortError].contains(error.name))
    }
  }

  @Test("a track is heard, if the machine has an output")
  func listening() async throws {
    let track = try MediaStreamTrack(source: ToneSource())
    track.stop()
    do { try await listen(to: track) } catch let error as MediaError {
      #expect([.notFoundError, .notReadableError, .notAllowedError].contains(error.name))
    }
  }

  @Test("a display is captured")
  func display() async throws {
    let stream = try await captureScreen(MediaDevices(salt: .ephemeral))
    #expect(stream.tracks[0].settings.width == 1280 && stream.tracks[0].settings.height == 720)
    #expect(stream.tracks[0].settings.frameRate == 5 && stream.tracks[0].settings.displaySurface == "monitor")
    stream.tracks[0].stop()
  }

  @Test("devices that come are noticed")
  func hotPlug() async {
    let devices = MediaDevices(salt: .ephemeral)
    let watcher = Task { await notice(devices) }
    var events = devices.events.makeAsyncIterator()
    devices.add(.virtual(ToneSource(), label: "Tone"))
    #expect(await events.next()?.devices.map(\.label) == ["Tone"])
    watcher.cancel()
    await watcher.value
  }
}
