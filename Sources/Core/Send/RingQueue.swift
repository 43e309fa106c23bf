/// A first-in first-out queue in a ring that grows by doubling up to its bound, and then allocates no more.
struct RingQueue<Element> {
  private var storage: [Element?]
  private var head = 0
  private(set) var count = 0
  let bound: Int

  init(bound: Int, initialCapacity: Int = 16) {
    self.bound = max(1, bound)
    storage = Array(repeating: nil, count: Self.powerOfTwo(atLeast: min(initialCapacity, self.bound)))
  }

  private static func powerOfTwo(atLeast value: Int) -> Int {
    var power = 1
    while power < value { power *= 2 }
    return power
  }

  var isEmpty: Bool { count == 0 }
  var isFull: Bool { count >= bound }
  var first: Element? { count == 0 ? nil : storage[head] }

  /// `false`, changing nothing, when the queue is full.
  @discardableResult
  mutating func append(_ element: consuming Element) -> Bool {
    guard count < bound else { return false }
    if count == storage.count { grow() }
    storage[(head + count) & (storage.count - 1)] = element
    count += 1
    return true
  }

  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = storage[head].take()
    head = (head + 1) & (storage.count - 1)
    count -= 1
    return element
  }

  func forEach(_ body: (Element) -> Void) {
    for index in 0..<count {
      if let element = storage[(head + index) & (storage.count - 1)] { body(element) }
    }
  }

  /// Takes out, in order, the elements that `isUnwanted` names, and hands each to `body`.
  mutating func removeAll(where isUnwanted: (Element) -> Bool, _ body: (Element) -> Void) {
    for _ in 0..<count {
      guard let element = popFirst() else { return }
      if isUnwanted(element) { body(element) } else { append(element) }
    }
  }

  private mutating func grow() {
    var larger: [Element?] = Array(repeating: nil, count: storage.count * 2)
    for index in 0..<count { larger[index] = storage[(head + index) & (storage.count - 1)] }
    storage = larger
    head = 0
  }
}
