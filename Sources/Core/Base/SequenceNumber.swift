/// A 16-bit RTP sequence number; compared on the circle (RFC 3550 §5.1, RFC 1982).
@usableFromInline package struct SequenceNumber: RawRepresentable, Hashable, Sendable {
  @usableFromInline package var rawValue: UInt16

  @inlinable
  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Steps from `other` to this number: -32,768 to 32,767.
  @inlinable
  package func distance(from other: SequenceNumber) -> Int { Int(Int16(bitPattern: rawValue &- other.rawValue)) }
  @inlinable
  package func isNewer(than other: SequenceNumber) -> Bool { distance(from: other) > 0 }
  @inlinable
  package func advanced(by steps: Int) -> SequenceNumber {
    SequenceNumber(rawValue: rawValue &+ UInt16(truncatingIfNeeded: steps))
  }
  @inlinable
  package var next: SequenceNumber { advanced(by: 1) }
}
