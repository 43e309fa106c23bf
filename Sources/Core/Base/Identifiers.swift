/// A synchronization source identifier (RFC 3550 §3).
@usableFromInline package struct SSRC: RawRepresentable, Hashable, Sendable {
  @usableFromInline package var rawValue: UInt32
  @inlinable
  package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// An RTP payload type: 0 to 127 (RFC 3550 §5.1).
@usableFromInline package struct PayloadType: RawRepresentable, Hashable, Sendable {
  @usableFromInline package var rawValue: UInt8

  /// `nil` above 127.
  @inlinable
  package init?(rawValue: UInt8) {
    guard rawValue < 128 else { return nil }
    self.rawValue = rawValue
  }
  /// Takes the low seven bits: for a byte whose top bit is the RTP marker.
  @inlinable
  package init(truncating byte: UInt8) { rawValue = byte & 0x7F }
}
