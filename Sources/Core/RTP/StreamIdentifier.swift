import RTCBase

/// A MID or RID as it travels in packets: 1 to 16 visible ASCII characters, kept inline so that a packet costs no allocation.
package struct StreamIdentifier: Hashable, Sendable, CustomStringConvertible {
  package static let maximumByteCount = 16

  let high: UInt64
  let low: UInt64
  let count: UInt8

  /// `nil` when empty, longer than 16 bytes, or with anything but visible ASCII in it.
  package init?(_ bytes: RawSpan) {
    let count = bytes.byteCount
    guard count > 0, count <= Self.maximumByteCount else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for offset in 0..<count {
      let byte = bytes.uint8(at: offset)
      guard byte > 0x20, byte < 0x7F else { return nil }
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(byte)
    }
    self.high = high
    self.low = low
    self.count = UInt8(truncatingIfNeeded: count)
  }

  package init?(_ text: String) {
    guard let value = Array(text.utf8).withRawSpan({ StreamIdentifier($0) }) else { return nil }
    self = value
  }

  package var byteCount: Int { Int(count) }

  /// The byte at `index`, which must be below `byteCount`.
  func byte(at index: Int) -> UInt8 {
    let shift = 8 * (Int(count) - 1 - index)
    return UInt8(truncatingIfNeeded: shift >= 64 ? high >> UInt64(shift - 64) : low >> UInt64(shift))
  }

  package var description: String {
    String(decoding: (0..<byteCount).map { byte(at: $0) }, as: UTF8.self)
  }
}
