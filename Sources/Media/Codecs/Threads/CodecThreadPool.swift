import Glibc
import RTCFrames
import Synchronization

/// The codec threads of a process: as many as there are codecs, up to one a core; then they are shared. A thread whose
/// last codec is closed ends.
///
/// Sound has threads of its own, so that it never waits for a picture.
package final class CodecThreadPool: Sendable {
  package enum Kind: String, Sendable {
    case audio
    case video
  }

  private struct Entry {
    var thread: CodecThread
    var kind: Kind
    var userCount: Int
  }

  package static let shared = CodecThreadPool()

  /// Threads of one kind at most.
  package let limit: Int
  private let entries = Mutex<[Entry]>([])

  /// - Parameter limit: threads of one kind at most; `nil` for one a core.
  package init(limit: Int? = nil) { self.limit = max(1, limit ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  package var threadCount: Int { entries.withLock { $0.count } }

  /// The thread for a new codec, which gives it back by `release`.
  ///
  /// - Throws: `MediaError`, when the system has no thread left.
  func acquire(_ kind: Kind) throws -> CodecThread {
    try entries.withLock { entries in
      let candidates = entries.indices.filter { entries[$0].kind == kind }
      if candidates.count >= limit,
        let index = candidates.min(by: { entries[$0].userCount < entries[$1].userCount })
      {
        entries[index].userCount += 1
        return entries[index].thread
      }
      let thread = try CodecThread(name: "rtc-\(kind.rawValue)")
      entries.append(Entry(thread: thread, kind: kind, userCount: 1))
      return thread
    }
  }

  /// Gives a thread back; its last user waits until it has ended, which takes microseconds since nothing else runs on
  /// it.
  func release(_ thread: CodecThread) {
    let isLast = entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.thread === thread }) else { return false }
      entries[index].userCount -= 1
      guard entries[index].userCount == 0 else { return false }
      entries.remove(at: index)
      return true
    }
    if isLast { thread.stop() }
  }
}
