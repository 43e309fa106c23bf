import Synchronization

/// Keeps the storage of pictures for reuse, so that a video pipeline in its steady state allocates no pictures.
///
/// The pool is bounded by what it keeps, not by what is in use: a program may hold as many frames as it likes, and
/// storage that comes back to a full pool, or that has another size than the pool's last, is freed.
public final class VideoFramePool: Sendable {
  private struct State {
    var free: [[UInt8]] = []
    var byteCount = 0
    var createdCount = 0
  }

  /// Free pictures kept at most.
  public let limit: Int
  private let state = Mutex(State())

  /// A pool that keeps `limit` free pictures at most.
  public init(limit: Int = 8) { self.limit = max(0, limit) }

  /// A picture to write into; its contents are whatever the last user left.
  ///
  /// - Precondition: width and height are within `1...VideoFrameLayout.maximumDimension`.
  public func makeBuffer(width: Int, height: Int) -> VideoFrameBuffer {
    let layout = VideoFrameLayout(width: width, height: height)
    return VideoFrameBuffer(layout: layout, bytes: take(byteCount: layout.byteCount), pool: self)
  }

  /// Pictures allocated so far, for tests of reuse.
  package var createdCount: Int { state.withLock { $0.createdCount } }
  /// Free pictures kept now.
  package var freeCount: Int { state.withLock { $0.free.count } }

  private func take(byteCount: Int) -> [UInt8] {
    let reused: [UInt8]? = state.withLock { state in
      if state.byteCount != byteCount {
        state.free.removeAll()
        state.byteCount = byteCount
      }
      // The oldest first: the newest may be still in the hands of the thread that is giving it back.
      if !state.free.isEmpty { return state.free.removeFirst() }
      state.createdCount += 1
      return nil
    }
    return reused ?? [UInt8](repeating: 0, count: byteCount)
  }

  func give(_ bytes: [UInt8]) {
    state.withLock { state in
      guard bytes.count == state.byteCount, state.free.count < limit else { return }
      state.free.append(bytes)
    }
  }
}
