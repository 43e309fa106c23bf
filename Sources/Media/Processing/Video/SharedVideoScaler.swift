import RTCFrames
import Synchronization

/// Scales the pictures of one source for all of its tracks: those that want the same size share one result.
///
/// It remembers what was made of the newest picture only, so that no picture is held for longer than the source holds it.
package final class SharedVideoScaler: Sendable {
  private struct Derived: Sendable {
    var width: Int
    var height: Int
    var region: VideoScaler.Region?
    var frame: VideoFrame
  }

  private struct State: Sendable {
    var source: VideoFrame?
    var derived: [Derived] = []
    var scaledCount = 0
  }

  /// Sizes remembered at most.
  private static let limit = 8

  private let scaler = VideoScaler(pool: VideoFramePool(limit: 16))
  private let state = Mutex(State())

  package init() {}

  /// Pictures that were scaled so far.
  package var scaledCount: Int { state.withLock { $0.scaledCount } }

  /// The picture, or a region of it, in another size, as `VideoScaler.scale` makes it.
  package func scale(
    _ frame: VideoFrame, width: Int, height: Int, region: VideoScaler.Region? = nil
  ) -> VideoFrame {
    // Tracks ask one after another, on the thread of the source; the lock is free.
    state.withLock { state in
      if let source = state.source, source.sharesPicture(with: frame) {
        let known = state.derived.first { $0.width == width && $0.height == height && $0.region == region }
        if let known { return known.frame }
      } else {
        state.source = frame
        state.derived.removeAll(keepingCapacity: true)
      }
      let scaled = scaler.scale(frame, width: width, height: height, region: region)
      state.scaledCount += 1
      if state.derived.count < Self.limit {
        state.derived.append(Derived(width: width, height: height, region: region, frame: scaled))
      }
      return scaled
    }
  }

  /// Lets go of the newest picture, when the source has stopped.
  package func forget() {
    state.withLock { state in
      state.source = nil
      state.derived.removeAll()
    }
  }
}
