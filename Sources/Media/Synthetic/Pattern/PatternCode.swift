/// A number of 24 bits with a check byte, as the rows of cells show it.
package struct PatternCode: Hashable, Sendable {
  /// Tells the two rows apart, so that one is never taken for the other.
  package enum Row: UInt32, Sendable {
    case counter = 0x5A
    case time = 0xA5
  }

  /// Numbers wrap around here.
  package static let modulus: UInt32 = 1 << 24

  package let value: UInt32
  package let row: Row

  /// The code of a number, of which the low 24 bits count.
  package init(_ value: UInt32, row: Row) {
    self.value = value % Self.modulus
    self.row = row
  }

  /// The number in 32 bits that were read; `nil` when the check byte is wrong.
  package init?(bits: UInt32, row: Row) {
    self.init(bits >> 8, row: row)
    guard self.bits == bits else { return nil }
  }

  /// The bits in the order of the cells, the first one the most significant.
  package var bits: UInt32 { value << 8 | ((value >> 16 ^ value >> 8 ^ value) & 0xFF ^ row.rawValue) }
}
