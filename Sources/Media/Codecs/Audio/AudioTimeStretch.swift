import RTCFrames

/// Makes sound a little shorter or longer without changing its pitch, for jitter buffers.
///
/// A piece is left out, or heard twice, where that is heard least, and the seam is cross-faded. How much sound comes out
/// is exact: the jitter buffer plans by it.
package enum AudioTimeStretch {
  /// The frame with `count` samples of each channel more, or fewer when it is negative.
  ///
  /// A frame from which more is taken than it has is empty; to an empty frame nothing can be added.
  package static func stretch(_ frame: AudioFrame, by count: Int) -> AudioFrame {
    if count < 0 { return shortened(frame, by: min(-count, frame.sampleCount)) }
    var result = frame
    var missing = count
    // A piece that is heard twice must be there: at most half of what there is, as often as needed.
    while missing > 0, result.sampleCount > 1 {
      let piece = min(missing, result.sampleCount / 2)
      result = lengthened(result, by: piece)
      missing -= piece
    }
    return result
  }

  private static func shortened(_ frame: AudioFrame, by removed: Int) -> AudioFrame {
    guard removed > 0 else { return frame }
    let overlap = overlap(frame, rest: frame.sampleCount - removed)
    let last = frame.sampleCount - removed - overlap
    let place = bestPlace(frame, places: 0...last, overlap: overlap) { $0 + removed }
    return join(frame, at: place, with: place + removed, overlap: overlap)
  }

  private static func lengthened(_ frame: AudioFrame, by added: Int) -> AudioFrame {
    let overlap = overlap(frame, rest: frame.sampleCount - added)
    let last = frame.sampleCount - overlap
    let place = bestPlace(frame, places: added...last, overlap: overlap) { $0 - added }
    return join(frame, at: place, with: place - added, overlap: overlap)
  }

  /// Samples of the seam: 5 ms, or what there is room for.
  private static func overlap(_ frame: AudioFrame, rest: Int) -> Int {
    max(0, min(frame.format.sampleRate / 200, rest / 2))
  }

  /// The frame up to `place`, then faded within `overlap` samples into what begins at `next`.
  private static func join(_ frame: AudioFrame, at place: Int, with next: Int, overlap: Int) -> AudioFrame {
    let channels = frame.format.channels
    var samples: [Int16] = []
    samples.reserveCapacity((place + frame.sampleCount - next) * channels)
    samples.append(contentsOf: frame.samples[..<(place * channels)])
    for index in 0..<overlap {
      for channel in 0..<channels {
        let fading = Int(frame.samples[(place + index) * channels + channel]) * (overlap - index)
        let rising = Int(frame.samples[(next + index) * channels + channel]) * index
        samples.append(Int16(truncatingIfNeeded: (fading + rising) / overlap))
      }
    }
    samples.append(contentsOf: frame.samples[((next + overlap) * channels)...])
    return AudioFrame(format: frame.format, samples: samples, timestamp: frame.timestamp, metadata: frame.metadata)
  }

  /// Where the two sides of the seam differ least: where the wave repeats itself, or in a pause.
  private static func bestPlace(
    _ frame: AudioFrame, places: ClosedRange<Int>, overlap: Int, other: (Int) -> Int
  ) -> Int {
    // Comparing at about 8 kHz finds the place; its neighbours are compared in full.
    let step = max(1, frame.format.sampleRate / 8_000)
    var best = (place: places.lowerBound, difference: Int.max)
    func consider(_ place: Int, step: Int) {
      let difference = difference(frame, place, other(place), overlap: overlap, step: step)
      if difference < best.difference { best = (place, difference) }
    }
    for place in stride(from: places.lowerBound, through: places.upperBound, by: step) { consider(place, step: step) }
    guard step > 1 else { return best.place }
    let coarse = best.place
    best.difference = .max
    for place in max(places.lowerBound, coarse - step)...min(places.upperBound, coarse + step) {
      consider(place, step: 1)
    }
    return best.place
  }

  private static func difference(_ frame: AudioFrame, _ first: Int, _ second: Int, overlap: Int, step: Int) -> Int {
    let channels = frame.format.channels
    var sum = 0
    for index in stride(from: 0, to: overlap, by: step) {
      let difference =
        Int(frame.samples[(first + index) * channels]) - Int(frame.samples[(second + index) * channels])
      sum += difference * difference
    }
    return sum
  }
}
