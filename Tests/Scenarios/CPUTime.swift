import Glibc

/// Processor time, which others at work at the same moment do not change.
package enum CPUTime {
  /// Of the calling thread, in seconds.
  package static var ofThread: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
