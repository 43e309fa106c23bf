/// Appends big-endian fields to an array, up to a limit.
///
/// Writing past the limit writes nothing and sets `hasOverflowed`: the caller checks once at the end instead of at every field.
package struct ByteWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  package let limit: Int
  package private(set) var hasOverflowed = false

  package init(limit: Int, reserving capacity: Int = 0) {
    self.limit = limit
    bytes.reserveCapacity(min(capacity, limit))
  }

  package var count: Int { bytes.count }

  private mutating func makeRoom(_ count: Int) -> Bool {
    if bytes.count + count > limit { hasOverflowed = true }
    return !hasOverflowed
  }

  package mutating func write(_ value: UInt8) {
    guard makeRoom(1) else { return }
    bytes.append(value)
  }

  package mutating func write(_ value: UInt16) { writeInteger(value) }
  package mutating func write(_ value: UInt32) { writeInteger(value) }
  package mutating func write(_ value: UInt64) { writeInteger(value) }

  package mutating func writeUInt24(_ value: UInt32) {
    guard makeRoom(3) else { return }
    bytes.append(UInt8(truncatingIfNeeded: value >> 16))
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  package mutating func write(_ value: [UInt8]) {
    guard makeRoom(value.count) else { return }
    bytes.append(contentsOf: value)
  }

  package mutating func write(_ span: RawSpan) {
    guard makeRoom(span.byteCount) else { return }
    span.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  package mutating func write(utf8 text: String) {
    guard makeRoom(text.utf8.count) else { return }
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func writeZeros(_ count: Int) {
    guard makeRoom(count) else { return }
    bytes.append(contentsOf: repeatElement(0, count: count))
  }

  /// Replaces two bytes already written, such as a length known only at the end.
  package mutating func overwrite(_ value: UInt16, at offset: Int) {
    precondition(offset >= 0 && offset + 2 <= bytes.count, "only bytes already written can be overwritten")
    bytes[offset] = UInt8(value >> 8)
    bytes[offset + 1] = UInt8(truncatingIfNeeded: value)
  }

  private mutating func writeInteger<Value: FixedWidthInteger>(_ value: Value) {
    guard makeRoom(Value.bitWidth / 8) else { return }
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
