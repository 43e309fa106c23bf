import RTCFrames

/// A frame that can be counted.
protocol MeasuredFrame: Sendable {
  /// When it is shown or heard, on the clock of its source.
  var timestamp: MediaTime { get set }
  /// How many frames it counts as: a picture as one, sound by its samples.
  var countedFrames: Int { get }
  /// How long it lasts; zero for a picture.
  var countedDuration: Duration { get }
  /// When it could have been had at the earliest.
  var captured: MediaTime { get }
}

extension VideoFrame: MeasuredFrame {
  var countedFrames: Int { 1 }
  var countedDuration: Duration { .zero }
  var captured: MediaTime { metadata.captureTime ?? timestamp }
}

extension AudioFrame: MeasuredFrame {
  var countedFrames: Int { sampleCount }
  var countedDuration: Duration { duration }
  /// When its first sample was heard.
  var captured: MediaTime { metadata.captureTime ?? timestamp }
}

/// Frames that a track has seen while it was enabled (mediacapture-extensions, `MediaStreamTrackVideoStats` and
/// `MediaStreamTrackAudioStats`).
struct TrackFrameCounts: Sendable {
  /// From capture to delivery.
  struct Latency: Sendable {
    var last = Duration.zero
    var sum = Duration.zero
    var least: Duration?
    var greatest: Duration?
    var count = 0

    mutating func note(_ latency: Duration) {
      last = latency
      sum += latency
      least = min(least ?? latency, latency)
      greatest = max(greatest ?? latency, latency)
      count += 1
    }
  }

  var delivered = 0
  var deliveredDuration = Duration.zero
  /// Left out for the sake of the frame rate.
  var discarded = 0
  var total = 0
  var totalDuration = Duration.zero
  var latency = Latency()

  mutating func note<Frame: MeasuredFrame>(_ frame: Frame, _ adapted: AdaptedFrame<Frame>) {
    total += frame.countedFrames
    totalDuration += frame.countedDuration
    switch adapted {
    case .frame:
      delivered += frame.countedFrames
      deliveredDuration += frame.countedDuration
      latency.note(max(.zero, MediaTime.now - frame.captured))
    case .discarded: discarded += frame.countedFrames
    case .dropped: break
    }
  }
}
