import Synchronization

/// Waits until several have said that they are ready.
enum Countdown {
  /// Calls `body` once, when each of `waits` has called what it was given.
  static func wait(
    for waits: [(@escaping @Sendable () -> Void) -> Void], then body: @escaping @Sendable () -> Void
  ) {
    let counter = Counter(count: waits.count + 1)
    let step: @Sendable () -> Void = { if counter.countDown() { body() } }
    for wait in waits { wait(step) }
    step()
  }

  private final class Counter: Sendable {
    private let left: Atomic<Int>

    init(count: Int) { left = Atomic(count) }

    /// Whether it was the last.
    func countDown() -> Bool { left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
  }
}
