/// A point on the clock that the shell tells the core. It never goes back and has no relation to the wall clock.
///
/// Only the shell reads clocks; the core is told. Zero is whatever the shell chose (a test starts at zero).
@usableFromInline package struct MonotonicTime: Hashable, Comparable, Sendable {
  @usableFromInline package var nanoseconds: Int64

  @inlinable
  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  @inlinable package static var zero: Self { MonotonicTime(nanoseconds: 0) }
  /// Earlier than every time a clock tells.
  @inlinable package static var distantPast: Self { MonotonicTime(nanoseconds: .min) }
  /// Later than every time a clock tells; a deadline at this time never comes.
  @inlinable package static var distantFuture: Self { MonotonicTime(nanoseconds: .max) }

  @inlinable
  package static func < (lhs: MonotonicTime, rhs: MonotonicTime) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
  @inlinable
  package static func + (lhs: MonotonicTime, rhs: TimeDelta) -> MonotonicTime {
    MonotonicTime(nanoseconds: lhs.nanoseconds.addingSaturating(rhs.nanoseconds))
  }
  @inlinable
  package static func - (lhs: MonotonicTime, rhs: TimeDelta) -> MonotonicTime {
    MonotonicTime(nanoseconds: lhs.nanoseconds.subtractingSaturating(rhs.nanoseconds))
  }
  @inlinable
  package static func - (lhs: MonotonicTime, rhs: MonotonicTime) -> TimeDelta {
    TimeDelta(nanoseconds: lhs.nanoseconds.subtractingSaturating(rhs.nanoseconds))
  }
  @inlinable
  package static func += (lhs: inout MonotonicTime, rhs: TimeDelta) { lhs = lhs + rhs }
}
