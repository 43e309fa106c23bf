import RTCBase

/// Lays the receiver's clock, which transport-wide feedback tells in 24 bits of 64 ms, beside our own.
///
/// Both begin together with the first feedback. From then on times are taken as they are told as long as they lie within `tolerance`
/// of what our own clock says has passed, more by a five hundredth of that time, which is beyond any drift. Other times are made up,
/// or of a clock that was stopped or set anew: they are refused, until `agreement` messages in a row tell of one and the same clock. That one
/// then begins beside our own again. So whatever is told, and however often, no time gets away from our clock, and whoever calculates
/// with it need not fear for its integers.
struct FeedbackClock: Sendable {
  /// The longest that feedback may be held up on its way, and the arrivals of one message lie apart.
  static let tolerance = TimeDelta.seconds(30)
  /// As many messages as a clock that was set anew costs: well below half a second, as browsers send them.
  static let agreement = 4

  private static let tick = TimeDelta.milliseconds(64)
  private static let drift: Int64 = 500
  /// Messages of one clock agree this closely.
  private static let likeness = TimeDelta.seconds(1)

  /// A reading of the receiver's clock and the time on ours.
  private struct Anchor: Sendable {
    let raw: UInt32
    let time: MonotonicTime

    /// How much later `raw` lies than our clock says, by the shorter way round the circle, and the time that it stands for.
    func place(_ raw: UInt32, now: MonotonicTime) -> (deviation: TimeDelta, time: TimeDelta) {
      let elapsed = now - time
      let ticks = elapsed.nanoseconds / FeedbackClock.tick.nanoseconds
      let expected = self.raw &+ UInt32(truncatingIfNeeded: ticks)
      // Sign-extends the 24-bit difference: the upper half of the circle lies behind.
      let difference = Int64(Int32(bitPattern: (raw &- expected) << 8) >> 8)
      let position = FeedbackClock.tick * (ticks &+ difference)
      return (position - elapsed, (time - .zero) + position)
    }
  }

  private var anchor: Anchor?
  /// Another clock, of which messages in a row have told.
  private var candidate: (anchor: Anchor, count: Int)?

  /// The time on our clock's line of a message's reference; `nil` for one to be refused.
  ///
  /// - Parameter offsets: from the reference to the earliest and to the latest arrival of the message.
  mutating func place(_ raw: UInt32, offsets: ClosedRange<TimeDelta>, now: MonotonicTime) -> TimeDelta? {
    guard let anchor else {
      guard Self.fits(.zero, offsets, Self.tolerance) else { return nil }
      self.anchor = Anchor(raw: raw, time: now)
      return now - .zero
    }
    let (deviation, time) = anchor.place(raw, now: now)
    let allowed = Self.tolerance + max(.zero, now - anchor.time) / Self.drift
    if Self.fits(deviation, offsets, allowed) {
      candidate = nil
      return time
    }
    guard Self.fits(.zero, offsets, Self.tolerance) else { return nil }
    if let known = candidate, known.anchor.place(raw, now: now).deviation.magnitude <= Self.likeness {
      candidate?.count = known.count + 1
    } else {
      candidate = (Anchor(raw: raw, time: now), 1)
    }
    guard let known = candidate, known.count >= Self.agreement else { return nil }
    candidate = nil
    self.anchor = Anchor(raw: raw, time: now)
    return now - .zero
  }

  private static func fits(
    _ deviation: TimeDelta, _ offsets: ClosedRange<TimeDelta>, _ allowed: TimeDelta
  ) -> Bool {
    (deviation + offsets.lowerBound).magnitude <= allowed && (deviation + offsets.upperBound).magnitude <= allowed
      && deviation.magnitude <= allowed
  }
}
