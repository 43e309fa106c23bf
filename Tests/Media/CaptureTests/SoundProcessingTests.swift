import Glibc
import RTCFrames
import Testing

@testable import RTCCapture

@Suite("Processing of a microphone's sound")
struct SoundProcessingTests {
  private static let second = 48_000

  /// What a microphone with that processing makes of sound.
  private func process(
    _ samples: [Int16], _ processing: SoundProcessing, channels: Int = 1, played: [Int16] = []
  ) throws -> [Int16] {
    let echo = EchoReference()
    let player = SpokenToken()
    let format = AudioFormat(sampleRate: 48_000, channels: channels)
    var sound = try ProcessedSound(format: format, duration: .milliseconds(10), processing: processing, echo: echo)
    var result: [Int16] = []
    for start in stride(from: 0, to: samples.count - 480 * channels + 1, by: 480 * channels) {
      let place = start / channels
      if place + 480 <= played.count {
        echo.played(by: ObjectIdentifier(player), delay: .milliseconds(30)) {
          AudioFrame(format: .mono48k, samples: Array(played[place..<place + 480]), timestamp: .zero)
        }
      }
      let part = Array(samples[start..<start + 480 * channels])
      let time = MediaTime.zero + .nanoseconds(Int64(place) * 1_000_000_000 / 48_000)
      sound.append(AudioFrame(format: format, samples: part, timestamp: time), delay: .milliseconds(20))
      while let frame = sound.next() { result += frame.samples }
    }
    return result
  }

  private final class SpokenToken {}

  @Test("CN-24, CN-25, CN-26: without processing every bit stays", arguments: [1, 2])
  func untouched(channels: Int) throws {
    var voice = SpokenSound(seed: 1)
    let samples = voice.noise(48_000 * channels, level: -20).integers
    #expect(try process(samples, SoundProcessing(), channels: channels) == samples)
  }

  @Test("CN-26: steady noise is attenuated, and a voice is not", arguments: [1, 2])
  func noise(channels: Int) throws {
    var source = SpokenSound(seed: 2)
    let noise = source.noise(6 * Self.second, level: -40)
    let voice = source.samples(6 * Self.second).scaled(to: -20)
    func heard(_ sound: [Double]) throws -> [Int16] {
      let samples = sound.integers.flatMap { [Int16](repeating: $0, count: channels) }
      let result = try process(samples, SoundProcessing(removesNoise: true), channels: channels)
      return Array(result.dropFirst(2 * Self.second * channels))
    }
    let rest = try heard(noise)
    #expect(noise.integers.level - rest.level >= 12)
    let kept = try heard(zip(noise, voice).map { $0 + $1 })
    #expect(abs(kept.level - Array(voice.dropFirst(2 * Self.second)).level) < 2)
  }

  @Test("CN-25: a faint voice is raised towards the target, and a loud one is not", arguments: [-40.0, -30, -12])
  func gain(level: Double) throws {
    var source = SpokenSound(seed: 3)
    let voice = source.samples(20 * Self.second).scaled(to: level)
    let result = try process(voice.integers, SoundProcessing(followsGain: true))
    let raised = Array(result.suffix(8 * Self.second)).level - Array(voice.suffix(8 * Self.second)).level
    switch level {
    case -40: #expect(raised >= 15)
    case -30: #expect(raised >= 8)
    default: #expect(abs(raised) <= 6)
    }
    #expect(result.allSatisfy { $0 > .min && $0 < .max })
  }

