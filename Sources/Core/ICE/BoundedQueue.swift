/// First in, first out, up to a limit. What finds it full is refused.
struct BoundedQueue<Element> {
  private var elements: [Element] = []
  private var head = 0
  let limit: Int

  init(limit: Int) { self.limit = limit }

  var count: Int { elements.count - head }

  mutating func append(_ element: Element) -> Bool {
    guard count < limit else { return false }
    elements.append(element)
    return true
  }

  mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    let element = elements[head]
    head += 1
    // Each element moves at most once per drain, and a drained queue keeps its storage.
    if head == elements.count {
      elements.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= limit {
      elements.removeSubrange(..<head)
      head = 0
    }
    return element
  }
}
