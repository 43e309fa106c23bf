import RTCFrames

/// Cuts a stream of samples into frames of one length, and keeps count of the samples so that their clock runs evenly
/// though the capture times of a device jitter.
package struct AudioChunker: Sendable {
  /// A stream this far from its count has a real gap: the source stalled, or was muted.
  private static let gap = Duration.milliseconds(120)

  package let format: AudioFormat
  package let samplesPerChunk: Int
  private var samples: [Int16] = []
  /// The position of the first kept sample, in samples since the start of the stream.
  private var position: Int64 = 0
  /// When position zero was.
  private var origin: MediaTime?
  private var metadata = FrameMetadata()

  /// - Precondition: `samplesPerChunk` is positive.
  package init(format: AudioFormat, samplesPerChunk: Int) {
    precondition(samplesPerChunk > 0, "a chunk has samples")
    self.format = format
    self.samplesPerChunk = samplesPerChunk
  }

  /// A frame of exactly `samplesPerChunk`, with its place in the stream.
  package struct Chunk: Sendable {
    package var frame: AudioFrame
    /// Samples of each channel before it since the start of the stream, gaps included.
    package var position: Int64
  }

  /// Adds samples in `format` that began at `timestamp`.
  package mutating func append(_ new: [Int16], timestamp: MediaTime, metadata: FrameMetadata) {
    self.metadata = metadata
    let kept = Int64(samples.count / format.channels)
    if let origin {
      let expected = origin + format.duration(position + kept)
      let difference = timestamp - expected
      if difference > Self.gap {
        // What was kept cannot be completed; the count goes on where the clock is.
        samples.removeAll(keepingCapacity: true)
        let missing = difference.nanoseconds / 1_000_000 * Int64(format.sampleRate) / 1_000
        position += kept + missing
      } else if difference < .zero - Self.gap {
        // The clock went back: the count cannot, so it is anchored anew.
        self.origin = timestamp - format.duration(position + kept)
      } else {
        // A device whose clock is a little off is followed slowly.
        self.origin = origin + .nanoseconds(difference.nanoseconds / 64)
      }
    } else {
      origin = timestamp
    }
    samples.append(contentsOf: new)
  }

  /// The next whole frame, if there is one.
  package mutating func next() -> Chunk? {
    let count = samplesPerChunk * format.channels
    guard samples.count >= count, let origin else { return nil }
    let timestamp = origin + format.duration(position)
    let frame = AudioFrame(
      format: format, samples: samples.count == count ? samples : Array(samples[..<count]), timestamp: timestamp,
      metadata: metadata)
    let chunk = Chunk(frame: frame, position: position)
    if samples.count == count { samples = [] } else { samples.removeFirst(count) }
    position += Int64(samplesPerChunk)
    return chunk
  }
}

extension AudioFormat {
  /// How long `count` samples last, for counts of a long stream.
  fileprivate func duration(_ count: Int64) -> Duration {
    let rate = Int64(sampleRate)
    return .nanoseconds(count / rate * 1_000_000_000 + count % rate * 1_000_000_000 / rate)
  }
}
