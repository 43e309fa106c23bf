/// Turns numbers of a narrow counter that wraps into a line of 64-bit numbers, each the nearest to the one before.
///
/// The line starts at the first number seen, plus one turn of the counter, so that a late packet from before the first never gets a negative number.
@usableFromInline package struct Unwrapper<Counter: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  @usableFromInline var last: Int64?

  @inlinable
  package init() {}

  /// The number `value` stands for; the unwrapper moves forward if it is the newest so far.
  @inlinable
  package mutating func unwrap(_ value: Counter) -> Int64 {
    let unwrapped = peek(value)
    if let last, unwrapped <= last { return unwrapped }
    last = unwrapped
    return unwrapped
  }

  /// The number `value` would get, without moving.
  @inlinable
  package func peek(_ value: Counter) -> Int64 {
    let turn = Int64(1) << Int64(Counter.bitWidth)
    guard let last else { return Int64(truncatingIfNeeded: value) + turn }
    let difference = value &- Counter(truncatingIfNeeded: last)
    // The upper half of the circle lies behind.
    let forward = Int64(truncatingIfNeeded: difference)
    return forward < turn / 2 ? last &+ forward : last &+ forward &- turn
  }

  @inlinable
  package mutating func reset() { last = nil }
}

/// RTP sequence numbers on a line.
package typealias SequenceUnwrapper = Unwrapper<UInt16>
/// RTP timestamps on a line.
package typealias TimestampUnwrapper = Unwrapper<UInt32>
