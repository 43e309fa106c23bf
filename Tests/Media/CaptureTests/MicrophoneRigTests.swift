import Glibc
import MediaStreams
import RTCFrames
import RTCMediaTestSupport
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
    #expect(microphone.formats == ["S16_LE"] && microphone.channelCounts == [1, 2])
    #expect(microphone.sampleRates.first == 8_000 && microphone.sampleRates.last == 96_000)
  }

  @Test("what converts for others or leads nowhere is not listed; what another program has is, without its formats")
  func pseudoDevices() throws {
    #expect(!CaptureDevices.microphones().contains { ["upmix", "rignowhere", "null"].contains($0.device) })
    #expect(!CaptureDevices.outputs().contains { ["upmix", "rignowhere", "null"].contains($0.device) })
    Rig.tellMicrophone("b")
    let busy = try #require(CaptureDevices.microphones().first { $0.device == "rigmic" })
    #expect(busy.formats.isEmpty && busy.sampleRates.isEmpty && busy.channelCounts.isEmpty)
    Rig.tellMicrophone("u")
    #expect(!CaptureDevices.microphones().contains { $0.device == "rigmic" })
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

  @Test(
    "GN-08: samples of any format, rate and number of channels become what is asked for",
    arguments: ["rigmic", "rigfloat", "rigint", "rigmapped"], [(48_000, 1), (16_000, 2)])
  func formats(device: String, format: (rate: Int, channels: Int)) async throws {
    let source = ALSASource(device: device, sampleRate: format.rate, channels: format.channels)
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    var analyzer = ToneAnalyzer(window: .milliseconds(200))
    for await frame in track.audioFrames(buffer: 100_000) {
      #expect(frame.format == AudioFormat(sampleRate: format.rate, channels: format.channels))
      #expect(frame.sampleCount == format.rate / 100)
      analyzer.append(
        AudioFrame(
          format: AudioFormat(sampleRate: format.rate, channels: 1), samples: frame.channel(0), timestamp: .zero))
      if analyzer.isFull { break }
    }
    let measurement = try #require(analyzer.measurement)
    #expect(measurement.isTone(of: 1_000))
    // 12,000 of 32,768; two channels of which one is half as loud are mixed to three quarters.
    let isMixed = device == "rigfloat" && format.channels == 1
    #expect(abs(measurement.level - (isMixed ? -14.2 : -11.7)) < 0.5)
  }

  @Test("the rates and channels of a device are told, and changed while it records")
  func reconfiguration() async throws {
    let source = ALSASource(device: "rigmic")
    let mode = try #require(source.modes.first)
    #expect(mode.sampleRate == .range(min: 8_000, max: 96_000, step: 1))
    #expect(mode.channelCount == .range(min: 1, max: 2, step: 1))
    #expect(ALSASource(device: "rigint").modes.first?.sampleRate == .range(min: 16_000, max: 16_000, step: 1))
    #expect(ALSASource(device: "no-such-device").modes.isEmpty)
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    var frames = track.audioFrames(buffer: 4).makeAsyncIterator()
    #expect(await frames.next()?.format == .mono48k)
    for format in [AudioFormat(sampleRate: 16_000, channels: 2), .mono48k] {
      try await source.reconfigure(
        to: MediaTrackSettings(sampleRate: format.sampleRate, channelCount: format.channels))
      #expect(source.settings.sampleRate == format.sampleRate)
      #expect(source.settings.channelCount == format.channels)
      while let frame = await frames.next(), frame.format != format {}
      #expect(await frames.next()?.format == format)
    }
    await #expect(throws: MediaError.self) {
      try await source.reconfigure(to: MediaTrackSettings(sampleRate: 0, channelCount: 1))
    }
    #expect(track.readyState == .live)
  }

  @Test("MD-04, MD-05: a microphone that cannot be opened tells the system's reason")
  func refused() {
    for (control, name, reason) in [
      ("p", MediaError.Name.notAllowedError, "Permission denied"), ("b", .notReadableError, "busy"),
      ("u", .notFoundError, "No such device"),
    ] {
      Rig.tellMicrophone(control)
      let error = #expect(throws: MediaError.self) { _ = try MediaStreamTrack(source: ALSASource(device: "rigmic")) }
      #expect(error?.name == name)
      #expect(error?.message.contains(reason) == true)
    }
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

  @Test(
    "a microphone that hangs is opened anew, and one that is always ready keeps no processor busy",
    arguments: ["h", "l"])
  func restart(control: String) async throws {
    let descriptors = Rig.descriptorCount
    let source = ALSASource(device: "rigmic", stallTimeout: .milliseconds(100))
    let track = try MediaStreamTrack(source: source)
    var events = track.events.makeAsyncIterator()
    #expect(await eventually { source.statistics.frames > 0 })
    Rig.tellMicrophone(control)
    #expect(await events.next() == .mute)
    let start = processorTime()
    try await Task.sleep(for: .milliseconds(200))
    #expect(processorTime() - start < .milliseconds(100))
    Rig.tellMicrophone("")
    #expect(await events.next() == .unmute)
    #expect(control == "l" || source.statistics.restarts >= 1)
    track.stop()
    #expect(Rig.descriptorCount == descriptors)
  }

  private func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
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
