import Glibc
import RTCFrames

/// Measures the frequency and the level of the last moments of a sound.
///
/// Frequencies are right up to a sixth of the sample rate; beyond, too few samples make a period.
/// ```swift
/// var analyzer = ToneAnalyzer()
/// for await frame in track.audioFrames() {
///   analyzer.append(frame)
///   if analyzer.measurement?.isTone(of: 440) == true { break }
/// }
/// ```
public struct ToneAnalyzer: Sendable {
  /// How much sound is looked at.
  public let window: Duration
  private var sampleRate = 0
  /// The last samples, all channels in one.
  private var samples: [Float] = []

  /// An analyzer that has heard nothing.
  ///
  /// - Parameter window: how much sound is looked at, from 10 ms to 10 s, which are taken for less and for more; the
  ///   longer, the more exact.
  public init(window: Duration = .milliseconds(500)) {
    self.window = min(max(window, .milliseconds(10)), .seconds(10))
  }

  /// Samples that the window holds at most.
  private var capacity: Int { max(1, Int(window.inSeconds * Double(sampleRate))) }
  /// Whether the window has been filled since the beginning or the last change of format.
  public var isFull: Bool { sampleRate > 0 && samples.count >= capacity }

  /// Adds sound. With another sample rate the window begins anew.
  public mutating func append(_ frame: AudioFrame) {
    if frame.format.sampleRate != sampleRate {
      sampleRate = frame.format.sampleRate
      samples.removeAll()
      samples.reserveCapacity(2 * capacity)
    }
    let channels = frame.format.channels
    for index in stride(from: 0, to: frame.samples.count, by: channels) {
      var sum = 0
      for channel in 0..<channels { sum += Int(frame.samples[index + channel]) }
      samples.append(Float(sum) / Float(channels) / 32_768)
    }
    // Moving the rest only once a window keeps this cheap.
    if samples.count >= 2 * capacity { samples.removeFirst(samples.count - capacity) }
  }

  /// Forgets what was heard.
  public mutating func reset() { samples.removeAll(keepingCapacity: true) }

  /// What the window holds; `nil` until it is full.
  public var measurement: ToneMeasurement? {
    guard isFull else { return nil }
    return samples.suffix(capacity).withUnsafeBufferPointer { window in
      let power = window.reduce(Float(0)) { $0 + $1 * $1 } / Float(window.count)
      let level = power > 1e-10 ? 10 * log10(Double(power)) : -100
      guard level > -90 else { return ToneMeasurement(frequency: 0, level: level, purity: 0) }
      let frequency = crossingFrequency(of: window, power: power)
      return ToneMeasurement(
        frequency: frequency, level: level, purity: frequency > 0 ? purity(of: frequency, in: window, power: power) : 0)
    }
  }

  /// The frequency by the upward crossings of zero, between samples and with hysteresis against noise.
  private func crossingFrequency(of window: UnsafeBufferPointer<Float>, power: Float) -> Double {
    let threshold = power.squareRoot() / 3
    var isLow = false
    var lastCrossing: Double?
    var periods: [Double] = []
    var candidate = 0.0
    for index in 1..<window.count {
      let (before, after) = (window[index - 1], window[index])
      if before < 0, after >= 0 { candidate = Double(index) - Double(after / (after - before)) }
      if after < -threshold {
        isLow = true
      } else if after > threshold, isLow {
        isLow = false
        if let lastCrossing { periods.append(candidate - lastCrossing) }
        lastCrossing = candidate
      }
    }
    guard periods.count >= 3 else { return 0 }
    // The middle half only: a click, a gap or a made-up packet spoils a few periods, not the tone.
    periods.sort()
    let middle = periods[(periods.count / 4)..<(periods.count - periods.count / 4)]
    let period = middle.reduce(0, +) / Double(middle.count)
    return period > 0 ? Double(sampleRate) / period : 0
  }

  /// The part of the energy at a frequency by the algorithm of Goertzel, in short blocks since the phase may jump where
  /// a packet was made up.
  private func purity(of frequency: Double, in window: UnsafeBufferPointer<Float>, power: Float) -> Double {
    let length = max(1, sampleRate / 20)
    let coefficient = 2 * cos(2 * Double.pi * frequency / Double(sampleRate))
    var energy = 0.0
    var count = 0
    for start in stride(from: 0, through: window.count - length, by: length) {
      var (last, beforeLast) = (0.0, 0.0)
      for index in start..<(start + length) {
        (last, beforeLast) = (Double(window[index]) + coefficient * last - beforeLast, last)
      }
      let magnitude = last * last + beforeLast * beforeLast - coefficient * last * beforeLast
      energy += 2 * magnitude / Double(length)
      count += length
    }
    return count == 0 ? 0 : min(1, energy / (Double(power) * Double(count)))
  }
}
