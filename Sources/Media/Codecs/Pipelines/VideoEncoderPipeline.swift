import RTCFrames
import RTCProcessing
import Synchronization

/// An encoder on its codec thread, behind a mailbox in which the newest picture wins.
///
/// It is attached to a track as a consumer; compressed pictures come out on the codec thread. One pipeline can feed
/// many senders.
package final class VideoEncoderPipeline: FrameConsumer {
  /// What the sender asks of the pictures, changed at any time.
  package struct Control: Hashable, Sendable {
    /// Bits per second and pictures a second; a bitrate of zero pauses.
    package var rates: VideoEncoderRates
    /// Whether anything is encoded.
    package var isActive = true
    /// Pictures a second at most; `nil` for all of them.
    package var maximumFrameRate: Double?
    /// How much smaller each side is made; at least 1.
    package var scaleDownBy = 1.0
    /// Pixels of a picture at most, to make it smaller still; `nil` for any.
    package var maximumPixelCount: Int?

    package init(rates: VideoEncoderRates) { self.rates = rates }
  }

  private let core: Core
  private let queue: CodecQueue<VideoFrame>

  /// Begins on a codec thread. The encoder is made there with the first picture.
  ///
  /// - Parameters:
  ///   - group: the codecs of the same connection; `nil` for a codec on its own.
  ///   - onFrame: called on the codec thread; it must not wait.
  ///   - onError: called on the codec thread when a picture could not be encoded; the next one is tried with a new
  ///     encoder.
  /// - Throws: `MediaError`, when the system has no thread left.
  package init(
    registry: CodecRegistry, configuration: VideoEncoderConfiguration, group: CodecGroup? = nil,
    pool: CodecThreadPool = .shared,
    onFrame: @escaping @Sendable (EncodedVideoFrame) -> Void,
    onError: @escaping @Sendable (any Error) -> Void = { _ in }
  ) throws {
    let core = Core(registry: registry, configuration: configuration, onFrame: onFrame, onError: onError)
    self.core = core
    queue = try CodecQueue(
      FrameMailbox(capacity: 1), kind: .video, group: group, pool: pool, process: { core.encode($0) },
      onClose: { core.close() })
  }

  package func receive(_ frame: VideoFrame) { queue.put(frame) }
  /// The track has ended; the encoder stays until it is closed.
  package func finish() {}

  /// What is asked of the pictures; a change holds from the next one on.
  package var control: Control {
    get { core.control.withLock { $0 } }
    set { core.control.withLock { $0 = newValue } }
  }

  package func setRates(_ rates: VideoEncoderRates) { core.control.withLock { $0.rates = rates } }

  /// Makes the next picture a key frame.
  package func requestKeyFrame() { core.isKeyFrameWanted.store(true, ordering: .releasing) }

  package var statistics: VideoEncoderStatistics {
    var statistics = core.statistics.withLock { $0 }
    statistics.framesSkipped = queue.mailbox.droppedCount
    return statistics
  }

  /// Releases the encoder; no picture comes out afterwards.
  package func close() async { await queue.close() }
}

extension VideoEncoderPipeline {
  private final class Core: Sendable {
    /// What only the codec thread touches.
    private struct State {
      var encoder: (any VideoEncoder)?
      var rates: VideoEncoderRates?
      var nextDue: MediaTime?
    }

    let control: Mutex<Control>
    let isKeyFrameWanted = Atomic(false)
    let statistics = Mutex(VideoEncoderStatistics())
    private let registry: CodecRegistry
    private let configuration: VideoEncoderConfiguration
    private let onFrame: @Sendable (EncodedVideoFrame) -> Void
    private let onError: @Sendable (any Error) -> Void
    private let state = Mutex(State())
    private let scaler = VideoScaler()

    init(
      registry: CodecRegistry, configuration: VideoEncoderConfiguration,
      onFrame: @escaping @Sendable (EncodedVideoFrame) -> Void, onError: @escaping @Sendable (any Error) -> Void
    ) {
      self.registry = registry
      self.configuration = configuration
      self.onFrame = onFrame
      self.onError = onError
      control = Mutex(Control(rates: configuration.rates))
    }

    func close() { state.withLock { $0.encoder = nil } }

    func encode(_ frame: VideoFrame) {
      let control = control.withLock { $0 }
      guard control.isActive, control.rates.bitrate > 0 else { return }
      do {
        let encoded: EncodedVideoFrame? = try state.withLock { state in
          guard Self.isDue(frame, &state.nextDue, control.maximumFrameRate) else { return nil }
          return try encode(scaled(frame, control), control, &state)
        }
        if let encoded { onFrame(encoded) }
      } catch {
        state.withLock { $0.encoder = nil }
        onError(error)
      }
    }

    private func encode(_ frame: VideoFrame, _ control: Control, _ state: inout State) throws -> EncodedVideoFrame? {
      let start = MediaTime.now
      let encoder: any VideoEncoder
      if let present = state.encoder {
        encoder = present
        if state.rates != control.rates { try encoder.setRates(control.rates) }
      } else {
        var configuration = configuration
        configuration.rates = control.rates
        encoder = try registry.makeVideoEncoder(configuration)
        state.encoder = encoder
      }
      state.rates = control.rates
      let wantsKeyFrame = isKeyFrameWanted.exchange(false, ordering: .acquiringAndReleasing)
      let encoded = try encoder.encode(frame, asKeyFrame: wantsKeyFrame)
      // A picture that was dropped leaves the wish open.
      if encoded == nil, wantsKeyFrame { isKeyFrameWanted.store(true, ordering: .releasing) }
      let duration = MediaTime.now - start
      statistics.withLock { $0.note(encoded, duration: duration, implementation: encoder.implementationName) }
      return encoded
    }

    /// Leaves out pictures beyond the greatest rate, evenly.
    private static func isDue(_ frame: VideoFrame, _ nextDue: inout MediaTime?, _ maximumFrameRate: Double?) -> Bool {
      guard let maximumFrameRate, maximumFrameRate > 0 else { return true }
      let interval = Duration.nanoseconds(Int64(min(1e18, 1e9 / maximumFrameRate)))
      guard let due = nextDue, frame.timestamp - due < interval * 4, due - frame.timestamp < interval * 4 else {
        nextDue = frame.timestamp + interval
        return true
      }
      // Capture times jitter: a picture may come a little early.
      guard frame.timestamp + interval / 8 >= due else { return false }
      nextDue = due + interval
      return true
    }

    private func scaled(_ frame: VideoFrame, _ control: Control) -> VideoFrame {
      var factor = max(1, control.scaleDownBy)
      if let maximum = control.maximumPixelCount, maximum > 0 {
        factor = max(factor, (Double(frame.width * frame.height) / Double(maximum)).squareRoot())
      }
      guard factor > 1, factor.isFinite else { return frame }
      // Even sizes: half of a chroma sample helps nobody.
      let width = max(2, Int(Double(frame.width) / factor) & ~1)
      let height = max(2, Int(Double(frame.height) / factor) & ~1)
      return scaler.scale(frame, width: width, height: height)
    }
  }
}
