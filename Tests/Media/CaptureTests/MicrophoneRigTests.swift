import MediaStreams
import RTCFrames
import RTCSynthetic
import Testing

@testable import RTCCapture

/// Runs in a process of its own, which `RigTests` starts.
@Suite("Microphone rig", .serialized, .enabled(if: Rig.folder != nil, "RigTests runs it"), .tags(.rig))
struct MicrophoneRigTests {
  init() { Rig.tellMicrophone("") }

  @Test("microphones are listed")
  func list() throws {
    let microphone = try #require(CaptureDevices.microphones().first { $0.device == "rigmic" })
    #expect(microphone.id == "alsa:rigmic")
    #expect(microphone.name == "Rig microphone")
    #expect(!microphone.isHardware)
  }

  @Test("GN-08: sound comes in frames of 10 ms that follow each other", arguments: [1, 2])
  func sound(channels: Int) async throws {
    let descriptors = Rig.descriptorCount
    let source = ALSASource(device: "rigmic", channels: channels)
    let track = try MediaStreamTrack(source: source)
    var analyzer = ToneAnalyzer(window: .milliseconds(300))
    var last: AudioFrame?
    for await frame in track.audioFrames(buffer: 100_000) {
      #expect(frame.format == AudioFormat(sampleRate: 48_000, channels: channels))
      #expect(frame.sampleCount == 480)
      #expect(abs((MediaTime.now - frame.timestamp).nanoseconds) < 1_000_000_000)
      if let last { #expect(frame.timestamp > last.timestamp) }
      last = frame
      analyzer.append(frame)
      if analyzer.isFull { break }
    }
    track.stop()
    let measurement = try #require(analyzer.measurement)
    #expect(measurement.isTone(of: 1_000))
    #expect(await threadCount(named: "alsa rigmic", becomes: 0))
    #expect(Rig.descriptorCount == descriptors)
  }

  @Test("GN-08: sound that is lost is counted, and recording goes on")
  func overrun() async throws {
    let source = ALSASource(device: "rigmic")
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    for count in 1...3 {
      Rig.tellMicrophone("x")
      #expect(await eventually { source.statistics.overruns >= count })
    }
    let frames = source.statistics.frames
    #expect(await eventually { source.statistics.frames > frames + 10 })
    #expect(track.readyState == .live)
  }

  @Test("TR-05: a microphone that stalls mutes its track, and unmutes it when it goes on")
  func stall() async throws {
    let source = ALSASource(device: "rigmic", stallTimeout: .milliseconds(150))
    let track = try MediaStreamTrack(source: source)
    var events = track.events.makeAsyncIterator()
    #expect(await eventually { source.statistics.frames > 0 })
    Rig.tellMicrophone("s")
    #expect(await events.next() == .mute)
    Rig.tellMicrophone("")
    #expect(await events.next() == .unmute)
    #expect(source.statistics.stalls == 1)
    track.stop()
    #expect(await threadCount(named: "alsa rigmic", becomes: 0))
  }

  @Test("a microphone that is unplugged ends its track, and cannot be opened")
  func unplugged() async throws {
    let descriptors = Rig.descriptorCount
    let track = try MediaStreamTrack(source: ALSASource(device: "rigmic"))
    var events = track.events.makeAsyncIterator()
    Rig.tellMicrophone("u")
    #expect(await events.next() == .ended)
    #expect(await threadCount(named: "alsa rigmic", becomes: 0))
    #expect(await eventually { Rig.descriptorCount == descriptors })
    let error = #expect(throws: MediaError.self) { _ = try MediaStreamTrack(source: ALSASource(device: "rigmic")) }
    #expect(error?.name == .notFoundError)
  }
}
