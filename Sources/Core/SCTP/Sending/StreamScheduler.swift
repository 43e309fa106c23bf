/// Which stream's fragment goes next: weighted fair queueing over the streams that have something to send (RFC 8260 §3.6).
///
/// Every stream has a virtual time at which its next fragment would be finished if it had its share of the link; the earliest goes first.
/// A short message on an idle stream so overtakes a long one that others are busy with.
struct StreamScheduler {
  private struct Entry {
    var finish: UInt64
    var stream: Int
  }

  private var heap: [Entry] = []
  /// Start of the fragment last sent: a stream that wakes up begins here, without credit for its sleep.
  private(set) var virtualTime: UInt64 = 0

  var isEmpty: Bool { heap.isEmpty }
  var first: Int? { heap.first?.stream }

  /// A fragment's length in virtual time.
  static func cost(_ byteCount: Int, weight: Int) -> UInt64 {
    (UInt64(max(1, byteCount)) << 16) / UInt64(max(1, weight))
  }

  /// A stream has something to send: its next fragment takes `byteCount` bytes and can start at `start`.
  /// - Returns: when the fragment ends.
  mutating func schedule(_ stream: Int, from start: UInt64, byteCount: Int, weight: Int) -> UInt64 {
    let finish = max(start, virtualTime) &+ Self.cost(byteCount, weight: weight)
    heap.append(Entry(finish: finish, stream: stream))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].finish < heap[parent].finish else { break }
      heap.swapAt(child, parent)
      child = parent
    }
    return finish
  }

  /// The first stream's fragment of `byteCount` bytes was sent; it leaves until it is scheduled again.
  mutating func removeFirst() {
    guard let first = heap.first else { return }
    virtualTime = max(virtualTime, first.finish)
    remove(at: 0)
  }

  /// A stream has nothing to send any more.
  mutating func remove(_ stream: Int) {
    guard let index = heap.firstIndex(where: { $0.stream == stream }) else { return }
    remove(at: index)
  }

  private mutating func remove(at index: Int) {
    heap.swapAt(index, heap.count - 1)
    heap.removeLast()
    guard index < heap.count else { return }
    var parent = index
    while parent > 0, heap[parent].finish < heap[(parent - 1) / 2].finish {
      heap.swapAt(parent, (parent - 1) / 2)
      parent = (parent - 1) / 2
    }
    while true {
      var smallest = parent
      for child in 2 * parent + 1..<2 * parent + 3 {
        if child < heap.count, heap[child].finish < heap[smallest].finish { smallest = child }
      }
      guard smallest != parent else { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }

  mutating func removeAll() { heap = [] }
}
