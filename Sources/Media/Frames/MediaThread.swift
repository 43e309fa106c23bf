import Glibc
import Synchronization

/// A thread of a source or codec: named, told to stop rather than killed, and joined.
package final class MediaThread: Sendable {
  /// What the thread and its owner share.
  package final class Control: Sendable {
    private let stopRequested = Atomic(false)
    private let wakes = WakeCounter()

    /// Whether the body is to return.
    package var isStopRequested: Bool { stopRequested.load(ordering: .acquiring) }

    /// Ends a `wait` or `sleep`, the present one or the next.
    package func wake() { wakes.signal() }

    /// Waits until woken.
    package func wait() { if !isStopRequested { wakes.wait() } }

    /// Waits until `time`; `false` when the thread is to stop.
    package func sleep(until time: MediaTime) -> Bool {
      while !isStopRequested {
        if time <= .now { return true }
        wakes.wait(until: time)
      }
      return false
    }

    fileprivate func requestStop() {
      stopRequested.store(true, ordering: .releasing)
      wakes.signal()
    }
  }

  private static let live = Atomic(0)
  /// Threads that have begun and not ended, for tests.
  package static var liveCount: Int { live.load(ordering: .acquiring) }

  private final class Start: Sendable {
    let name: String
    let control: Control
    let body: @Sendable (Control) -> Void

    init(name: String, control: Control, body: @escaping @Sendable (Control) -> Void) {
      self.name = name
      self.control = control
      self.body = body
    }
  }

  package let control = Control()
  private let handle: pthread_t
  private let isJoined = Atomic(false)

  /// Starts a thread.
  ///
  /// - Parameters:
  ///   - name: shown by system tools; cut to 15 bytes.
  ///   - body: runs on the thread, and returns soon after `Control.isStopRequested` becomes true.
  /// - Throws: `MediaError`, when the system has no thread left.
  package init(name: String, _ body: @escaping @Sendable (Control) -> Void) throws {
    let start = Unmanaged.passRetained(Start(name: name, control: control, body: body))
    var handle = pthread_t()
    Self.live.add(1, ordering: .acquiringAndReleasing)
    let status = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        MediaThread.nameThisThread(start.name)
        start.body(start.control)
        MediaThread.live.subtract(1, ordering: .acquiringAndReleasing)
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      Self.live.subtract(1, ordering: .acquiringAndReleasing)
      start.release()
      throw MediaError(.abortError, "no thread could be started for \(name): \(String(cString: strerror(status)))")
    }
    self.handle = handle
  }

  /// `pthread_setname_np` is hidden from Swift; the kernel's own door does the same. A nameless thread works as well.
  private static func nameThisThread(_ name: String) {
    guard let file = fopen("/proc/thread-self/comm", "w") else { return }
    fputs(String(decoding: name.utf8.prefix(15), as: UTF8.self), file)
    fclose(file)
  }

  deinit {
    control.requestStop()
    if !isJoined.exchange(true, ordering: .acquiringAndReleasing) { pthread_detach(handle) }
  }

  /// Tells the thread to end, without waiting.
  package func requestStop() { control.requestStop() }

  /// Tells the thread to end and waits until it has. On the thread itself it does not wait.
  package func stop() {
    control.requestStop()
    guard !isJoined.exchange(true, ordering: .acquiringAndReleasing) else { return }
    if pthread_equal(pthread_self(), handle) != 0 {
      pthread_detach(handle)
    } else {
      pthread_join(handle, nil)
    }
  }
}
