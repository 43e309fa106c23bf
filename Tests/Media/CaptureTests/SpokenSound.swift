import Glibc
import RTCFrames

@testable import RTCCapture

/// A voice that a test makes by itself: syllables of a buzz through three resonances, four a second, with pauses.
struct SpokenSound {
  private var random: UInt64
  private var phase = 0.0
  private var index = 0
  private var resonances: [Resonance] = []

  init(seed: UInt64) { random = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// A sharp filter of second order.
  private struct Resonance {
    let a1: Double
    let a2: Double
    let gain: Double
    var last = 0.0
    var beforeLast = 0.0

    init(frequency: Double, width: Double) {
      let radius = exp(-.pi * width / 48_000)
      a1 = 2 * radius * cos(2 * .pi * frequency / 48_000)
      a2 = -radius * radius
      gain = 1 - radius
    }

    mutating func filter(_ value: Double) -> Double {
      let result = gain * value + a1 * last + a2 * beforeLast
      (beforeLast, last) = (last, result)
      return result
    }
  }

  private mutating func next(in range: ClosedRange<Double>) -> Double {
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    return range.lowerBound + Double(random >> 11) / Double(1 << 53) * (range.upperBound - range.lowerBound)
  }

  /// So many samples at 48 kHz, none louder than 1.
  mutating func samples(_ count: Int) -> [Double] {
    (0..<count).map { _ in
      let syllable = index % 12_000
      if syllable == 0 {
        resonances = [(300, 900, 90), (900, 2_300, 120), (2_400, 3_400, 160)].map { low, high, width in
          Resonance(frequency: next(in: low...high), width: width)
        }
      }
      // A word of five syllables, then a pause of three.
      let isSpoken = index / 12_000 % 8 < 5
      index += 1
      let position = Double(syllable) / 12_000
      let loudness = isSpoken ? pow(sin(.pi * position), 2) : 0
      phase += (120 + 40 * sin(2 * .pi * position)) / 48_000
      if phase >= 1 { phase -= 1 }
      let buzz = (2 * phase - 1) + next(in: -0.1...0.1)
      var value = 0.0
      for resonance in resonances.indices { value += resonances[resonance].filter(buzz) }
      return max(-1, min(1, value * 3 * loudness))
    }
  }

  /// Noise of all frequencies, as loud as `level` in decibels of full scale.
  mutating func noise(_ count: Int, level: Double) -> [Double] {
    let peak = pow(10, level / 20) * 3.0.squareRoot()
    return (0..<count).map { _ in next(in: -peak...peak) }
  }
}

extension [Double] {
  /// The mean power in decibels of full scale.
  var level: Double { 10 * log10(Swift.max(1e-12, reduce(0) { $0 + $1 * $1 } / Double(Swift.max(1, count)))) }
  /// As loud as asked for, in decibels of full scale.
  func scaled(to level: Double) -> [Double] {
    let factor = pow(10, (level - self.level) / 20)
    return map { $0 * factor }
  }
  var integers: [Int16] { map { Int16(clamping: Int(($0 * 32_768).rounded())) } }
}

extension [Int16] {
  var level: Double { map { Double($0) / 32_768 }.level }
}
