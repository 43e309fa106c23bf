import Dispatch
import Glibc
import RTCFrames
import Synchronization

/// The thread of a device: everything of the device is opened, used and closed on it.
///
/// The starter waits until the device is open or has failed to. To stop, a pipe is written to, on which the thread waits
/// beside its device.
final class CaptureThread: Sendable {
  /// The thread's side: how it says that the device is open, and what it waits on.
  struct Context: Sendable {
    fileprivate let start: Start
    fileprivate let wakePipe: WakePipe
    let control: MediaThread.Control

    var isStopRequested: Bool { control.isStopRequested }

    /// Lets the starter go on.
    func didOpen() { start.finish(nil) }

    /// Waits until one of the descriptors is ready, the thread is woken or is to stop, or the time has passed.
    ///
    /// - Returns: whether one of the descriptors was ready.
    func poll(_ descriptors: inout [pollfd], timeout: Duration) -> Bool {
      descriptors.append(pollfd(fd: wakePipe.reading, events: Int16(POLLIN), revents: 0))
      let milliseconds = Int32(clamping: max(0, timeout.nanoseconds / 1_000_000))
      let count = Glibc.poll(&descriptors, nfds_t(descriptors.count), milliseconds)
      let isWoken = descriptors.removeLast().revents != 0
      if isWoken { wakePipe.drain() }
      return count > (isWoken ? 1 : 0)
    }

    /// Waits until `time`, or until the thread is to stop.
    func sleep(until time: MediaTime) {
      while !isStopRequested {
        let left = time - .now
        guard left > .zero else { return }
        var none: [pollfd] = []
        _ = poll(&none, timeout: left + .milliseconds(1))
      }
    }
  }

  fileprivate final class Start: Sendable {
    private let result = Mutex<MediaError?>(nil)
    private let isFinished = Atomic(false)
    private let semaphore = DispatchSemaphore(value: 0)

    func finish(_ error: MediaError?) {
      guard !isFinished.exchange(true, ordering: .acquiringAndReleasing) else { return }
      result.withLock { $0 = error }
      semaphore.signal()
    }

    func wait() throws(MediaError) {
      semaphore.wait()
      if let error = result.withLock({ $0 }) { throw error }
    }
  }

  private let thread: MediaThread
  private let wakePipe: WakePipe

  /// Starts the thread and waits until its device is open.
  ///
  /// - Parameter body: opens the device, calls `didOpen`, and returns when it is over or is to stop. What it throws
  ///   before `didOpen` is thrown here.
  init(name: String, _ body: @escaping @Sendable (Context) throws(MediaError) -> Void) throws {
    let pipe = try WakePipe()
    let start = Start()
    wakePipe = pipe
    thread = try MediaThread(name: name) { control in
      let context = Context(start: start, wakePipe: pipe, control: control)
      do throws(MediaError) {
        try body(context)
        start.finish(nil)
      } catch {
        start.finish(error)
      }
    }
    do { try start.wait() } catch {
      thread.stop()
      throw error
    }
  }

  /// Ends the present wait of the thread, or the next.
  func wake() { wakePipe.wake() }

  /// Tells the thread to end and waits until it has.
  func stop() {
    thread.requestStop()
    wakePipe.wake()
    thread.stop()
  }
}

/// Wakes a thread that waits for descriptors.
private final class WakePipe: Sendable {
  let reading: Int32
  private let writing: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw MediaError(.abortError, "no pipe could be made: \(String(cString: strerror(errno)))")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (reading, writing) = (ends[0], ends[1])
  }

  deinit {
    close(reading)
    close(writing)
  }

  /// A full pipe wakes as well as one with one byte.
  func wake() {
    var byte: UInt8 = 1
    _ = write(writing, &byte, 1)
  }

  /// Takes what was written, so that the next wait is one.
  func drain() {
    var bytes: UInt64 = 0
    while read(reading, &bytes, MemoryLayout.size(ofValue: bytes)) > 0 {}
  }
}
