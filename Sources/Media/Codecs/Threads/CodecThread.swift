import RTCFrames
import Synchronization

/// Work of one codec, done a piece at a time on its codec thread.
package protocol CodecWork: AnyObject, Sendable {
  /// Does one piece. Whoever has more asks to be scheduled again, so that codecs of one thread take turns.
  func run()
}

/// A thread that codecs are pinned to. Several codecs may share it; each is scheduled at most once at a time, so its
/// queue is bounded by their number.
package final class CodecThread: Sendable {
  private final class Queue: Sendable {
    let pending = Mutex<[any CodecWork]>([])

    func next() -> (any CodecWork)? { pending.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
  }

  private let queue: Queue
  private let thread: MediaThread

  /// - Throws: `MediaError`, when the system has no thread left.
  package init(name: String) throws {
    let queue = Queue()
    self.queue = queue
    thread = try MediaThread(name: name) { control in
      while !control.isStopRequested {
        control.wait()
        while let work = queue.next() { work.run() }
      }
    }
  }

  /// Has `work` run soon.
  package func schedule(_ work: any CodecWork) {
    queue.pending.withLock { $0.append(work) }
    thread.control.wake()
  }

  /// Ends the thread and waits until it has ended.
  package func stop() { thread.stop() }
}
