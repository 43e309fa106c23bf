/// First in, first out, with access by position: a ring that doubles when it is full. Its user sets the bound.
struct RingQueue<Element> {
  private var storage: [Element?] = []
  private var head = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  var first: Element? { count == 0 ? nil : storage[head] }

  mutating func append(_ element: consuming Element) {
    if count == storage.count { grow() }
    storage[(head + count) & (storage.count - 1)] = element
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = storage[head].take()
    head = (head + 1) & (storage.count - 1)
    count -= 1
    return element
  }

  mutating func removeAll() {
    storage = []
    head = 0
    count = 0
  }

  private mutating func grow() {
    var larger: [Element?] = Array(repeating: nil, count: max(4, storage.count * 2))
    for index in 0..<count { larger[index] = storage[(head + index) & (storage.count - 1)].take() }
    storage = larger
    head = 0
  }
}
