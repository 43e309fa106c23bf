import RTCBase
import RTCRTP

/// Keeps sent packets in plain text for as long as somebody may ask for them again.
///
/// A ring indexed by sequence number, bounded by count, bytes and age; what leaves it goes back to the pool.
package struct RetransmissionCache {
  package struct Limits: Hashable, Sendable {
    /// Rounded up to a power of two.
    package var packets = 1_024
    package var bytes = 1_500_000
    package var age = TimeDelta.seconds(1)
    package init() {}
  }

  /// What is known of a kept packet. Its bytes lie beside it, so that looking at an entry counts no reference.
  struct Entry {
    let layout: RTPHeaderLayout
    let sequenceNumber: SequenceNumber
    let byteCount: Int32
    let sentAt: MonotonicTime
    var lastResent: MonotonicTime?
    var resentCount: UInt8 = 0
  }

  private let limits: Limits
  private let maximumCapacity: Int
  private var entries: [Entry?]
  private var buffers: [PacketBuffer?]
  private var oldest = SequenceNumber(rawValue: 0)
  private var newest = SequenceNumber(rawValue: 0)
  package private(set) var count = 0
  package private(set) var byteCount = 0

  package init(limits: Limits = Limits()) {
    self.limits = limits
    var capacity = 16
    while capacity < min(limits.packets, 16_384) { capacity *= 2 }
    maximumCapacity = capacity
    entries = Array(repeating: nil, count: 16)
    buffers = Array(repeating: nil, count: 16)
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
    let index = index(of: sequenceNumber)
    entries[index] = Entry(
      layout: layout, sequenceNumber: sequenceNumber, byteCount: Int32(truncatingIfNeeded: buffer.count), sentAt: now)
    buffers[index] = buffer
    count += 1
    byteCount += buffer.count
  }

  /// The place of a packet that is still kept.
  func find(_ number: SequenceNumber) -> Int? {
    let index = index(of: number)
    return entries[index]?.sequenceNumber == number ? index : nil
  }

  func entry(at index: Int) -> Entry? { entries[index] }
  func buffer(at index: Int) -> PacketBuffer? { buffers[index] }

  /// A repeated packet has left.
  mutating func noteResent(_ number: SequenceNumber, now: MonotonicTime) {
    guard let index = find(number) else { return }
    entries[index]?.lastResent = now
  }

  /// A packet was queued to be repeated.
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
      if byteCount < limits.bytes, let entry = entries[index(of: oldest)], entry.sequenceNumber == oldest,
        now - entry.sentAt <= limits.age
      {
        return
      }
      removeOldest(into: pool)
    }
  }

  private mutating func removeOldest(into pool: PacketPool) {
    let index = index(of: oldest)
    if let entry = entries[index], entry.sequenceNumber == oldest {
      entries[index] = nil
      count -= 1
      byteCount -= Int(entry.byteCount)
      if let buffer = buffers[index].take() { pool.give(buffer) }
    }
    if oldest != newest { oldest = oldest.next }
  }

  private mutating func grow() {
    let oldEntries = entries
    let oldBuffers = buffers
    entries = Array(repeating: nil, count: oldEntries.count * 2)
    buffers = Array(repeating: nil, count: oldEntries.count * 2)
    for (old, entry) in oldEntries.enumerated() {
      guard let entry else { continue }
      let new = index(of: entry.sequenceNumber)
      entries[new] = entry
      buffers[new] = oldBuffers[old]
    }
  }
}
