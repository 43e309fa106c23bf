import RTCBase

/// A peer's own clock, which runs a little faster or slower than the simulation's.
struct DriftingClock {
  /// How much faster, in parts per million.
  var drift: Int64 = 0

  func local(_ time: MonotonicTime) -> MonotonicTime {
    drift == 0 ? time : Self.scaled(time, by: 1_000_000 + drift, of: 1_000_000)
  }

  /// The earliest time of the simulation at which the clock shows `local`.
  func global(_ local: MonotonicTime) -> MonotonicTime {
    guard drift != 0, local < .distantFuture else { return local }
    let time = Self.scaled(local, by: 1_000_000, of: 1_000_000 + drift)
    return self.local(time) < local ? time + .nanoseconds(1) : time
  }

  private static func scaled(_ time: MonotonicTime, by factor: Int64, of divisor: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: Int64(clamping: Int128(time.nanoseconds) * Int128(factor) / Int128(divisor)))
  }
}
