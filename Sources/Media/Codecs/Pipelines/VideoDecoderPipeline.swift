import RTCFrames
import Synchronization

/// A decoder on its codec thread, behind a bounded queue. When the queue is full everything up to the next key frame is
/// dropped.
package final class VideoDecoderPipeline: Sendable {
  private let core: Core
  private let queue: CodecQueue<EncodedVideoFrame>

  /// Begins on a codec thread. The decoder is made there with the first frame, and anew when the codec changes.
  ///
  /// - Parameters:
  ///   - capacity: compressed pictures that may wait, within the bytes that may.
  ///   - group: the codecs of the same connection; `nil` for a codec on its own.
  ///   - onFrame: called on the codec thread with each picture; it must not wait.
  ///   - onKeyFrameNeeded: called when decoding cannot go on without a key frame, for each frame that cannot be
  ///     decoded; whoever sends requests bounds their rate.
  /// - Throws: `MediaError`, when the system has no thread left.
  package init(
    registry: CodecRegistry, capacity: Int = 60, group: CodecGroup? = nil, pool: CodecThreadPool = .shared,
    onFrame: @escaping @Sendable (VideoFrame) -> Void, onKeyFrameNeeded: @escaping @Sendable (any Error) -> Void
  ) throws {
    let core = Core(registry: registry, onFrame: onFrame, onKeyFrameNeeded: onKeyFrameNeeded)
    self.core = core
    let mailbox = FrameMailbox<EncodedVideoFrame>(
      capacity: capacity, budget: group?.waitingBytes,
      onKeyFrameNeeded: { onKeyFrameNeeded(MediaError(.encodingError, "the decoder is too slow for what arrives")) })
    queue = try CodecQueue(
      mailbox, kind: .video, group: group, pool: pool, process: { core.decode($0) }, onClose: { core.close() })
  }

  package func receive(_ frame: EncodedVideoFrame) { queue.put(frame) }

  package var statistics: VideoDecoderStatistics {
    var statistics = core.statistics.withLock { $0 }
    statistics.framesDropped += queue.mailbox.droppedCount
    return statistics
  }

  /// Releases the decoder; no picture comes out afterwards.
  package func close() async { await queue.close() }
}

extension VideoDecoderPipeline {
  private final class Core: Sendable {
    /// What only the codec thread touches.
    private struct State {
      var decoder: (any VideoDecoder)?
      var mimeType = ""
    }

    let statistics = Mutex(VideoDecoderStatistics())
    private let registry: CodecRegistry
    private let onFrame: @Sendable (VideoFrame) -> Void
    private let onKeyFrameNeeded: @Sendable (any Error) -> Void
    private let state = Mutex(State())

    init(
      registry: CodecRegistry, onFrame: @escaping @Sendable (VideoFrame) -> Void,
      onKeyFrameNeeded: @escaping @Sendable (any Error) -> Void
    ) {
      self.registry = registry
      self.onFrame = onFrame
      self.onKeyFrameNeeded = onKeyFrameNeeded
    }

    func close() { state.withLock { $0.decoder = nil } }

    func decode(_ frame: EncodedVideoFrame) {
      do {
        let picture: VideoFrame? = try state.withLock { state in
          let start = MediaTime.now
          let decoder: any VideoDecoder
          if let present = state.decoder, state.mimeType == frame.mimeType {
            decoder = present
          } else {
            decoder = try registry.makeVideoDecoder(VideoDecoderConfiguration(mimeType: frame.mimeType))
            state.decoder = decoder
            state.mimeType = frame.mimeType
          }
          let picture = try decoder.decode(frame)
          let duration = MediaTime.now - start
          statistics.withLock {
            $0.note(frame, picture: picture, duration: duration, implementation: decoder.implementationName)
          }
          return picture
        }
        if let picture { onFrame(picture) }
      } catch {
        statistics.withLock { $0.framesDropped += 1 }
        onKeyFrameNeeded(error)
      }
    }
  }
}
