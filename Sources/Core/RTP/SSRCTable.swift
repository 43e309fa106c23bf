import RTCBase

/// From SSRC to the number of its stream: open addressing in an array that never grows, so that a look-up allocates nothing.
struct SSRCTable: Sendable {
  private struct Slot {
    var ssrc: UInt32 = 0
    /// The stream's number; -1 for a free slot.
    var number: Int32 = -1
  }

  private var slots: [Slot]
  private let mask: Int

  /// At most half of the slots are used, which keeps runs short.
  init(maximumCount: Int) {
    var capacity = 16
    while capacity < 2 * maximumCount { capacity *= 2 }
    slots = Array(repeating: Slot(), count: capacity)
    mask = capacity - 1
  }

  subscript(ssrc: SSRC) -> Int? {
    var index = home(of: ssrc.rawValue)
    while slots[index].number >= 0 {
      if slots[index].ssrc == ssrc.rawValue { return Int(slots[index].number) }
      index = (index + 1) & mask
    }
    return nil
  }

  /// The caller keeps the count within the maximum and inserts no SSRC twice.
  mutating func insert(_ ssrc: SSRC, _ number: Int) {
    var index = home(of: ssrc.rawValue)
    while slots[index].number >= 0 { index = (index + 1) & mask }
    slots[index] = Slot(ssrc: ssrc.rawValue, number: Int32(truncatingIfNeeded: number))
  }

  mutating func remove(_ ssrc: SSRC) {
    var hole = home(of: ssrc.rawValue)
    while slots[hole].number >= 0, slots[hole].ssrc != ssrc.rawValue { hole = (hole + 1) & mask }
    guard slots[hole].number >= 0 else { return }
    // Followers that probed past the hole move back, so that no look-up stops too early.
    var index = (hole + 1) & mask
    while slots[index].number >= 0 {
      let distance = (index - home(of: slots[index].ssrc)) & mask
      if distance >= (index - hole) & mask {
        slots[hole] = slots[index]
        hole = index
      }
      index = (index + 1) & mask
    }
    slots[hole] = Slot()
  }

  /// Spreads by multiplication with 2^32 over the golden ratio; SSRCs are random unless somebody numbers them.
  private func home(of ssrc: UInt32) -> Int { Int((ssrc &* 0x9E37_79B9) >> 16) & mask }
}
