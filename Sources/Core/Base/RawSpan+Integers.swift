extension RawSpan {
  /// Big-endian loads at a byte offset. An offset outside the span is the caller's bug and traps; check lengths first, or use `ByteReader`.
  @inlinable
  package func uint8(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  @inlinable
  package func uint16(at offset: Int) -> UInt16 {
    UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  @inlinable
  package func uint24(at offset: Int) -> UInt32 { UInt32(uint16(at: offset)) << 8 | UInt32(uint8(at: offset + 2)) }

  @inlinable
  package func uint32(at offset: Int) -> UInt32 {
    UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @inlinable
  package func uint64(at offset: Int) -> UInt64 {
    UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inlinable
  package func copied() -> [UInt8] {
    withUnsafeBytes { [UInt8]($0) }
  }

  @inlinable
  package func elementsEqual(_ other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    for offset in 0..<byteCount where uint8(at: offset) != other.uint8(at: offset) { return false }
    return true
  }
}

extension Array where Element == UInt8 {
  /// Lends the bytes to `body` as a span.
  @inlinable
  package func withRawSpan<Result: ~Copyable, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Result)
    throws(Failure) -> Result
  {
    try body(span.bytes)
  }
}
