import MediaStreams
import RTCFrames
import RTCMediaTestSupport
import RTCSynthetic
import Testing

@testable import RTCCapture

/// Runs in a process of its own, which `RigTests` starts.
@Suite("Loudspeaker rig", .serialized, .enabled(if: Rig.folder != nil, "RigTests runs it"), .tags(.rig))
struct SpeakerRigTests {
  init() {
    for name in ["rigspeaker", "rigfast", "rigslow", "rigroom", "rigecho"] { Rig.tellMicrophone("", name: name) }
  }

  private func tone(_ samples: [Int16]) -> ToneMeasurement? {
    var analyzer = ToneAnalyzer(window: .milliseconds(400))
    let mono = stride(from: 0, to: samples.count, by: 2).map { samples[$0] }
    analyzer.append(
      AudioFrame(format: AudioFormat(sampleRate: 44_100, channels: 1), samples: mono, timestamp: .zero))
    return analyzer.measurement
  }

  @Test("outputs are listed")
  func list() throws {
    let output = try #require(CaptureDevices.outputs().first { $0.device == "rigspeaker" })
    #expect(
      output
        == CaptureDevices.Output(
          id: "alsa:rigspeaker", device: "rigspeaker", name: "Rig speaker", isHardware: false, formats: ["S16_LE"],
          sampleRates: [44_100], channelCounts: [2]))
  }

  @Test("a track is heard, in the rate and channels of the device")
  func play() async throws {
    var descriptors: [String] = []
    for _ in 0..<2 {
      // The first sleeps and waits of a process open descriptors of its own.
      descriptors = Rig.descriptors.sorted()
      let track = try MediaStreamTrack(source: ToneSource(frequency: 700))
      let player = try ALSAPlayer(device: "rigspeaker")
      let playing = Task { await player.play(track.audioFrames(buffer: 20)) }
      #expect(await eventually { Rig.played.count > 2 * 44_100 })
      track.stop()
      await playing.value
      #expect(player.statistics.droppedSamples == 0 || Rig.isSanitized)
      player.close()
      #expect(!player.isOpen)
      #expect(tone(Array(Rig.played.suffix(2 * 22_050 + 4_410)))?.isTone(of: 700) == true)
      #expect(await threadCount(named: "play rigspeaker", becomes: 0))
    }
    #expect(Rig.descriptors.sorted() == descriptors)
  }

  @Test("CN-24: a microphone that hears what is played stops doing so when constraints ask for it, and hears it again")
  func echo() async throws {
    let player = try ALSAPlayer(device: "rigroom")
    defer { player.close() }
    let track = try MediaStreamTrack(source: ALSASource(device: "rigecho"))
    defer { track.stop() }
    #expect(track.settings.echoCancellation == .disabled && track.settings.noiseSuppression == false)
    #expect(track.capabilities.echoCancellation == [.disabled, .enabled])
    var voice = SpokenSound(seed: 7)
    var microphone = track.audioFrames(buffer: 1_000).makeAsyncIterator()
    var heard: [Int16] = []
    // For each 10 ms that are heard 10 ms are played.
    func listen(until isReached: (Double) -> Bool) async -> Bool {
      heard.removeAll()
      for _ in 0..<2_000 {
        guard let frame = await microphone.next() else { return false }
        let samples = voice.noise(480, level: -20).integers
        player.write(AudioFrame(format: .mono48k, samples: samples, timestamp: .now))
        // A second at a time: what is played waits for who measures.
        if heard.count >= 48_000 { heard.removeAll(keepingCapacity: true) }
        heard += frame.samples
        if heard.count >= 48_000, isReached(heard.level) { return true }
      }
      return false
    }
    #expect(await listen { $0 > -28 }, "\(heard.level)")
    try await track.applyConstraints(.init(echoCancellation: .exact(true)))
    #expect(track.settings.echoCancellation == .enabled && track.settings.noiseSuppression == false)
    #expect(await listen { $0 < -46 }, "\(heard.level)")
    try await track.applyConstraints(.init(echoCancellation: .exact(false)))
    #expect(track.settings.echoCancellation == .disabled)
    #expect(await listen { $0 > -28 }, "\(heard.level)")
  }

  @Test("an underrun is counted, and playing goes on")
  func underrun() async throws {
    let player = try ALSAPlayer(device: "rigspeaker")
    defer { player.close() }
    for count in 1...2 {
      Rig.tellMicrophone("x", name: "rigspeaker")
      #expect(await eventually { player.statistics.underruns >= count })
    }
    let before = Rig.played.count
    #expect(await eventually { Rig.played.count > before })
    #expect(player.isOpen)
  }

  @Test("an output that is unplugged ends what it plays, and cannot be opened")
  func unplugged() async throws {
    let descriptors = Rig.descriptorCount
    let track = try MediaStreamTrack(source: ToneSource(frequency: 700))
    defer { track.stop() }
    let player = try ALSAPlayer(device: "rigspeaker")
    Rig.tellMicrophone("u", name: "rigspeaker")
    await player.play(track.audioFrames())
    #expect(!player.isOpen)
    let error = #expect(throws: MediaError.self) { _ = try ALSAPlayer(device: "rigspeaker") }
    #expect(error?.name == .notFoundError)
    player.close()
    track.stop()
    #expect(Rig.descriptorCount == descriptors)
  }

  @Test("a player that is forgotten closes its output")
  func forgotten() async throws {
    let descriptors = Rig.descriptorCount
    _ = try ALSAPlayer(device: "rigspeaker")
    #expect(await threadCount(named: "play rigspeaker", becomes: 0))
    #expect(await eventually { Rig.descriptorCount == descriptors })
  }
}
