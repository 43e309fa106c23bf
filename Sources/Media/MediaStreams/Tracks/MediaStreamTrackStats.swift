import RTCFrames

/// Pictures that a track has seen while it was enabled and not muted (mediacapture-extensions,
/// `MediaStreamTrackVideoStats`).
public struct MediaStreamTrackVideoStats: Hashable, Codable, Sendable {
  /// Pictures that consumers got, or would have got.
  public var deliveredFrames: Int
  /// Pictures left out so that they come at the rate that was asked for.
  public var discardedFrames: Int
  /// All pictures of the source, those that were lost for another reason included.
  public var totalFrames: Int
}

/// Sound that a track has seen while it was enabled and not muted (mediacapture-extensions,
/// `MediaStreamTrackAudioStats`). A frame is one sample of each channel; durations are in milliseconds.
public struct MediaStreamTrackAudioStats: Hashable, Codable, Sendable {
  /// Frames that consumers got, or would have got.
  public var deliveredFrames: Int
  /// How long they last.
  public var deliveredFramesDuration: Double
  /// All frames of the source.
  public var totalFrames: Int
  /// How long they last.
  public var totalFramesDuration: Double
  /// From hearing to delivery, lately.
  public var latency: Double
  /// The mean since the last reset.
  public var averageLatency: Double
  /// The least since the last reset.
  public var minimumLatency: Double
  /// The greatest since the last reset.
  public var maximumLatency: Double
}

extension MediaStreamTrack {
  /// What the track has seen of its source's pictures; `nil` for a track of sound.
  public var videoStats: MediaStreamTrackVideoStats? {
    guard case .video(let pipeline) = attachment.pipeline else { return nil }
    let counts = pipeline.counts
    return MediaStreamTrackVideoStats(
      deliveredFrames: counts.delivered, discardedFrames: counts.discarded, totalFrames: counts.total)
  }

  /// What the track has seen of its source's sound; `nil` for a track of pictures.
  public var audioStats: MediaStreamTrackAudioStats? {
    guard case .audio(let pipeline) = attachment.pipeline else { return nil }
    let counts = pipeline.counts
    let latency = counts.latency
    return MediaStreamTrackAudioStats(
      deliveredFrames: counts.delivered, deliveredFramesDuration: milliseconds(counts.deliveredDuration),
      totalFrames: counts.total, totalFramesDuration: milliseconds(counts.totalDuration),
      latency: milliseconds(latency.last),
      averageLatency: latency.count == 0 ? 0 : milliseconds(latency.sum) / Double(latency.count),
      minimumLatency: milliseconds(latency.least ?? latency.last),
      maximumLatency: milliseconds(latency.greatest ?? latency.last))
  }

  /// Begins the mean, the least and the greatest latency of sound anew (`MediaStreamTrackAudioStats.resetLatency`).
  public func resetLatency() {
    if case .audio(let pipeline) = attachment.pipeline { pipeline.resetLatency() }
  }

  private func milliseconds(_ duration: Duration) -> Double { duration.inSeconds * 1_000 }
}
