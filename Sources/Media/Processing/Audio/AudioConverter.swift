import RTCFrames

/// Turns a stream of any format into one format: channels mixed first, then the rate.
package struct AudioConverter: Sendable {
  package let output: AudioFormat
  private var input: AudioFormat?
  private var resampler: AudioResampler?

  package init(to output: AudioFormat) { self.output = output }

  /// The samples in the output format that `frame` completes. When the format of the stream changes it begins anew.
  package mutating func convert(_ frame: AudioFrame) -> [Int16] {
    if frame.format == output { return frame.samples }
    if input != frame.format {
      input = frame.format
      resampler =
        frame.format.sampleRate == output.sampleRate
        ? nil
        : AudioResampler(from: frame.format.sampleRate, to: output.sampleRate, channels: output.channels)
    }
    let mixed = Self.mix(frame.samples, from: frame.format.channels, to: output.channels)
    return resampler?.process(mixed) ?? mixed
  }

  /// Channels up and down as Web Audio does for speakers (§4 "Up-mixing and Down-mixing"): mono goes to left and right,
  /// left and right are averaged; otherwise channels keep their place and what is missing is silent.
  package static func mix(_ samples: [Int16], from inputChannels: Int, to outputChannels: Int) -> [Int16] {
    if inputChannels == outputChannels { return samples }
    let count = samples.count / inputChannels
    return [Int16](unsafeUninitializedCapacity: count * outputChannels) { buffer, initializedCount in
      for index in 0..<count {
        let source = index * inputChannels
        let target = index * outputChannels
        switch (inputChannels, outputChannels) {
        case (_, 1):
          let sum = Int(samples[source]) + Int(samples[source + 1])
          buffer[target] = Int16(truncatingIfNeeded: sum / 2)
        case (1, _):
          for channel in 0..<outputChannels { buffer[target + channel] = channel < 2 ? samples[source] : 0 }
        default:
          for channel in 0..<outputChannels {
            buffer[target + channel] = channel < inputChannels ? samples[source + channel] : 0
          }
        }
      }
      initializedCount = count * outputChannels
    }
  }
}
