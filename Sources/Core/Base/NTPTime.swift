/// A wall-clock time in the format of RFC 5905 §6: seconds since 1900-01-01 as 32.32 fixed point.
///
/// RTCP sender reports carry it (RFC 3550 §6.4.1); RTCP arithmetic uses its middle 32 bits.
package struct NTPTime: Hashable, Sendable {
  /// 32 bits of seconds, 32 bits of fraction.
  package var rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// - Parameter nanosecondsSince1970: wall-clock time as Unix time. Wraps with the era in 2036, as the format does.
  package init(nanosecondsSince1970: Int64) {
    let (seconds, nanoseconds) = nanosecondsSince1970.quotientAndRemainder(dividingBy: 1_000_000_000)
    let wholeSeconds = nanoseconds < 0 ? seconds - 1 : seconds
    let remainder = nanoseconds < 0 ? nanoseconds + 1_000_000_000 : nanoseconds
    let secondsSince1900 = UInt32(truncatingIfNeeded: wholeSeconds &+ Self.secondsFrom1900To1970)
    let fraction = (UInt64(remainder) << 32) / 1_000_000_000
    rawValue = UInt64(secondsSince1900) << 32 | fraction
  }

  package static let secondsFrom1900To1970: Int64 = 2_208_988_800

  /// The middle 32 bits in units of 1/65,536 s: LSR and DLSR of RFC 3550 §6.4.1.
  package var compact: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

  /// The 24 bits of abs-send-time in 6.18 fixed point, wrapping every 64 s.
  package var absoluteSendTime: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 14) & 0xFF_FFFF }

  /// Signed distance, correct as long as the two times lie within 68 years.
  package static func - (lhs: NTPTime, rhs: NTPTime) -> TimeDelta {
    let difference = Int64(bitPattern: lhs.rawValue &- rhs.rawValue)
    let (seconds, fraction) = (difference >> 32, difference & 0xFFFF_FFFF)
    return TimeDelta(nanoseconds: seconds * 1_000_000_000 + (fraction * 1_000_000_000) >> 32)
  }

  package static func + (lhs: NTPTime, rhs: TimeDelta) -> NTPTime {
    let seconds = rhs.nanoseconds / 1_000_000_000
    let remainder = rhs.nanoseconds % 1_000_000_000
    let fixed = (seconds << 32) &+ (remainder << 32) / 1_000_000_000
    return NTPTime(rawValue: lhs.rawValue &+ UInt64(bitPattern: fixed))
  }

  /// Unix time in nanoseconds, taking the era that RFC 5905 §6 gives for dates from 1968 to 2104.
  package var nanosecondsSince1970: Int64 {
    var seconds = Int64(rawValue >> 32)
    if seconds < 0x8000_0000 { seconds += 1 << 32 }
    let nanoseconds = Int64(((rawValue & 0xFFFF_FFFF) * 1_000_000_000) >> 32)
    return (seconds - Self.secondsFrom1900To1970) * 1_000_000_000 + nanoseconds
  }
}

/// What the shell tells the core about the wall clock: the offset between it and the monotonic clock, once per connection.
package struct WallClock: Sendable {
  private let nanosecondsSince1970AtZero: Int64

  package init(nanosecondsSince1970: Int64, at now: MonotonicTime) {
    nanosecondsSince1970AtZero = nanosecondsSince1970 - now.nanoseconds
  }

  package func nanosecondsSince1970(at time: MonotonicTime) -> Int64 {
    nanosecondsSince1970AtZero.addingSaturating(time.nanoseconds)
  }
  package func ntpTime(at time: MonotonicTime) -> NTPTime {
    NTPTime(nanosecondsSince1970: nanosecondsSince1970(at: time))
  }
}
