/// Elements keyed by unwrapped sequence number, in a ring that grows to a limit: constant-time insert, look-up and removal.
///
/// The occupied keys always span less than the capacity, so that a key has one place in the ring.
struct SequenceRing<Element> {
  private var slots: [Element?]
  /// Keys span at most this much.
  let limit: Int
  private(set) var count = 0
  /// The lowest occupied key; meaningless when empty.
  private(set) var first: Int64 = 0
  /// One past the highest key of the current run.
  private(set) var end: Int64 = 0

  init(limit: Int, initialCapacity: Int = 16) {
    var capacity = 1
    while capacity < max(1, limit) { capacity *= 2 }
    self.limit = capacity
    var initial = 1
    while initial < min(initialCapacity, capacity) { initial *= 2 }
    slots = Array(repeating: nil, count: initial)
  }

  var isEmpty: Bool { count == 0 }

  private func index(_ key: Int64) -> Int { Int(truncatingIfNeeded: key) & (slots.count - 1) }

  func contains(_ key: Int64) -> Bool {
    key >= first && key < end && slots[index(key)] != nil
  }

  /// The element of `key`, if there is one.
  subscript(key: Int64) -> Element? { key >= first && key < end ? slots[index(key)] : nil }

  /// Changes the element of `key` in place; nothing happens when there is none.
  mutating func update(_ key: Int64, _ change: (inout Element) -> Void) {
    guard key >= first, key < end else { return }
    let index = index(key)
    guard var element = slots[index].take() else { return }
    change(&element)
    slots[index] = element
  }

  /// Whether `key` fits without widening the span beyond the limit.
  func hasRoom(for key: Int64) -> Bool {
    isEmpty || (max(end, key &+ 1) &- min(first, key) <= Int64(limit))
  }

  /// `false`, changing nothing, when the key is taken or the span would pass the limit.
  mutating func insert(_ element: consuming Element, at key: Int64) -> Bool {
    guard hasRoom(for: key), !contains(key) else { return false }
    if isEmpty {
      first = key
      end = key &+ 1
    } else {
      let newFirst = min(first, key)
      let newEnd = max(end, key &+ 1)
      if newEnd &- newFirst > Int64(slots.count) { grow(toHold: Int(newEnd &- newFirst)) }
      first = newFirst
      end = newEnd
    }
    slots[index(key)] = element
    count += 1
    return true
  }

  @discardableResult
  mutating func remove(_ key: Int64) -> Element? {
    guard contains(key) else { return nil }
    let index = index(key)
    let element = slots[index].take()
    count -= 1
    if count == 0 {
      first = key &+ 1
      end = first
    } else if key == first {
      while !contains(first) { first &+= 1 }
    } else if key == end &- 1 {
      while !contains(end &- 1) { end &-= 1 }
    }
    return element
  }

  mutating func removeFirst() -> Element? { isEmpty ? nil : remove(first) }

  private mutating func grow(toHold span: Int) {
    var capacity = slots.count
    while capacity < span { capacity *= 2 }
    resize(to: capacity)
  }

  private mutating func resize(to capacity: Int) {
    var resized: [Element?] = Array(repeating: nil, count: capacity)
    for key in first..<end where contains(key) {
      resized[Int(truncatingIfNeeded: key) & (capacity - 1)] = slots[index(key)].take()
    }
    slots = resized
  }

  /// Bytes of the places, taken or not.
  var byteCount: Int { slots.count * MemoryLayout<Element?>.stride }

  /// Gives back the places that the span of the keys does not need.
  mutating func shrink() {
    var capacity = min(16, limit)
    while Int64(capacity) < end &- first { capacity *= 2 }
    if capacity < slots.count { resize(to: capacity) }
  }
}

extension SequenceRing: Sendable where Element: Sendable {}
