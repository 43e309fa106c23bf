import RTCFrames

/// Sound on its way from tracks, whose frames come in bursts and by a clock of their own, to one who takes them by another
/// clock: a device, or a graph that mixes them.
///
/// It holds `target` on average: less is filled up with silence, more is taken a little faster, and what
/// exceeds the limit is dropped, the oldest first.
package struct PlaybackBuffer: Sendable {
  /// How much faster or slower than it says sound is played at most, to follow its clock. It is not heard.
  private static let greatestDrift = 0.005

  package let format: AudioFormat
  /// Samples of each channel that were played as silence since none were there.
  package private(set) var missingSamples = 0
  /// Samples of each channel that were dropped since they were too many.
  package private(set) var droppedSamples = 0
  private let target: Int
  private let limit: Int
  private var resampler: AudioResampler?
  private var input: AudioFormat?
  private var samples: [Int16] = []
  /// Played only once the target is reached, at first and after each time that nothing was left.
  private var isFilling = true
  /// What lay here before each taking, in samples of each channel, smoothed.
  private var level: Double

  /// - Parameters:
  ///   - format: that of the device.
  ///   - target: what is to lie here on average.
  package init(format: AudioFormat, target: Duration) {
    self.format = format
    self.target = max(1, Int(target.inSeconds * Double(format.sampleRate)))
    limit = self.target * 4
    level = Double(self.target)
  }

  /// Samples of each channel that wait.
  package var count: Int { samples.count / format.channels }

  /// Adds sound of any format.
  package mutating func append(_ frame: AudioFrame) {
    if input != frame.format {
      input = frame.format
      resampler = AudioResampler(
        from: frame.format.sampleRate, to: format.sampleRate, channels: format.channels)
    }
    let mixed = AudioConverter.mix(frame.samples, from: frame.format.channels, to: format.channels)
    samples += resampler?.process(mixed) ?? mixed
    let excess = count - limit
    if excess > 0 {
      droppedSamples += excess
      samples.removeFirst(excess * format.channels)
    }
  }

  /// Takes `count` samples of each channel, with silence for what is missing.
  package mutating func take(_ count: Int) -> [Int16] {
    level += (Double(self.count) - level) / 64
    if isFilling, self.count < target { return silence(count) }
    if isFilling { level = Double(self.count) }
    isFilling = false
    follow()
    let taken = min(count, self.count)
    var result = Array(samples.prefix(taken * format.channels))
    samples.removeFirst(taken * format.channels)
    if taken < count {
      isFilling = true
      result += silence(count - taken)
    }
    return result
  }

  private mutating func silence(_ count: Int) -> [Int16] {
    if input != nil { missingSamples += count }
    return [Int16](repeating: 0, count: count * format.channels)
  }

  /// More than the target is played faster.
  private func follow() {
    let error = (Double(target) - level) / Double(target)
    resampler?.setDrift(1 + max(-Self.greatestDrift, min(Self.greatestDrift, error * 0.01)))
  }
}
