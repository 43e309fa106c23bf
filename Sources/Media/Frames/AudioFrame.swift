/// A short run of audio: interleaved signed 16-bit samples with their time. The `AudioData` of WebCodecs.
public struct AudioFrame: Sendable {
  /// Rate and channels.
  public let format: AudioFormat
  /// Samples, the channels interleaved; a multiple of `format.channels`.
  public let samples: [Int16]
  /// When the first sample is heard relative to others of its track; for captured frames the time of capture.
  public var timestamp: MediaTime
  /// Where the frame comes from, as far as known.
  public var metadata: FrameMetadata

  /// A frame of interleaved samples.
  ///
  /// - Precondition: the format is valid and the samples are whole: a multiple of the channels.
  public init(
    format: AudioFormat, samples: [Int16], timestamp: MediaTime, metadata: FrameMetadata = FrameMetadata()
  ) {
    precondition(format.isValid, "audio has a rate and channels within the limits, not \(format)")
    precondition(
      samples.count.isMultiple(of: format.channels),
      "\(samples.count) samples cannot be divided among \(format.channels) channels")
    self.format = format
    self.samples = samples
    self.timestamp = timestamp
    self.metadata = metadata
  }

  /// Silence.
  public static func silence(format: AudioFormat, sampleCount: Int, timestamp: MediaTime) -> AudioFrame {
    AudioFrame(
      format: format, samples: [Int16](repeating: 0, count: max(0, sampleCount) * format.channels), timestamp: timestamp
    )
  }

  /// Samples of each channel (`numberOfFrames` of `AudioData`).
  public var sampleCount: Int { samples.count / format.channels }
  /// How long the frame lasts.
  public var duration: Duration { format.duration(ofSamples: sampleCount) }

  /// The samples of one channel.
  ///
  /// - Precondition: the channel exists.
  public func channel(_ index: Int) -> [Int16] {
    precondition((0..<format.channels).contains(index), "there is no channel \(index) of \(format.channels)")
    return stride(from: index, to: samples.count, by: format.channels).map { samples[$0] }
  }
}
