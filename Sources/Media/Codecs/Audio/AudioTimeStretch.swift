import RTCFrames

/// Makes sound a little shorter or longer without changing its pitch, for jitter buffers: one period is taken out, or
/// put in, where the wave resembles itself most, and the seam is cross-faded.
package enum AudioTimeStretch {
  /// Periods of 400 Hz down to 67 Hz.
  private static func lags(_ rate: Int) -> ClosedRange<Int> { (rate / 400)...(rate / 67) }

  /// The frame without one period; unchanged when it is too short, or too unlike itself to be cut without being heard.
  package static func accelerate(_ frame: AudioFrame) -> AudioFrame {
    guard let lag = bestLag(frame) else { return frame }
    let channels = frame.format.channels
    var samples: [Int16] = []
    samples.reserveCapacity(frame.samples.count - lag * channels)
    appendFade(from: 0, to: lag, count: lag, of: frame, into: &samples)
    samples.append(contentsOf: frame.samples[(2 * lag * channels)...])
    return frame.replacing(samples)
  }

  /// The frame with one period more; unchanged when it is too short, or too unlike itself.
  package static func expand(_ frame: AudioFrame) -> AudioFrame {
    guard let lag = bestLag(frame) else { return frame }
    let channels = frame.format.channels
    var samples: [Int16] = []
    samples.reserveCapacity(frame.samples.count + lag * channels)
    samples.append(contentsOf: frame.samples[..<(lag * channels)])
    // What follows the first period returns to its beginning.
    appendFade(from: lag, to: 0, count: lag, of: frame, into: &samples)
    samples.append(contentsOf: frame.samples[(lag * channels)...])
    return frame.replacing(samples)
  }

  private static func appendFade(
    from first: Int, to second: Int, count: Int, of frame: AudioFrame, into samples: inout [Int16]
  ) {
    let channels = frame.format.channels
    for index in 0..<count {
      for channel in 0..<channels {
        let fading = Int(frame.samples[(first + index) * channels + channel]) * (count - index)
        let rising = Int(frame.samples[(second + index) * channels + channel]) * index
        samples.append(Int16(truncatingIfNeeded: (fading + rising) / count))
      }
    }
  }

  /// The shift at which the start of the frame resembles what follows it most; `nil` when nothing resembles it.
  private static func bestLag(_ frame: AudioFrame) -> Int? {
    let format = frame.format
    let lags = lags(format.sampleRate)
    let longest = min(lags.upperBound, frame.sampleCount / 2)
    guard longest > lags.lowerBound, lags.lowerBound > 0 else { return nil }
    // Comparing a mix at about 8 kHz finds the period; neighbours are compared in full afterwards.
    let step = max(1, format.sampleRate / 8_000)
    var best: (lag: Int, similarity: Double)?
    func consider(_ lag: Int, step: Int) {
      let similarity = similarity(frame, lag: lag, step: step)
      if similarity > best?.similarity ?? -1 { best = (lag, similarity) }
    }
    for lag in stride(from: lags.lowerBound, through: longest, by: step) { consider(lag, step: step) }
    if let coarse = best?.lag, step > 1 {
      best = nil
      for lag in max(lags.lowerBound, coarse - step)...min(longest, coarse + step) { consider(lag, step: step) }
    }
    guard let best, best.similarity > 0.8 || isQuiet(frame) else { return nil }
    return best.lag
  }

  private static func similarity(_ frame: AudioFrame, lag: Int, step: Int) -> Double {
    let channels = frame.format.channels
    var product = 0.0
    var first = 1e-9
    var second = 1e-9
    for index in stride(from: 0, to: lag, by: step) {
      let here = Double(frame.samples[index * channels])
      let there = Double(frame.samples[(index + lag) * channels])
      product += here * there
      first += here * here
      second += there * there
    }
    return product / (first * second).squareRoot()
  }

  /// Below about -50 dBov nobody hears a seam.
  private static func isQuiet(_ frame: AudioFrame) -> Bool { AudioLevelMeter.level(of: frame.samples) > 50 }
}

extension AudioFrame {
  fileprivate func replacing(_ samples: [Int16]) -> AudioFrame {
    AudioFrame(format: format, samples: samples, timestamp: timestamp, metadata: metadata)
  }
}
