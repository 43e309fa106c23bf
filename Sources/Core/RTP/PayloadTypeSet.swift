import RTCBase

/// A set of RTP payload types: 128 bits.
package struct PayloadTypeSet: Hashable, Sendable, ExpressibleByArrayLiteral {
  var low: UInt64 = 0
  var high: UInt64 = 0

  package init() {}

  package init(_ elements: some Sequence<PayloadType>) {
    for element in elements { insert(element) }
  }

  /// Takes the low seven bits of each number.
  package init(arrayLiteral elements: UInt8...) {
    for element in elements { insert(PayloadType(truncating: element)) }
  }

  package var isEmpty: Bool { low == 0 && high == 0 }

  package func contains(_ payloadType: PayloadType) -> Bool {
    let value = payloadType.rawValue & 0x7F
    return (value < 64 ? low : high) >> UInt64(value & 63) & 1 != 0
  }

  package mutating func insert(_ payloadType: PayloadType) {
    let value = payloadType.rawValue & 0x7F
    if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
  }

  package mutating func formUnion(_ other: PayloadTypeSet) {
    low |= other.low
    high |= other.high
  }

  package mutating func subtract(_ other: PayloadTypeSet) {
    low &= ~other.low
    high &= ~other.high
  }

  package func intersection(_ other: PayloadTypeSet) -> PayloadTypeSet {
    var result = self
    result.low &= other.low
    result.high &= other.high
    return result
  }
}
