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
    let group = group ?? CodecGroup()
    let core = Core(
      registry: registry, pixels: group.pixels, onFrame: onFrame, onKeyFrameNeeded: onKeyFrameNeeded)
    self.core = core
    let mailbox = FrameMailbox<EncodedVideoFrame>(
      capacity: capacity, budget: group.waitingBytes,
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
      /// Of the largest picture that the decoder has memory for, taken of the budget.
      var pixelCount = 0
      /// There was no room for the last key frame's picture.
      var isRefused = false
    }

    let statistics = Mutex(VideoDecoderStatistics())
    private let registry: CodecRegistry
    private let pixels: SharedBudget
    private let onFrame: @Sendable (VideoFrame) -> Void
    private let onKeyFrameNeeded: @Sendable (any Error) -> Void
    private let state = Mutex(State())

    init(
      registry: CodecRegistry, pixels: SharedBudget, onFrame: @escaping @Sendable (VideoFrame) -> Void,
      onKeyFrameNeeded: @escaping @Sendable (any Error) -> Void
    ) {
      self.registry = registry
      self.pixels = pixels
      self.onFrame = onFrame
      self.onKeyFrameNeeded = onKeyFrameNeeded
    }

    deinit { close() }

    func close() { state.withLock { release(&$0) } }

    func decode(_ frame: EncodedVideoFrame) {
      do {
        let picture: VideoFrame? = try state.withLock { state in
          let start = MediaTime.now
          let configuration = VideoDecoderConfiguration(mimeType: frame.mimeType)
          try makeRoom(for: frame, limit: configuration.maximumPixelCount, &state)
          let decoder: any VideoDecoder
          if let present = state.decoder, state.mimeType == frame.mimeType {
            decoder = present
          } else {
            decoder = try registry.makeVideoDecoder(configuration)
            state.decoder = decoder
            state.mimeType = frame.mimeType
          }
          let picture = try decoder.decode(frame)
          // Larger than announced, by a codec that only its decoder can read.
          if let picture, picture.width * picture.height > state.pixelCount {
            try resize(to: (picture.width, picture.height), &state)
          }
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

    // MARK: Memory

    /// Takes what the decoder will need for a key frame's picture before it allocates it.
    private func makeRoom(for frame: EncodedVideoFrame, limit: Int, _ state: inout State) throws {
      let (isKeyFrame, width, height) = Self.description(of: frame)
      guard isKeyFrame else {
        guard !state.isRefused else {
          throw MediaError(.encodingError, "a stream that was refused is decoded from a key frame on")
        }
        return
      }
      state.isRefused = false
      // What is larger is refused by the decoder, before it allocates anything.
      guard VideoFrameLayout.isValid(width: width, height: height), width * height <= limit else { return }
      try resize(to: (width, height), &state)
    }

    /// Whether decoding can begin with a frame, and the size of its picture; 0 where unknown.
    private static func description(of frame: EncodedVideoFrame) -> (isKeyFrame: Bool, width: Int, height: Int) {
      // The decoder goes by the bytes, whatever the frame is said to be.
      if frame.mimeType.lowercased() == "video/vp8" {
        let header = VP8FrameHeader(frame.bytes)
        return (header?.isKeyFrame ?? false, header?.width ?? 0, header?.height ?? 0)
      }
      return (frame.isKeyFrame, frame.width, frame.height)
    }

    private func resize(to size: (width: Int, height: Int), _ state: inout State) throws {
      let growth = size.width * size.height - state.pixelCount
      guard growth <= 0 || pixels.take(growth) else {
        release(&state)
        state.isRefused = true
        throw MediaError(
          .encodingError,
          "a picture of \(size.width)x\(size.height) is too large beside those of the connection's other decoders; "
            + "all together may have \(pixels.limit) pixels")
      }
      if growth < 0 { pixels.give(-growth) }
      state.pixelCount += growth
    }

    private func release(_ state: inout State) {
      state.decoder = nil
      pixels.give(state.pixelCount)
      state.pixelCount = 0
    }
  }
}
