import Glibc

/// A point on the machine's monotonic clock, in nanoseconds since an arbitrary start.
///
/// Captured frames carry it, so that audio and video of one machine can be compared. It has no relation to the wall
/// clock and means nothing on another machine. It counts as `CLOCK_MONOTONIC` does, so a time told by the kernel
/// (V4L2, ALSA) can be used as it is.
public struct MediaTime: InstantProtocol, Hashable, Codable, Sendable {
  /// Nanoseconds since the arbitrary start of the clock.
  public var nanoseconds: Int64

  /// A time from nanoseconds since the start of the clock.
  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The start of the clock.
  public static let zero = MediaTime(nanoseconds: 0)

  /// What the clock says now.
  public static var now: MediaTime {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MediaTime(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }

  /// The time in seconds; exact to a microsecond for years.
  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// The time `duration` later, saturating at the limits of the clock.
  public func advanced(by duration: Duration) -> MediaTime {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return MediaTime(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
  }

  /// How long it is from this time to `other`.
  public func duration(to other: MediaTime) -> Duration {
    let (difference, overflow) = other.nanoseconds.subtractingReportingOverflow(nanoseconds)
    return .nanoseconds(overflow ? (other < self ? .min : .max) : difference)
  }

  /// Whether `lhs` is earlier than `rhs`.
  @inlinable
  public static func < (lhs: MediaTime, rhs: MediaTime) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
  /// The time `duration` later than `time`.
  public static func + (time: MediaTime, duration: Duration) -> MediaTime { time.advanced(by: duration) }
  /// The time `duration` earlier than `time`.
  public static func - (time: MediaTime, duration: Duration) -> MediaTime { time.advanced(by: .zero - duration) }
  /// How long it is from `rhs` to `lhs`.
  public static func - (lhs: MediaTime, rhs: MediaTime) -> Duration { rhs.duration(to: lhs) }
}

extension Duration {
  /// The whole nanoseconds, saturating at ±292 years.
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, sumOverflow) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return sumOverflow ? (seconds < 0 ? .min : .max) : sum
  }

  /// The duration in seconds.
  package var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
