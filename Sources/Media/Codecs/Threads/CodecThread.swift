import RTCFrames
import Synchronization

/// Work of one codec, done a piece at a time on its codec thread.
package protocol CodecWork: AnyObject, Sendable {
  /// Does one piece. Whoever has more asks to be scheduled again, so that codecs of one thread take turns.
  func run()
}

/// A thread that codecs are pinned to. Several codecs may share it, in groups that get equal parts of its time; each codec
/// is scheduled at most once at a time, so its queue is bounded by their number.
package final class CodecThread: Sendable {
  private final class Queue: Sendable {
    let turns = Mutex(FairTurns<any CodecWork>())

    func next(after duration: Duration) -> (any CodecWork)? {
      turns.withLock { $0.next(afterCost: duration.nanoseconds) }
    }
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
        var duration = Duration.zero
        while let work = queue.next(after: duration) {
          let start = MediaTime.now
          work.run()
          duration = .now - start
        }
      }
    }
  }

  /// Opens a lane for a group that has none on this thread.
  func openLane() -> Int { queue.turns.withLock { $0.open() } }
  /// Adds a codec to a group's lane.
  func retainLane(_ lane: Int) { queue.turns.withLock { $0.retain(lane) } }
  /// Takes a codec from its group's lane; the last one closes it.
  func releaseLane(_ lane: Int) { queue.turns.withLock { $0.release(lane) } }

  /// Has `work` run when it is its group's turn.
  func schedule(_ work: any CodecWork, in lane: Int) {
    queue.turns.withLock { $0.append(work, to: lane) }
    thread.control.wake()
  }

  /// Ends the thread and waits until it has ended.
  package func stop() { thread.stop() }
}
