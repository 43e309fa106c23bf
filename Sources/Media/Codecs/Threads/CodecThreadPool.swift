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

  /// A codec's place on a thread, in the lane of its group.
  struct Seat: Sendable {
    let thread: CodecThread
    fileprivate let lane: Int
    fileprivate let group: CodecGroup

    /// Has `work` run when it is the group's turn.
    func schedule(_ work: any CodecWork) { thread.schedule(work, in: lane) }
  }

  private struct Entry {
    struct Lane {
      var place: Int
      var userCount: Int
    }

    var thread: CodecThread
    var kind: Kind
    var userCount = 0
    var lanes: [ObjectIdentifier: Lane] = [:]

    /// How much a group would have to share here: its codecs first, which are better spread, then groups, however many
    /// codecs they have.
    func load(for group: CodecGroup) -> (own: Int, groups: Int, users: Int) {
      (lanes[ObjectIdentifier(group)]?.userCount ?? 0, lanes.count, userCount)
    }

    mutating func seat(_ group: CodecGroup) -> Seat {
      userCount += 1
      let key = ObjectIdentifier(group)
      if let lane = lanes[key]?.place {
        lanes[key]?.userCount += 1
        thread.retainLane(lane)
        return Seat(thread: thread, lane: lane, group: group)
      }
      let lane = thread.openLane()
      lanes[key] = Lane(place: lane, userCount: 1)
      return Seat(thread: thread, lane: lane, group: group)
    }

    mutating func leave(_ group: CodecGroup) {
      userCount -= 1
      let key = ObjectIdentifier(group)
      guard let lane = lanes[key] else { return }
      lanes[key]?.userCount -= 1
      if lane.userCount == 1 { lanes[key] = nil }
      thread.releaseLane(lane.place)
    }
  }

  package static let shared = CodecThreadPool()

  /// Threads of one kind at most.
  package let limit: Int
  private let entries = Mutex<[Entry]>([])

  /// - Parameter limit: threads of one kind at most; `nil` for one a core.
  package init(limit: Int? = nil) { self.limit = max(1, limit ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  package var threadCount: Int { entries.withLock { $0.count } }

  /// A seat for a new codec, which gives it back by `release`.
  ///
  /// - Throws: `MediaError`, when the system has no thread left.
  func acquire(_ kind: Kind, for group: CodecGroup) throws -> Seat {
    try entries.withLock { entries in
      let candidates = entries.indices.filter { entries[$0].kind == kind }
      if candidates.count >= limit,
        let index = candidates.min(by: { entries[$0].load(for: group) < entries[$1].load(for: group) })
      {
        return entries[index].seat(group)
      }
      var entry = Entry(thread: try CodecThread(name: "rtc-\(kind.rawValue)"), kind: kind)
      let seat = entry.seat(group)
      entries.append(entry)
      return seat
    }
  }

  /// Gives a seat back; the last user of a thread waits until it has ended, which takes microseconds since nothing else
  /// runs on it.
  func release(_ seat: Seat) {
    let isLast = entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.thread === seat.thread }) else { return false }
      entries[index].leave(seat.group)
      guard entries[index].userCount == 0 else { return false }
      entries.remove(at: index)
      return true
    }
    if isLast { seat.thread.stop() }
  }
}
