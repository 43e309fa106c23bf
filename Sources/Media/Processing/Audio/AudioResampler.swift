internal import CSpeexDSP
import Synchronization

/// Changes the rate of one stream of samples, by libspeexdsp.
///
/// It goes on where the last call ended, so a stream may come in pieces of any length; the output is late by `delay`,
/// and nothing is put in its place.
package final class AudioResampler: Sendable {
  /// On the library's scale of 0 to 10. The difference to higher ones is not heard, their cost is.
  private static let quality: Int32 = 5

  package let inputRate: Int
  package let outputRate: Int
  package let channels: Int
  private let state: Mutex<OpaquePointer>

  /// - Precondition: rates and channels are positive.
  package init(from inputRate: Int, to outputRate: Int, channels: Int) {
    precondition(inputRate > 0 && outputRate > 0 && channels > 0, "a resampler needs rates and channels")
    var error: Int32 = 0
    guard
      let state = speex_resampler_init(
        UInt32(channels), UInt32(inputRate), UInt32(outputRate), Self.quality, &error)
    else {
      preconditionFailure("no resampler from \(inputRate) to \(outputRate) Hz: \(error)")
    }
    // Otherwise the output would begin with as much silence as it is late.
    speex_resampler_skip_zeros(state)
    self.inputRate = inputRate
    self.outputRate = outputRate
    self.channels = channels
    self.state = Mutex(state)
  }

  deinit { state.withLock { speex_resampler_destroy($0) } }

  /// How late the output is, in input samples.
  package var delay: Int { state.withLock { Int(speex_resampler_get_input_latency($0)) } }

  /// The output that interleaved `samples` complete.
  package func process(_ samples: [Int16]) -> [Int16] {
    let count = samples.count / channels
    // What is kept from the call before can complete more than one sample, and a tenth is the greatest drift.
    let capacity = (count * outputRate * 11) / (inputRate * 10) + outputRate / inputRate + 2
    return state.withLock { state in
      [Int16](unsafeUninitializedCapacity: capacity * channels) { output, initializedCount in
        var (read, written) = (0, 0)
        // The library stops where the input or the room ends.
        samples.withUnsafeBufferPointer { input in
          while read < count, written < capacity {
            guard let source = input.baseAddress, let target = output.baseAddress else { return }
            var (taken, given) = (UInt32(clamping: count - read), UInt32(clamping: capacity - written))
            let result = speex_resampler_process_interleaved_int(
              state, source + read * channels, &taken, target + written * channels, &given)
            guard result == 0, taken > 0 || given > 0 else { return }
            read += Int(taken)
            written += Int(given)
          }
        }
        initializedCount = written * channels
      }
    }
  }

  /// Makes `ratio` times as many samples from now on, for an output whose clock runs a little faster or slower than it
  /// says. No sample is lost by the change.
  ///
  /// - Precondition: the ratio is within 0.9 and 1.1.
  package func setDrift(_ ratio: Double) {
    precondition((0.9...1.1).contains(ratio), "a clock that is off by more than a tenth is another clock")
    let divisor = Self.greatestCommonDivisor(inputRate, outputRate)
    let (input, output) = (inputRate / divisor, outputRate / divisor)
    // The library multiplies the parts of the fraction, in 32 bits; so far apart the steps are less than 0.002 %.
    let scale = Self.greatestPart / max(input, output)
    guard scale > 0 else { return }
    let corrected = UInt32((Double(output * scale) * ratio).rounded())
    state.withLock {
      _ = speex_resampler_set_rate_frac($0, UInt32(input * scale), corrected, UInt32(inputRate), UInt32(outputRate))
    }
  }

  /// A tenth less than what fits into 16 bits, for the greatest drift.
  private static let greatestPart = 59_000

  private static func greatestCommonDivisor(_ lhs: Int, _ rhs: Int) -> Int {
    var (lhs, rhs) = (lhs, rhs)
    while rhs != 0 { (lhs, rhs) = (rhs, lhs % rhs) }
    return lhs
  }
}
