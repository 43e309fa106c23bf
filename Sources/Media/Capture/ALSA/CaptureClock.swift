import RTCFrames

/// Tells when samples were heard, from when they were read.
///
/// Samples are counted, since reading jitters; the count is moved slowly to the clock, since cards run fast or slow.
struct CaptureClock: Sendable {
  /// Beyond this the count is wrong: samples were lost, or the machine slept.
  private static let tolerance = Duration.milliseconds(60)

  private var next: MediaTime?

  /// When the first of some samples was heard.
  ///
  /// - Parameter estimate: that time by the clock.
  mutating func time(ofSamples duration: Duration, estimate: MediaTime) -> MediaTime {
    var time = next ?? estimate
    let error = estimate - time
    if error > Self.tolerance || error < .zero - Self.tolerance {
      // Never back: frames follow each other.
      time = max(estimate, time)
    } else {
      time = time + .nanoseconds(error.nanoseconds / 64)
    }
    next = time + duration
    return time
  }

  /// Forgets the count after a loss.
  mutating func reset(now: MediaTime) { next = next.map { max($0, now) } }
}
