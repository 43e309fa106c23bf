import Glibc
import RTCFrames
import Synchronization

/// A microphone that hears one tone, the same in all channels, or silence.
package final class ToneSource: AudioSource {
  package let output = SourceOutput<AudioFrame>()
  package let label: String
  /// In hertz.
  package let frequency: Double
  /// The height of the wave, 0 to 1.
  package let amplitude: Double
  package let format: AudioFormat
  /// Samples of each channel in a frame.
  package let samplesPerFrame: Int
  private let thread = Mutex<MediaThread?>(nil)

  /// A source of a sine.
  ///
  /// - Parameters:
  ///   - frequency: in hertz, below half the sample rate.
  ///   - amplitude: the height of the wave, 0 to 1.
  ///   - frameDuration: how much sound a frame holds, usually 10 or 20 ms.
  package init(
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
    samplesPerFrame = max(1, Int((frameDuration.inSeconds * Double(format.sampleRate)).rounded()))
  }

  /// A source of silence.
  package static func silence(format: AudioFormat = .mono48k) -> ToneSource { ToneSource(amplitude: 0, format: format) }

  package var settings: MediaTrackSettings {
    MediaTrackSettings(sampleRate: format.sampleRate, channelCount: format.channels)
  }

  package func start() throws {
    let new = try MediaThread(name: label) { [self] control in run(control) }
    thread.withLock { $0 = new }
  }

  package func stop() {
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
