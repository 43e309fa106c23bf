import RTCBase

/// Walks the attributes of a message whose header has been checked (RFC 8489 §14).
///
/// Values are ranges of the datagram, without their padding. The walk ends early at an attribute that overruns the message.
package struct STUNAttributeReader: Sendable {
  package struct Attribute: Hashable, Sendable {
    package let type: STUNAttributeType
    package let value: Range<Int>
  }

  private var offset = STUNMessage.headerSize

  package init() {}

  package mutating func next(in datagram: RawSpan) -> Attribute? {
    guard datagram.byteCount - offset >= 4 else { return nil }
    let length = Int(datagram.uint16(at: offset + 2))
    let start = offset + 4
    let end = start + (length + 3) & ~3
    guard end <= datagram.byteCount else { return nil }
    defer { offset = end }
    return Attribute(
      type: STUNAttributeType(rawValue: datagram.uint16(at: offset)), value: start..<start + length)
  }

  /// Whether every byte belonged to an attribute.
  package func isAtEnd(of datagram: RawSpan) -> Bool { offset == datagram.byteCount }
}
