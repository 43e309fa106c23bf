/// Reads big-endian fields from borrowed bytes; every read is bounds-checked and answers `nil` at the end instead of trapping.
@usableFromInline package struct ByteReader: ~Escapable {
  @usableFromInline let span: RawSpan
  /// Bytes read so far.
  @usableFromInline package var offset = 0

  @inlinable
  @_lifetime(copy span)
  package init(_ span: RawSpan) { self.span = span }

  @inlinable
  package var remaining: Int { span.byteCount - offset }

  @inlinable
  package mutating func readUInt8() -> UInt8? {
    guard remaining >= 1 else { return nil }
    defer { offset += 1 }
    return span.uint8(at: offset)
  }

  @inlinable
  package mutating func readUInt16() -> UInt16? {
    guard remaining >= 2 else { return nil }
    defer { offset += 2 }
    return span.uint16(at: offset)
  }

  @inlinable
  package mutating func readUInt24() -> UInt32? {
    guard remaining >= 3 else { return nil }
    defer { offset += 3 }
    return span.uint24(at: offset)
  }

  @inlinable
  package mutating func readUInt32() -> UInt32? {
    guard remaining >= 4 else { return nil }
    defer { offset += 4 }
    return span.uint32(at: offset)
  }

  @inlinable
  package mutating func readUInt64() -> UInt64? {
    guard remaining >= 8 else { return nil }
    defer { offset += 8 }
    return span.uint64(at: offset)
  }

  /// The next `count` bytes, copied.
  @inlinable
  package mutating func readBytes(_ count: Int) -> [UInt8]? {
    guard count >= 0, count <= remaining else { return nil }
    defer { offset += count }
    return span.extracting(offset..<offset + count).copied()
  }

  @inlinable
  package mutating func readRest() -> [UInt8] {
    defer { offset = span.byteCount }
    return span.extracting(offset..<span.byteCount).copied()
  }

  /// `false`, without moving, when fewer than `count` bytes are left.
  @inlinable
  @discardableResult
  package mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, count <= remaining else { return false }
    offset += count
    return true
  }
}
