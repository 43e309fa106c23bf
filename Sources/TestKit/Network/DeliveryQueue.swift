import RTCBase

/// Datagrams on their way, the earliest arrival first; of two that arrive together, the one sent first.
struct DeliveryQueue {
  private struct Entry {
    var delivery: VirtualNetwork.Delivery
    var number: UInt64

    func isBefore(_ other: Entry) -> Bool {
      delivery.time != other.delivery.time ? delivery.time < other.delivery.time : number < other.number
    }
  }

  /// A binary heap.
  private var entries: [Entry] = []
  private var nextNumber: UInt64 = 0

  var count: Int { entries.count }
  var first: VirtualNetwork.Delivery? { entries.first?.delivery }

  mutating func insert(_ delivery: VirtualNetwork.Delivery) {
    entries.append(Entry(delivery: delivery, number: nextNumber))
    nextNumber += 1
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].isBefore(entries[parent]) else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  mutating func removeFirst() -> VirtualNetwork.Delivery? {
    guard !entries.isEmpty else { return nil }
    entries.swapAt(0, entries.count - 1)
    let removed = entries.removeLast().delivery
    var parent = 0
    while 2 * parent + 1 < entries.count {
      var child = 2 * parent + 1
      if child + 1 < entries.count, entries[child + 1].isBefore(entries[child]) { child += 1 }
      guard entries[child].isBefore(entries[parent]) else { break }
      entries.swapAt(child, parent)
      parent = child
    }
    return removed
  }
}
