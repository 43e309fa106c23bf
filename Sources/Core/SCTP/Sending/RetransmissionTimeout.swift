import RTCBase

/// The retransmission timeout, from round trips (RFC 9260 §6.3.1).
struct RetransmissionTimeout {
  let timers: SCTPTimers
  private(set) var smoothed: TimeDelta?
  private(set) var minimum = TimeDelta.infinity
  private var variation = TimeDelta.zero
  private(set) var value: TimeDelta

  init(_ timers: SCTPTimers) {
    self.timers = timers
    value = timers.initialRTO
  }

  mutating func add(_ roundTrip: TimeDelta) {
    guard roundTrip >= .zero else { return }
    minimum = min(minimum, roundTrip)
    if let smoothed {
      variation = (variation * 3 + (smoothed - roundTrip).magnitude) / 4
      self.smoothed = (smoothed * 7 + roundTrip) / 8
    } else {
      smoothed = roundTrip
      variation = roundTrip / 2
    }
    value = clamped((smoothed ?? roundTrip) + variation * 4)
  }

  /// A timer has run out: the next waits twice as long (RFC 9260 §6.3.3).
  mutating func backOff() { value = clamped(value * 2) }

  /// The peer answers again: what backing off added goes.
  mutating func recover() { if let smoothed { value = clamped(smoothed + variation * 4) } }

  private func clamped(_ value: TimeDelta) -> TimeDelta { min(max(value, timers.minimumRTO), timers.maximumRTO) }
}