  @Test("CN-24: what this machine plays is removed, and the voice at the microphone stays")
  func echo() throws {
    var source = SpokenSound(seed: 4)
    let far = source.samples(20 * Self.second).scaled(to: -20)
    // 75 ms through the air and the devices, then the reflections of a room.
    var echo = [Double](repeating: 0, count: far.count)
    for (delay, gain) in [(3_600, 0.4), (3_900, -0.15), (4_560, 0.1), (5_900, 0.05)] {
      for index in delay..<far.count { echo[index] += gain * far[index - delay] }
    }
    var near = SpokenSound(seed: 5)
    var voice = near.samples(20 * Self.second).scaled(to: -25)
    // Nobody speaks into it for the first 12 s, then both, and at last nothing is played.
    for index in 0..<(12 * Self.second) { voice[index] = 0 }
    for index in (16 * Self.second)..<echo.count { echo[index] = 0 }
    let recorded = zip(echo, voice).map { $0 + $1 }.integers
    let played = far.enumerated().map { $0.offset < 16 * Self.second ? $0.element : 0 }.integers
    let result = try process(recorded, SoundProcessing(removesEcho: true), played: played)
    func difference(_ seconds: Range<Int>, _ sound: [Double]) -> Double {
      let range = seconds.lowerBound * Self.second..<seconds.upperBound * Self.second
      return Array(result[range]).level - Array(sound[range]).level
    }
    #expect(difference(6..<12, echo) <= -20)
    // Where both are as loud the echo takes some of the voice with it.
    #expect(difference(12..<16, voice) > -15)
    #expect(abs(difference(17..<20, voice)) < 1)
    // Without what is played nothing is removed.
    let unaware = try process(recorded, SoundProcessing(removesEcho: true))
    let alone = 6 * Self.second..<12 * Self.second
    #expect(abs(Array(unaware[alone]).level - Array(echo[alone]).level) < 1)
  }

  @Test("CN-24: several players are heard as one, and one that stops holds nobody up")
  func players() throws {
    let echo = EchoReference()
    let processing = SoundProcessing(removesEcho: true)
    let processor = try SoundProcessor(processing, channels: 1)
    let (first, second) = (SpokenToken(), SpokenToken())
    let frame = AudioFrame(format: .mono48k, samples: [Int16](repeating: 20_000, count: 480), timestamp: .zero)
    func play(_ token: SpokenToken) { echo.played(by: ObjectIdentifier(token), delay: .zero) { frame } }
    // Nobody wants it.
    play(first)
    #expect(echo.waitingSamples == [])
    echo.attach(processor)
    play(first)
    play(second)
    #expect(echo.waitingSamples == [0, 480])
    play(first)
    #expect(echo.waitingSamples == [0, 0])
    for _ in 0..<20 { play(second) }
    #expect(echo.waitingSamples[1] < 2_400)
    echo.remove(ObjectIdentifier(first))
    play(second)
    #expect(echo.waitingSamples == [0])
    echo.detach(processor)
    play(second)
    #expect(echo.waitingSamples == [])
  }

  @Test("sound of any rate is processed in frames of that rate that follow each other", arguments: [8_000, 44_100])
  func rates(rate: Int) throws {
    let format = AudioFormat(sampleRate: rate, channels: 2)
    var sound = try ProcessedSound(
      format: format, duration: .milliseconds(10), processing: SoundProcessing(removesNoise: true),
      echo: EchoReference())
    var times: [MediaTime] = []
    for index in 0..<100 {
      let time = MediaTime.zero + .milliseconds(10 * index)
      let samples = [Int16](repeating: 100, count: rate / 50)
      sound.append(AudioFrame(format: format, samples: samples, timestamp: time), delay: .zero)
      while let frame = sound.next() {
        #expect(frame.format == format && frame.sampleCount == rate / 100)
        times.append(frame.timestamp)
      }
    }
    #expect(times.count >= 95)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("processing serves in real time")
  func cost() throws {
    var source = SpokenSound(seed: 6)
    let samples = source.samples(10 * Self.second).integers
    let start = processorTime()
    let all = SoundProcessing(removesEcho: true, followsGain: true, removesNoise: true)
    let result = try process(samples, all, played: samples)
    let part = (processorTime() - start) / 1_000
    #expect(result.count == samples.count)
    // A tenth of the time is ten times what a slow machine needs.
    #expect(part < .milliseconds(1), "\(part) for 10 ms of sound")
  }

  private func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
