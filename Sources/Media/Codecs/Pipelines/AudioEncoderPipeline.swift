import RTCFrames
import RTCProcessing
import Synchronization

/// An encoder on its codec thread, behind a bounded queue: sound of any format and frame length goes in, packets come
/// out.
///
/// Each packet carries its place in the stream as `metadata.rtpTimestamp`, counted from zero in the codec's RTP clock:
/// it advances by the samples, gaps included, however the capture times jitter.
package final class AudioEncoderPipeline: FrameConsumer {
  private let core: Core
  private let queue: CodecQueue<AudioFrame>

  /// Begins on a codec thread. The encoder is made there with the first sound.
  ///
  /// - Parameters:
  ///   - capacity: frames of sound that may wait; the oldest is dropped.
  ///   - group: the codecs of the same connection; `nil` for a codec on its own.
  ///   - onFrame: called on the codec thread; it must not wait.
  ///   - onError: called on the codec thread when sound could not be encoded.
  /// - Throws: `MediaError`, when the system has no thread left.
  package init(
    registry: CodecRegistry, configuration: AudioEncoderConfiguration, capacity: Int = 20,
    group: CodecGroup? = nil, pool: CodecThreadPool = .shared, onFrame: @escaping @Sendable (EncodedAudioFrame) -> Void,
    onError: @escaping @Sendable (any Error) -> Void = { _ in }
  ) throws {
    let core = Core(registry: registry, configuration: configuration, onFrame: onFrame, onError: onError)
    self.core = core
    queue = try CodecQueue(
      FrameMailbox(capacity: capacity), kind: .audio, group: group, pool: pool, process: { core.encode($0) },
      onClose: { core.close() })
  }

  package func receive(_ frame: AudioFrame) { queue.put(frame) }
  /// The track has ended; the encoder stays until it is closed.
  package func finish() {}

  package func setTarget(_ target: AudioEncoderTarget) { core.control.withLock { $0.target = target } }
  /// While it is not active nothing is encoded.
  package func setActive(_ isActive: Bool) { core.control.withLock { $0.isActive = isActive } }

  package var statistics: AudioEncoderStatistics {
    var statistics = core.statistics.withLock { $0 }
    statistics.framesSkipped = queue.mailbox.droppedCount
    return statistics
  }

  /// Releases the encoder; no packet comes out afterwards.
  package func close() async { await queue.close() }
}

/// What an audio encoder has done.
package struct AudioEncoderStatistics: Sendable {
  package var packetsEncoded = 0
  /// Packets of silence that are not sent.
  package var packetsOmitted = 0
  /// Frames of sound that were dropped since the encoder was too slow.
  package var framesSkipped = 0
  package var bytesEncoded = 0
  package var totalEncodeTime = Duration.zero
  /// The level of the last sound in -dBov; 127 is silence.
  package var audioLevel: UInt8 = 127

  package init() {}
}

extension AudioEncoderPipeline {
  private final class Core: Sendable {
    struct Control: Hashable, Sendable {
      var target: AudioEncoderTarget
      var isActive = true
    }

    /// What only the codec thread touches.
    private struct State {
      var encoder: (any AudioEncoder)?
      var target: AudioEncoderTarget?
      var converter: AudioConverter?
      var chunker: AudioChunker?
    }

    let control: Mutex<Control>
    let statistics = Mutex(AudioEncoderStatistics())
    private let registry: CodecRegistry
    private let configuration: AudioEncoderConfiguration
    private let onFrame: @Sendable (EncodedAudioFrame) -> Void
    private let onError: @Sendable (any Error) -> Void
    private let state = Mutex(State())

    init(
      registry: CodecRegistry, configuration: AudioEncoderConfiguration,
      onFrame: @escaping @Sendable (EncodedAudioFrame) -> Void, onError: @escaping @Sendable (any Error) -> Void
    ) {
      self.registry = registry
      self.configuration = configuration
      self.onFrame = onFrame
      self.onError = onError
      control = Mutex(Control(target: configuration.target))
    }

    func close() { state.withLock { $0.encoder = nil } }

    func encode(_ frame: AudioFrame) {
      let control = control.withLock { $0 }
      guard control.isActive else { return }
      do {
        let start = MediaTime.now
        let packets = try state.withLock { try encode(frame, control, &$0) }
        let duration = MediaTime.now - start
        statistics.withLock { $0.totalEncodeTime += duration }
        for packet in packets { onFrame(packet) }
      } catch {
        onError(error)
      }
    }

    private func encode(_ frame: AudioFrame, _ control: Control, _ state: inout State) throws -> [EncodedAudioFrame] {
      let encoder: any AudioEncoder
      if let present = state.encoder {
        encoder = present
        if state.target != control.target { try encoder.setTarget(control.target) }
      } else {
        var configuration = configuration
        configuration.target = control.target
        encoder = try registry.makeAudioEncoder(configuration)
        state.encoder = encoder
        state.converter = AudioConverter(to: encoder.inputFormat)
        state.chunker = AudioChunker(format: encoder.inputFormat, samplesPerChunk: encoder.samplesPerPacket)
      }
      state.target = control.target
      guard let samples = state.converter?.convert(frame) else { return [] }
      state.chunker?.append(samples, timestamp: frame.timestamp, metadata: frame.metadata)
      var packets: [EncodedAudioFrame] = []
      while let chunk = state.chunker?.next() {
        let level = AudioLevelMeter.level(of: chunk.frame.samples)
        var packet = try encoder.encode(chunk.frame)
        let byteCount = packet?.bytes.count
        statistics.withLock { statistics in
          statistics.audioLevel = level
          if let byteCount {
            statistics.packetsEncoded += 1
            statistics.bytesEncoded += byteCount
          } else {
            statistics.packetsOmitted += 1
          }
        }
        guard packet != nil else { continue }
        let position = chunk.position * Int64(encoder.clockRate) / Int64(encoder.inputFormat.sampleRate)
        packet?.metadata.rtpTimestamp = UInt32(truncatingIfNeeded: position)
        packet?.audioLevel = level
        if let packet { packets.append(packet) }
      }
      return packets
    }
  }
}
