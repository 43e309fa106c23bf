import RTCBase

/// The times of one snapshot as webrtc-stats has them: milliseconds since 1970.
struct StatisticsClock {
  let wallClock: WallClock
  let now: MonotonicTime

  var timestamp: Double { milliseconds(now) }

  /// Exact to a microsecond, as far as a `Double` goes.
  func milliseconds(_ time: MonotonicTime) -> Double {
    Self.milliseconds(nanosecondsSince1970: wallClock.nanosecondsSince1970(at: time))
  }

  /// A time that a peer told.
  func milliseconds(_ time: NTPTime) -> Double {
    Self.milliseconds(nanosecondsSince1970: time.nanosecondsSince1970)
  }

  private static func milliseconds(nanosecondsSince1970: Int64) -> Double {
    Double(nanosecondsSince1970 / 1_000) / 1_000
  }
}
