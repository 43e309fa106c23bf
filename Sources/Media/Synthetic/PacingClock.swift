import RTCFrames

/// The due times of frames that come at an even rate.
///
/// Each time is counted from the first one, so that neither late wake-ups nor rounding add up to a drift.
package struct PacingClock: Sendable {
  /// When the first frame is due.
  package let start: MediaTime
  /// Frames a second.
  package let rate: Double
  /// The number of the next frame.
  package private(set) var index: Int64 = 0

  /// A clock of `rate` frames a second, which must be positive.
  package init(start: MediaTime, rate: Double) {
    precondition(rate > 0 && rate.isFinite, "frames come at a positive rate, not \(rate) a second")
    self.start = start
    self.rate = rate
  }

  /// When a frame is due.
  package func time(of index: Int64) -> MediaTime {
    let nanoseconds = (Double(index) * 1e9 / rate).rounded()
    return MediaTime(nanoseconds: start.nanoseconds &+ Int64(nanoseconds))
  }

  /// When the next frame is due.
  package var nextTime: MediaTime { time(of: index) }

  /// Goes on to the frame after the next.
  package mutating func advance() { index += 1 }

  /// Leaves out the frames that are so late that a later one is due as well.
  ///
  /// - Returns: how many were left out.
  package mutating func skipLate(now: MediaTime, tolerance: Duration = .zero) -> Int {
    let late = now - nextTime - tolerance
    guard late > .zero else { return 0 }
    let missed = Int64((late.inSeconds * rate).rounded(.down))
    index += missed
    return Int(missed)
  }
}
