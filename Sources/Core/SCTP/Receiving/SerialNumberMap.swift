import RTCBase

/// Values by serial numbers of 32 bits, found at once and given back in order, whatever the order in which a peer sends them.
///
/// A few are looked through. More have an index and a heap; what is removed stays in the heap until it surfaces or outnumbers what is
/// there. Room that is no longer needed is given back, so that the memory held stays in proportion to the values held.
struct SerialNumberMap<Value> {
  private var entries: [Entry] = []
  private var positions: [UInt32: Int] = [:]
  private var heap: [UInt32] = []
  private var isIndexed = false

  private struct Entry {
    var number: UInt32
    var value: Value
  }

  /// Entries that are looked through rather than indexed.
  private static var linearLimit: Int { 8 }

  var count: Int { entries.count }
  var isEmpty: Bool { entries.isEmpty }
  /// Entries that there is room for: what the map takes of memory.
  var capacity: Int { max(entries.capacity, heap.capacity, positions.capacity) }

  /// Steps from `other` to `number` on the circle.
  static func distance(_ number: UInt32, from other: UInt32) -> Int { Int(Int32(bitPattern: number &- other)) }

  /// Where a number's value lies until the next change.
  func position(of number: UInt32) -> Int? {
    if isIndexed { return positions[number] }
    for position in entries.indices where entries[position].number == number { return position }
    return nil
  }

  subscript(position: Int) -> Value {
    get { entries[position].value }
    _modify { yield &entries[position].value }
  }

  /// Adds a value under a number that has none.
  /// - Returns: its position.
  mutating func insert(_ value: consuming Value, for number: UInt32) -> Int {
    entries.append(Entry(number: number, value: value))
    if isIndexed {
      positions[number] = entries.count - 1
      push(number)
    } else if entries.count > Self.linearLimit {
      rebuildIndex()
    }
    return entries.count - 1
  }

  /// Gives a value another number, which has none.
  mutating func renumber(at position: Int, to number: UInt32) {
    let before = entries[position].number
    entries[position].number = number
    guard isIndexed else { return }
    positions[before] = nil
    positions[number] = position
    push(number)
    trimHeap()
  }

  mutating func remove(at position: Int) -> Value {
    let last = entries.count - 1
    if position != last { entries.swapAt(position, last) }
    let entry = entries.removeLast()
    if isIndexed {
      positions[entry.number] = nil
      if position != last { positions[entries[position].number] = position }
      trimHeap()
    }
    shrink()
    return entry.value
  }

  /// Removes the earliest value, unless it comes after `limit`.
  mutating func removeEarliest(through limit: UInt32) -> Value? {
    guard isIndexed else {
      guard var earliest = entries.indices.first else { return nil }
      for position in entries.indices
      where Self.distance(entries[position].number, from: entries[earliest].number) < 0 { earliest = position }
      guard Self.distance(entries[earliest].number, from: limit) <= 0 else { return nil }
      return remove(at: earliest)
    }
    while let number = heap.first {
      guard let position = positions[number] else {
        popHeap()
        continue
      }
      guard Self.distance(number, from: limit) <= 0 else { return nil }
      popHeap()
      return remove(at: position)
    }
    return nil
  }

  mutating func removeAll() { self = Self() }

  func forEach(_ body: (Value) -> Void) { for entry in entries { body(entry.value) } }

  // MARK: Room

  private mutating func rebuildIndex() {
    isIndexed = entries.count > Self.linearLimit / 2
    positions = [:]
    heap = []
    guard isIndexed else { return }
    positions.reserveCapacity(entries.count)
    heap.reserveCapacity(2 * entries.count)
    for position in entries.indices {
      positions[entries[position].number] = position
      push(entries[position].number)
    }
  }

  /// Most of the room is empty: moves to less of it.
  private mutating func shrink() {
    if entries.capacity > 16, entries.count < entries.capacity / 8 {
      var smaller: [Entry] = []
      smaller.reserveCapacity(2 * entries.count)
      smaller.append(contentsOf: entries)
      entries = smaller
      if isIndexed { rebuildIndex() }
    } else if isIndexed, entries.count <= Self.linearLimit / 2 {
      rebuildIndex()
    }
  }

  private mutating func trimHeap() {
    guard heap.count > 2 * entries.count + 32 else { return }
    heap.removeAll(keepingCapacity: true)
    for entry in entries { push(entry.number) }
  }

  // MARK: Heap

  private mutating func push(_ number: UInt32) {
    heap.append(number)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.distance(heap[child], from: heap[parent]) < 0 else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func popHeap() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var earliest = parent
      for child in 2 * parent + 1..<2 * parent + 3 {
        if child < heap.count, Self.distance(heap[child], from: heap[earliest]) < 0 { earliest = child }
      }
      guard earliest != parent else { return }
      heap.swapAt(parent, earliest)
      parent = earliest
    }
  }
}
