import Glibc

/// Changes the rate of a stream of samples by a polyphase low-pass filter (a windowed sinc).
///
/// It goes on where the last call ended, so a stream may come in pieces of any length; the output is late by `delay`.
package struct AudioResampler: Sendable {
  /// Zero crossings of the sinc on each side: the pass band ends at 0.9 of the lower rate's half.
  private static let crossings = 16
  /// Beyond so many phases the nearest one serves: rates that have no common factor.
  private static let maximumPhases = 1_024

  package let inputRate: Int
  package let outputRate: Int
  package let channels: Int
  private let phases: Int
  private let tapCount: Int
  /// `phases` filters of `tapCount` taps, one after another.
  private let taps: [Float]
  /// The last input of each channel, the channels one after another, each with room for the taps.
  private var history: [[Float]]
  /// Where the next output lies behind the start of the history, in input samples, times `outputRate`.
  private var position: Int64

  /// - Precondition: rates and channels are positive.
  package init(from inputRate: Int, to outputRate: Int, channels: Int) {
    precondition(inputRate > 0 && outputRate > 0 && channels > 0, "a resampler needs rates and channels")
    let divisor = Self.greatestCommonDivisor(inputRate, outputRate)
    self.inputRate = inputRate / divisor
    self.outputRate = outputRate / divisor
    self.channels = channels
    phases = min(self.outputRate, Self.maximumPhases)
    let ratio = min(1, Double(outputRate) / Double(inputRate))
    let half = Int((Double(Self.crossings) / ratio).rounded(.up))
    tapCount = 2 * half
    taps = Self.design(phases: phases, half: half, cutoff: ratio * 0.92)
    history = Array(repeating: Array(repeating: 0, count: 2 * half - 1), count: channels)
    position = 0
  }

  /// How late the output is, in input samples.
  package var delay: Int { tapCount / 2 }

  /// The output that interleaved `samples` complete.
  package mutating func process(_ samples: [Int16]) -> [Int16] {
    if inputRate == outputRate { return samples }
    let frames = samples.count / channels
    for channel in 0..<channels {
      history[channel].reserveCapacity(history[channel].count + frames)
      for index in 0..<frames { history[channel].append(Float(samples[index * channels + channel])) }
    }
    let available = Int64(history[0].count - tapCount + 1) * Int64(outputRate)
    guard available > position else { return [] }
    let count = Int((available - position + Int64(inputRate) - 1) / Int64(inputRate))
    let start = position
    let output = [Int16](unsafeUninitializedCapacity: count * channels) { buffer, initializedCount in
      for channel in 0..<channels {
        history[channel].withUnsafeBufferPointer { input in
          taps.withUnsafeBufferPointer { taps in
            var position = start
            for index in 0..<count {
              let first = Int(position / Int64(outputRate))
              let phase = Int(position % Int64(outputRate)) * phases / outputRate * tapCount
              var sum: Float = 0
              for tap in 0..<tapCount { sum += input[first + tap] * taps[phase + tap] }
              buffer[index * channels + channel] = Int16(max(-32_768, min(32_767, sum.rounded())))
              position += Int64(inputRate)
            }
          }
        }
      }
      initializedCount = count * channels
    }
    position += Int64(count) * Int64(inputRate)
    // Forget what no output needs any more.
    let consumed = min(Int(position / Int64(outputRate)), history[0].count)
    for channel in 0..<channels { history[channel].removeFirst(consumed) }
    position -= Int64(consumed) * Int64(outputRate)
    return output
  }

  private static func design(phases: Int, half: Int, cutoff: Double) -> [Float] {
    var taps: [Float] = []
    taps.reserveCapacity(phases * 2 * half)
    let beta = 8.0
    for phase in 0..<phases {
      let offset = Double(phase) / Double(phases)
      var filter = (0..<(2 * half)).map { tap -> Double in
        let time = Double(tap - half + 1) - offset
        let window = besselI0(beta * (max(0, 1 - (time / Double(half)) * (time / Double(half)))).squareRoot())
        let angle = Double.pi * time * cutoff
        return (abs(angle) < 1e-9 ? 1 : sin(angle) / angle) * window
      }
      // Each phase passes a constant unchanged.
      let sum = filter.reduce(0, +)
      for index in filter.indices { filter[index] /= sum }
      taps.append(contentsOf: filter.map(Float.init))
    }
    return taps
  }

  /// The modified Bessel function of order zero, by its series: the window of Kaiser.
  private static func besselI0(_ value: Double) -> Double {
    var sum = 1.0
    var term = 1.0
    for index in 1..<40 {
      term *= (value / 2 / Double(index)) * (value / 2 / Double(index))
      sum += term
      if term < sum * 1e-12 { break }
    }
    return sum
  }

  private static func greatestCommonDivisor(_ lhs: Int, _ rhs: Int) -> Int {
    var (lhs, rhs) = (lhs, rhs)
    while rhs != 0 { (lhs, rhs) = (rhs, lhs % rhs) }
    return lhs
  }
}
