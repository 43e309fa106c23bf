import Glibc
import Synchronization

/// A semaphore whose waits end by the monotonic clock.
///
/// Dispatch's end by the wall clock on Linux: who waits for a moment while that is set back by an hour waits for an hour.
final class WakeCounter: Sendable {
  private let count = Atomic(0)
  // Made to be shared by threads; they never move.
  nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Ends a wait, the present one or the next.
  func signal() {
    pthread_mutex_lock(mutex)
    count.add(1, ordering: .relaxed)
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Waits for a signal, or until `time`.
  func wait(until time: MediaTime? = nil) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while count.load(ordering: .relaxed) == 0 {
      guard let time else {
        pthread_cond_wait(condition, mutex)
        continue
      }
      let nanoseconds = max(0, time.nanoseconds)
      var end = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
      if pthread_cond_timedwait(condition, mutex, &end) != 0 { return }
    }
    count.subtract(1, ordering: .relaxed)
  }
}
