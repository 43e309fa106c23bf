import RTCFrames

/// Leaves out frames so that the rest come at a lower rate, as evenly as the source makes them.
struct FrameDecimator: Sendable {
  private let interval: Duration
  /// A frame that is early by less than half of the source's interval is the nearest there will be.
  private let tolerance: Duration
  private var due: MediaTime?

  /// - Parameters:
  ///   - rate: frames a second that are kept.
  ///   - sourceRate: frames a second that come.
  init(rate: Double, sourceRate: Double) {
    interval = .nanoseconds(Int64(1e9 / max(rate, 1e-3)))
    tolerance = .nanoseconds(Int64(0.5e9 / max(sourceRate, rate, 1e-3)))
  }

  /// Whether the frame of this time is kept.
  mutating func keeps(_ time: MediaTime) -> Bool {
    guard let due, time >= due - interval - interval else {
      // The first, or a source that began anew.
      self.due = time + interval
      return true
    }
    guard time + tolerance >= due else { return false }
    // Counted from when it was due, so that early and late frames do not add up; after a gap anew.
    let next = due + interval
    self.due = next + tolerance < time ? time + interval : next
    return true
  }
}
