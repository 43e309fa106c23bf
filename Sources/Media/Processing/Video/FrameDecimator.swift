import RTCFrames

/// Leaves pictures out, evenly by their times, so that so many a second remain.
package struct FrameDecimator: Sendable {
  /// Pictures a second at most; `nil` for all.
  package let frameRate: Double?
  private let interval: Duration
  /// When the next one is due.
  private var due: MediaTime?

  package init(frameRate: Double?) {
    self.frameRate = frameRate
    interval = frameRate.map { .nanoseconds(Int64(min(1e9 / max($0, 0), 3.6e12))) } ?? .zero
  }

  /// Whether a picture of that time remains.
  package mutating func keeps(_ time: MediaTime) -> Bool {
    guard frameRate != nil else { return true }
    // Times jitter: one that is a little early is the one that was meant.
    let slack = interval / 4
    guard let due else {
      self.due = time + interval
      return true
    }
    let early = due - time
    guard early <= slack || early > interval + slack else { return false }
    // From when it was due, so that the rate is right on average, though a picture be late. Anew after a gap, and when the
    // clock went back; a little early then, since this one may itself be late.
    let isInStep = early <= slack && early > .zero - interval * 2
    self.due = isInStep ? due + interval : time + interval - slack
    return true
  }
}
