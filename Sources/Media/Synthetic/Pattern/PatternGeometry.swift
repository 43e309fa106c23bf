/// Where the parts of the test pattern lie in a picture.
///
/// ```
/// 0     ┌──────────────────────────┐
///       │ eight bars at 75 %       │
/// 12/16 ├──────────────────────────┤
///       │ code of the counter      │
/// 13/16 ├──────────────────────────┤
///       │ code of the time         │
/// 14/16 ├──────────────────────────┤
///       │ moving box and digits    │
/// 1     └──────────────────────────┘
/// ```
package struct PatternGeometry: Hashable, Sendable {
  /// The bars from left to right: white, yellow, cyan, green, magenta, red, blue, black.
  package static let barColours: [PatternColour] = [
    PatternColour(red: 191, green: 191, blue: 191), PatternColour(red: 191, green: 191, blue: 0),
    PatternColour(red: 0, green: 191, blue: 191), PatternColour(red: 0, green: 191, blue: 0),
    PatternColour(red: 191, green: 0, blue: 191), PatternColour(red: 191, green: 0, blue: 0),
    PatternColour(red: 0, green: 0, blue: 191), PatternColour(red: 0, green: 0, blue: 0),
  ]
  /// Cells of a code: one white and one black to find the threshold, then 32 bits.
  static let cellCount = 34

  package let width: Int
  package let height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  var barRows: Range<Int> { 0..<(height * 3 / 4) }
  var counterRows: Range<Int> { (height * 3 / 4)..<(height * 13 / 16) }
  var timeRows: Range<Int> { (height * 13 / 16)..<(height * 7 / 8) }
  var motionRows: Range<Int> { (height * 7 / 8)..<height }

  func barColumns(_ index: Int) -> Range<Int> { (index * width / 8)..<((index + 1) * width / 8) }

  /// A cell is a fortieth of the width; the first one begins three cells from the left.
  func cellColumns(_ index: Int) -> Range<Int> { ((index + 3) * width / 40)..<((index + 4) * width / 40) }

  /// The box of a frame, which moves by 1/64 of the width each time and leaves on the right.
  func boxColumns(counter: UInt32) -> Range<Int> {
    let left = Int(counter % 64) * width / 64
    return left..<min(width, left + width / 16)
  }

  /// The middle half of a range.
  static func middle(_ range: Range<Int>) -> Range<Int> {
    let lower = range.lowerBound + range.count / 4
    return lower..<max(lower + min(1, range.count), range.upperBound - range.count / 4)
  }
}
