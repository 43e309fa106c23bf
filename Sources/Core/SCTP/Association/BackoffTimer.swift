import RTCBase

/// A timer that waits twice as long every time (RFC 9260 §6.3.3).
struct BackoffTimer {
  private(set) var deadline: MonotonicTime?
  private(set) var expiryCount = 0
  private var duration = TimeDelta.zero

  mutating func start(after duration: TimeDelta, now: MonotonicTime) {
    self.duration = duration
    expiryCount = 0
    deadline = now + duration
  }

  mutating func stop() {
    deadline = nil
    expiryCount = 0
  }

  /// - Returns: `true` when the time has come; the timer then runs again.
  mutating func expire(now: MonotonicTime, maximum: TimeDelta) -> Bool {
    guard let deadline, deadline <= now else { return false }
    expiryCount += 1
    duration = min(duration * 2, maximum)
    self.deadline = now + duration
    return true
  }
}
