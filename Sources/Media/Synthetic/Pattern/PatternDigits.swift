/// Digits of three by five dots.
enum PatternDigits {
  static let columns = 3
  static let rows = 5

  /// Row by row, three bits each, the left dot the most significant.
  private static let glyphs: [[UInt8]] = [
    [0b111, 0b101, 0b101, 0b101, 0b111], [0b010, 0b110, 0b010, 0b010, 0b111], [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111], [0b101, 0b101, 0b111, 0b001, 0b001], [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111], [0b111, 0b001, 0b001, 0b010, 0b010], [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
  ]

  static func isSet(digit: Int, row: Int, column: Int) -> Bool {
    glyphs[digit][row] >> UInt8(columns - 1 - column) & 1 == 1
  }
}
