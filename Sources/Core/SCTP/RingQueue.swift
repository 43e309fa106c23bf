/// First in, first out: a ring that doubles when it is full, and gives back what it grew to once it is empty. Its user sets the bound.
struct RingQueue<Element> {
  private var storage: [Element?] = []
  private var head = 0
  /// Room for more than this is not kept while nothing is in it.
  private static var keptCapacity: Int { 256 }
  private(set) var count = 0

  var capacity: Int { storage.count }
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
    if count == 0, storage.count > Self.keptCapacity { storage = [] }
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
