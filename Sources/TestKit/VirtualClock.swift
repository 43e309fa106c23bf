import RTCBase

/// The clock of a simulation: it moves when the test moves it.
package struct VirtualClock {
  package private(set) var now: MonotonicTime

  package init(now: MonotonicTime = .zero) { self.now = now }

  package mutating func advance(by delta: TimeDelta) {
    precondition(delta >= .zero, "time does not go back")
    now += delta
  }

  /// Moves on to `time`; a time that has passed changes nothing, as a deadline that is overdue is due now.
  package mutating func advance(to time: MonotonicTime) {
    now = max(now, time)
  }
}
