import Glibc
import Synchronization

/// A semaphore whose waits end by the monotonic clock.
///
/// Dispatch's end by the wall clock on Linux: who waits for a moment while that is set back by an hour waits for an hour.
final class WakeCounter: Sendable {
  private let count = Atomic(0)
  /// Of a `pthread_mutex_t` and a `pthread_cond_t`, which are made to be shared by threads and never move.
  private let mutexAddress: UInt
  private let conditionAddress: UInt

  init() {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
    mutexAddress = UInt(bitPattern: mutex)
    conditionAddress = UInt(bitPattern: condition)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  private var mutex: UnsafeMutablePointer<pthread_mutex_t> {
    unsafeBitCast(mutexAddress, to: UnsafeMutablePointer.self)
  }
  private var condition: UnsafeMutablePointer<pthread_cond_t> {
    unsafeBitCast(conditionAddress, to: UnsafeMutablePointer.self)
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
