/// Remembers which of the latest numbers were seen (RFC 3711 §3.3.2, RFC 6347 §4.1.2.6).
struct ReplayWindow {
  static let size: Int64 = 1_024

  /// The highest number accepted; -1 before the first.
  private(set) var highest: Int64 = -1
  /// One bit per number, at its remainder by the size.
  private var seen = [UInt64](repeating: 0, count: Int(size / 64))

  /// Whether `number` is neither seen nor too old.
  func isFresh(_ number: Int64) -> Bool {
    if number > highest { return number >= 0 }
    return highest - number < Self.size && !isSeen(number)
  }

  /// Marks `number` as seen; `false`, changing nothing, when it is not fresh.
  mutating func accept(_ number: Int64) -> Bool {
    guard isFresh(number) else { return false }
    if number > highest {
      if number - highest >= Self.size {
        for index in seen.indices { seen[index] = 0 }
      } else {
        var passed = highest + 1
        while passed < number {
          mark(passed, false)
          passed += 1
        }
      }
      highest = number
    }
    mark(number, true)
    return true
  }

  private func isSeen(_ number: Int64) -> Bool {
    let bit = number % Self.size
    return seen[Int(bit / 64)] >> UInt64(bit % 64) & 1 == 1
  }

  private mutating func mark(_ number: Int64, _ value: Bool) {
    let bit = number % Self.size
    let mask = UInt64(1) << UInt64(bit % 64)
    if value { seen[Int(bit / 64)] |= mask } else { seen[Int(bit / 64)] &= ~mask }
  }
}
