import Synchronization

/// Counts native objects from creation to release.
final class LiveObjectCounter: Sendable {
  private let value = Atomic(0)

  var count: Int { value.load(ordering: .relaxed) }
  func increment() { value.add(1, ordering: .relaxed) }
  func decrement() { value.subtract(1, ordering: .relaxed) }
}
