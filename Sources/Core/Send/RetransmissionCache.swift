import RTCBase
import RTCRTP

/// Keeps sent packets in plain text for as long as somebody may ask for them again.
///
/// A ring indexed by sequence number, bounded by count, bytes and age; what leaves it goes back to the pool.
package struct RetransmissionCache {
  package struct Limits: Hashable, Sendable {
    /// A power of two is used, the next one above.
    package var packets = 1_024
    package var bytes = 1_500_000
    package var age = TimeDelta.seconds(1)
    package init() {}
  }

  struct Entry {
    var buffer: PacketBuffer
    var layout: RTPHeaderLayout
    var sequenceNumber: SequenceNumber
    var sentAt: MonotonicTime
    var lastResent: MonotonicTime?
    var resentCount: UInt8 = 0
  }

  private let limits: Limits
  private var entries: [Entry?]
  private var oldest = SequenceNumber(rawValue: 0)
  private var newest = SequenceNumber(rawValue: 0)
  package private(set) var count = 0
  package private(set) var byteCount = 0

  package init(limits: Limits = Limits()) {
    self.limits = limits
    entries = Array(repeating: nil, count: 16)
  }

  private var maximumCapacity: Int {
    var capacity = 16
    while capacity < min(limits.packets, 16_384) { capacity *= 2 }
    return capacity
  }

  private func index(of number: SequenceNumber) -> Int { Int(number.rawValue) & (entries.count - 1) }

  /// Takes a packet that has just left. Numbers go upwards.
  mutating func insert(
    _ buffer: PacketBuffer, layout: RTPHeaderLayout, sequenceNumber: SequenceNumber, now: MonotonicTime,
    pool: PacketPool
  ) {
    if count > 0, !sequenceNumber.isNewer(than: newest) || sequenceNumber.distance(from: newest) > 1_024 {
      removeAll(into: pool)
    }
    evict(now: now, pool: pool)
    while count > 0, sequenceNumber.distance(from: oldest) >= entries.count {
      if entries.count < maximumCapacity { grow() } else { removeOldest(into: pool) }
    }
    if count == 0 { oldest = sequenceNumber }
    newest = sequenceNumber
    entries[index(of: sequenceNumber)] = Entry(
      buffer: buffer, layout: layout, sequenceNumber: sequenceNumber, sentAt: now)
    count += 1
    byteCount += buffer.count
  }

  /// The place of a packet that is still kept.
  func find(_ number: SequenceNumber) -> Int? {
    let index = index(of: number)
    guard let entry = entries[index], entry.sequenceNumber == number else { return nil }
    return index
  }

  subscript(index: Int) -> Entry? { entries[index] }

  mutating func noteResent(_ number: SequenceNumber, now: MonotonicTime) {
    let index = index(of: number)
    guard entries[index]?.sequenceNumber == number else { return }
    entries[index]?.lastResent = now
  }

  mutating func countResend(at index: Int, now: MonotonicTime) {
    entries[index]?.lastResent = now
    entries[index]?.resentCount &+= 1
  }

  /// The newest packet, for a probe to repeat.
  var newestIndex: Int? { count == 0 ? nil : find(newest) }

  mutating func removeAll(into pool: PacketPool) {
    while count > 0 { removeOldest(into: pool) }
  }

  private mutating func evict(now: MonotonicTime, pool: PacketPool) {
    while count > 0 {
      guard let entry = entries[index(of: oldest)], entry.sequenceNumber == oldest else {
        removeOldest(into: pool)
        continue
      }
      guard byteCount >= limits.bytes || now - entry.sentAt > limits.age else { return }
      removeOldest(into: pool)
    }
  }

  private mutating func removeOldest(into pool: PacketPool) {
    let index = index(of: oldest)
    if let entry = entries[index], entry.sequenceNumber == oldest {
      entries[index] = nil
      count -= 1
      byteCount -= entry.buffer.count
      pool.give(entry.buffer)
    }
    if oldest != newest { oldest = oldest.next }
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: nil, count: old.count * 2)
    for case .some(let entry) in old { entries[index(of: entry.sequenceNumber)] = entry }
  }
}
