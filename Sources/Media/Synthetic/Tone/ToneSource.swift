import Glibc
import RTCFrames
import Synchronization

/// A microphone that hears one tone, the same in all channels, or silence.
///
/// ``ToneAnalyzer`` tells whether it arrived.
/// ```swift
/// let track = try MediaStreamTrack(source: ToneSource(frequency: 440))
/// ```
public final class ToneSource: AudioSource {
  /// Where frames of sound go. Tracks attach here; a program uses the track.
  public let output = SourceOutput<AudioFrame>()
  /// What its tracks are called.
  public let label: String
  /// In hertz.
  public let frequency: Double
  /// The height of the wave, 0 to 1.
  public let amplitude: Double
  /// Rate and channels of its frames.
  public let format: AudioFormat
  /// Samples of each channel in a frame.
  public let samplesPerFrame: Int
  private let thread = Mutex<MediaThread?>(nil)

  /// A source of a sine.
  ///
  /// - Parameters:
  ///   - frequency: in hertz, up to half the sample rate.
  ///   - amplitude: the height of the wave, 0 to 1; 0 is silence.
  ///   - format: rate and channels of the frames.
  ///   - frameDuration: how much sound a frame holds, usually 10 or 20 ms; a second at most.
  ///   - label: what tracks are called; `tone` or `silence` if it is `nil`.
  /// - Precondition: the format is valid, and the values lie within these ranges.
  public init(
    frequency: Double = 440, amplitude: Double = 0.25, format: AudioFormat = .mono48k,
    frameDuration: Duration = .milliseconds(20), label: String? = nil
  ) {
    precondition(format.isValid, "sound has a rate and channels within the limits, not \(format)")
    precondition(
      (0...1).contains(amplitude) && frequency >= 0 && frequency <= Double(format.sampleRate) / 2,
      "no tone has \(frequency) Hz and an amplitude of \(amplitude)")
    self.frequency = frequency
    self.amplitude = amplitude
    self.format = format
    self.label = label ?? (amplitude == 0 ? "silence" : "tone")
    precondition(
      frameDuration > .zero && frameDuration <= .seconds(1), "a frame of sound does not last \(frameDuration)")
    samplesPerFrame = max(1, Int((frameDuration.inSeconds * Double(format.sampleRate)).rounded()))
  }

  /// A source of silence.
  ///
  /// - Precondition: the format is valid.
  public static func silence(format: AudioFormat = .mono48k) -> ToneSource { ToneSource(amplitude: 0, format: format) }

  /// Rate and channels.
  public var settings: MediaTrackSettings {
    MediaTrackSettings(sampleRate: format.sampleRate, channelCount: format.channels)
  }

  /// Begins to sound. A track does it; a program makes a track.
  ///
  /// - Throws: `MediaError` with `AbortError`, when the system has no thread left.
  public func start() throws {
    let new = try MediaThread(name: label) { [self] control in run(control) }
    thread.withLock { $0 = new }
  }

  /// Ends the sound, and returns when its thread is gone. The source can be started again. A track does it.
  public func stop() {
    let old = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    old?.stop()
  }

  private func run(_ control: MediaThread.Control) {
    let rate = Double(format.sampleRate) / Double(samplesPerFrame)
    var clock = PacingClock(start: .now, rate: rate)
    // A frame can be had once its last sample was heard.
    while control.sleep(until: clock.time(of: clock.index + 1)) {
      // Sound that is a little late is made up for; after a long pause nobody wants it.
      _ = clock.skipLate(now: .now, tolerance: .seconds(1))
      let time = clock.nextTime
      let samples = Self.samples(
        of: frequency, amplitude: amplitude, format: format, from: clock.index * Int64(samplesPerFrame),
        count: samplesPerFrame)
      output.emit(
        AudioFrame(format: format, samples: samples, timestamp: time, metadata: FrameMetadata(captureTime: time)))
      clock.advance()
    }
  }

  /// Interleaved samples of a sine that began at position 0.
  package static func samples(
    of frequency: Double, amplitude: Double, format: AudioFormat, from position: Int64, count: Int
  ) -> [Int16] {
    guard amplitude > 0 else { return [Int16](repeating: 0, count: count * format.channels) }
    let cycles = frequency / Double(format.sampleRate)
    return [Int16](unsafeUninitializedCapacity: count * format.channels) { buffer, initializedCount in
      for index in 0..<count {
        // Only the part of a cycle, so that a tone of days is as exact as one of seconds.
        let phase = (Double(position &+ Int64(index)) * cycles).truncatingRemainder(dividingBy: 1)
        let sample = Int16((sin(2 * Double.pi * phase) * amplitude * 32_767).rounded())
        for channel in 0..<format.channels {
          buffer.initializeElement(at: index * format.channels + channel, to: sample)
        }
      }
      initializedCount = count * format.channels
    }
  }
}
