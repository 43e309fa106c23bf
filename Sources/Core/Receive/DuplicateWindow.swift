/// Which of the latest 4,096 sequence numbers were received, as a bitmap.
struct DuplicateWindow: Sendable {
  static let size = 4_096
  private var words = [UInt64](repeating: 0, count: size / 64)
  /// The highest number inserted.
  private var highest: Int64?

  private static func position(_ number: Int64) -> (word: Int, bit: UInt64) {
    let slot = Int(truncatingIfNeeded: number) & (size - 1)
    return (slot >> 6, 1 << UInt64(slot & 63))
  }

  /// Whether the number is in the window and was received. A number older than the window is not known to be a duplicate.
  func contains(_ number: Int64) -> Bool {
    guard let highest, number <= highest, highest &- number < Int64(Self.size) else { return false }
    let (word, bit) = Self.position(number)
    return words[word] & bit != 0
  }

  /// Whether the number is so old that the window has forgotten it.
  func isTooOld(_ number: Int64) -> Bool {
    guard let highest else { return false }
    return number <= highest &- Int64(Self.size)
  }

  /// Marks the number; one older than the window is ignored.
  mutating func insert(_ number: Int64) {
    if let highest {
      let steps = number &- highest
      if steps >= Int64(Self.size) {
        for index in words.indices { words[index] = 0 }
      } else if steps > 0 {
        for step in 1...steps { clear(highest &+ step) }
      } else if steps <= -Int64(Self.size) {
        return
      }
      self.highest = max(highest, number)
    } else {
      highest = number
    }
    let (word, bit) = Self.position(number)
    words[word] |= bit
  }

  private mutating func clear(_ number: Int64) {
    let (word, bit) = Self.position(number)
    words[word] &= ~bit
  }

  mutating func removeAll() {
    for index in words.indices { words[index] = 0 }
    highest = nil
  }
}
