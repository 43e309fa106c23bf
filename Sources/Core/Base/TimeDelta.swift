/// A signed span of time in nanoseconds.
///
/// The core counts time in one 64-bit integer: cheap to compare, exact to add, and wide enough for ±292 years.
@usableFromInline package struct TimeDelta: Hashable, Comparable, Sendable {
  @usableFromInline package var nanoseconds: Int64

  @inlinable
  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  @inlinable package static var zero: Self { TimeDelta(nanoseconds: 0) }
  /// About 292 years: later than everything.
  @inlinable package static var infinity: Self { TimeDelta(nanoseconds: .max) }

  @inlinable
  package static func nanoseconds(_ value: Int64) -> TimeDelta { TimeDelta(nanoseconds: value) }
  @inlinable
  package static func microseconds(_ value: Int64) -> TimeDelta { TimeDelta(nanoseconds: value * 1_000) }
  @inlinable
  package static func milliseconds(_ value: Int64) -> TimeDelta { TimeDelta(nanoseconds: value * 1_000_000) }
  @inlinable
  package static func seconds(_ value: Int64) -> TimeDelta { TimeDelta(nanoseconds: value * 1_000_000_000) }

  /// Converts from fractional seconds, saturating at the limits; a value that is not a number becomes zero.
  @_disfavoredOverload
  package static func seconds(_ value: Double) -> TimeDelta {
    let nanoseconds = value * 1e9
    if nanoseconds.isNaN { return .zero }
    if nanoseconds >= 9.2e18 { return .infinity }
    if nanoseconds <= -9.2e18 { return TimeDelta(nanoseconds: .min + 1) }
    return TimeDelta(nanoseconds: Int64(nanoseconds))
  }

  @inlinable
  package var seconds: Double { Double(nanoseconds) / 1e9 }
  @inlinable
  package var milliseconds: Double { Double(nanoseconds) / 1e6 }
  @inlinable
  package var wholeMilliseconds: Int64 { nanoseconds / 1_000_000 }
  @inlinable
  package var wholeMicroseconds: Int64 { nanoseconds / 1_000 }
  @inlinable
  package var magnitude: TimeDelta { TimeDelta(nanoseconds: nanoseconds == .min ? .max : abs(nanoseconds)) }

  @inlinable
  package static func < (lhs: TimeDelta, rhs: TimeDelta) -> Bool { lhs.nanoseconds < rhs.nanoseconds }

  /// Saturates: times come from peers as well as from clocks, and neither may trap.
  @inlinable
  package static func + (lhs: TimeDelta, rhs: TimeDelta) -> TimeDelta {
    TimeDelta(nanoseconds: lhs.nanoseconds.addingSaturating(rhs.nanoseconds))
  }
  @inlinable
  package static func - (lhs: TimeDelta, rhs: TimeDelta) -> TimeDelta {
    TimeDelta(nanoseconds: lhs.nanoseconds.subtractingSaturating(rhs.nanoseconds))
  }
  @inlinable
  package static prefix func - (value: TimeDelta) -> TimeDelta { .zero - value }
  @inlinable
  package static func += (lhs: inout TimeDelta, rhs: TimeDelta) { lhs = lhs + rhs }
  @inlinable
  package static func -= (lhs: inout TimeDelta, rhs: TimeDelta) { lhs = lhs - rhs }
  @inlinable
  package static func * (lhs: TimeDelta, rhs: Int64) -> TimeDelta {
    let (product, overflow) = lhs.nanoseconds.multipliedReportingOverflow(by: rhs)
    if overflow { return TimeDelta(nanoseconds: (lhs.nanoseconds < 0) == (rhs < 0) ? .max : .min + 1) }
    return TimeDelta(nanoseconds: product)
  }
  @_disfavoredOverload
  package static func * (lhs: TimeDelta, rhs: Double) -> TimeDelta { .seconds(lhs.seconds * rhs) }
  @inlinable
  package static func / (lhs: TimeDelta, rhs: Int64) -> TimeDelta {
    precondition(rhs > 0, "a time span is divided by a positive number of parts")
    return TimeDelta(nanoseconds: lhs.nanoseconds / rhs)
  }
  package static func / (lhs: TimeDelta, rhs: TimeDelta) -> Double { lhs.seconds / rhs.seconds }
}

extension Int64 {
  @inlinable
  package func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }

  @inlinable
  package func subtractingSaturating(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? .min : .max) : difference
  }
}
