import Glibc

/// How loud samples are.
package enum AudioLevelMeter {
  /// The level in -dBov as RFC 6464 §3 counts it: 0 is the loudest, 127 is silence.
  package static func level(of samples: [Int16]) -> UInt8 {
    guard !samples.isEmpty else { return 127 }
    var sum: Int64 = 0
    for sample in samples { sum &+= Int64(sample) &* Int64(sample) }
    guard sum > 0 else { return 127 }
    // The overload point is the power of a full-scale square wave.
    let ratio = Double(sum) / Double(samples.count) / (32_767.0 * 32_767.0)
    return UInt8(min(127, max(0, (-10 * log10(ratio)).rounded())))
  }
}
