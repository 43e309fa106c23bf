import NIOCore
import RTCBase

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension MonotonicTime {
  /// The event loops' clock: the only one that the shell tells the core.
  package static var now: MonotonicTime { MonotonicTime(NIODeadline.now()) }

  package init(_ deadline: NIODeadline) {
    self.init(nanoseconds: Int64(truncatingIfNeeded: deadline.uptimeNanoseconds))
  }

  package var nioDeadline: NIODeadline {
    NIODeadline.uptimeNanoseconds(UInt64(max(0, nanoseconds)))
  }
}

extension WallClock {
  /// The wall clock as it stands now.
  package static func current() -> WallClock {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallClock(nanosecondsSince1970: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec), at: .now)
  }
}
