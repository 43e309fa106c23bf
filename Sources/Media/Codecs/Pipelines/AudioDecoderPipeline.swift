import RTCFrames
import Synchronization

/// What a jitter buffer has decided for one stretch of sound.
package enum AudioDecodeRequest: Sendable {
  /// A packet that is there. The decoded sound is made `stretch` samples longer, or shorter when that is negative, counted
  /// as `EncodedAudioFrame.sampleCount` counts; what comes out has exactly that length.
  case decode(EncodedAudioFrame, stretch: Int = 0)
  /// The packet before this one is lost; this one may carry a copy. Without one it is concealed.
  case decodeRedundancy(in: EncodedAudioFrame, duration: Duration)
  /// Nothing is there.
  case conceal(duration: Duration, timestamp: MediaTime)
}

/// A decoder on its codec thread, behind a bounded queue. Every request makes one frame of sound, in the order of the
/// requests.
package final class AudioDecoderPipeline: Sendable {
  private let core: Core
  private let queue: CodecQueue<AudioDecodeRequest>

  /// Begins on a codec thread. The decoder is made there with the first packet, and anew when the codec changes.
  ///
  /// - Parameters:
  ///   - channels: channels to decode to, where the codec has a choice.
  ///   - capacity: requests that may wait; the oldest is dropped.
  ///   - group: the codecs of the same connection; `nil` for a codec on its own.
  ///   - onFrame: called on the codec thread; it must not wait.
  /// - Throws: `MediaError`, when the system has no thread left.
  package init(
    registry: CodecRegistry, channels: Int = 1, capacity: Int = 50, group: CodecGroup? = nil,
    pool: CodecThreadPool = .shared,
    onFrame: @escaping @Sendable (AudioFrame) -> Void, onError: @escaping @Sendable (any Error) -> Void = { _ in }
  ) throws {
    let core = Core(registry: registry, channels: channels, onFrame: onFrame, onError: onError)
    self.core = core
    queue = try CodecQueue(
      FrameMailbox(capacity: capacity), kind: .audio, group: group, pool: pool, process: { core.handle($0) },
      onClose: { core.close() })
  }

  package func receive(_ request: AudioDecodeRequest) { queue.put(request) }

  /// Decodes to so many channels from the next packet on, where the codec has a choice.
  package func setChannels(_ channels: Int) { core.channels.store(channels, ordering: .releasing) }

  package var statistics: AudioDecoderStatistics {
    var statistics = core.statistics.withLock { $0 }
    statistics.requestsDropped = queue.mailbox.droppedCount
    return statistics
  }

  /// Releases the decoder; no sound comes out afterwards.
  package func close() async { await queue.close() }
}

/// What an audio decoder has done (webrtc-stats, `RTCInboundRtpStreamStats`). Samples are of one channel.
package struct AudioDecoderStatistics: Sendable {
  package var packetsDecoded = 0
  /// Packets restored from the copy in the next one.
  package var packetsRestored = 0
  /// Packets that are broken.
  package var packetsFailed = 0
  package var requestsDropped = 0
  package var totalSamples = 0
  package var concealedSamples = 0
  /// Samples left out to catch up.
  package var removedSamples = 0
  /// Samples put in to wait.
  package var insertedSamples = 0
  /// Energy as webrtc-stats defines it: the sum over time of the squared level, 1 being the loudest.
  package var totalEnergy = 0.0
  package var totalDuration = Duration.zero
  /// The level of the last sound in -dBov; 127 is silence.
  package var audioLevel: UInt8 = 127

  package init() {}

  mutating func note(_ frame: AudioFrame) {
    totalSamples += frame.sampleCount
    totalDuration += frame.duration
    audioLevel = AudioLevelMeter.level(of: frame.samples)
    var sum: Int64 = 0
    for sample in frame.samples { sum &+= Int64(sample) &* Int64(sample) }
    let count = Double(max(1, frame.samples.count))
    totalEnergy += Double(sum) / count / (32_767.0 * 32_767.0) * frame.duration.inSeconds
  }
}

extension AudioDecoderPipeline {
  private final class Core: Sendable {
    /// What only the codec thread touches.
    private struct State {
      var decoder: (any AudioDecoder)?
      var configuration: AudioDecoderConfiguration?
    }

    let statistics = Mutex(AudioDecoderStatistics())
    private let registry: CodecRegistry
    let channels: Atomic<Int>
    private let onFrame: @Sendable (AudioFrame) -> Void
    private let onError: @Sendable (any Error) -> Void
    private let state = Mutex(State())

    init(
      registry: CodecRegistry, channels: Int, onFrame: @escaping @Sendable (AudioFrame) -> Void,
      onError: @escaping @Sendable (any Error) -> Void
    ) {
      self.registry = registry
      self.channels = Atomic(channels)
      self.onFrame = onFrame
      self.onError = onError
    }

    func close() { state.withLock { $0.decoder = nil } }

    func handle(_ request: AudioDecodeRequest) {
      do {
        guard let frame = try state.withLock({ try handle(request, &$0) }) else { return }
        statistics.withLock { $0.note(frame) }
        onFrame(frame)
      } catch {
        statistics.withLock { $0.packetsFailed += 1 }
        onError(error)
      }
    }

    private func handle(_ request: AudioDecodeRequest, _ state: inout State) throws -> AudioFrame? {
      switch request {
      case .decode(let packet, let stretch):
        let decoder = try decoder(for: packet, &state)
        let frame: AudioFrame
        do { frame = try decoder.decode(packet) } catch {
          // A broken packet is a lost one.
          let lost = clockDuration(packet.sampleCount, of: packet.mimeType)
          if let frame = try? conceal(decoder, duration: lost, timestamp: packet.timestamp) {
            statistics.withLock { $0.note(frame) }
            onFrame(frame)
          }
          throw error
        }
        statistics.withLock { $0.packetsDecoded += 1 }
        return self.stretch(frame, by: stretch, of: packet)
      case .decodeRedundancy(let next, let duration):
        let decoder = try decoder(for: next, &state)
        let count = decoder.outputFormat.sampleCount(in: duration)
        if let frame = try decoder.decodeRedundancy(in: next, sampleCount: count) {
          statistics.withLock { $0.packetsRestored += 1 }
          return frame
        }
        return try conceal(decoder, duration: duration, timestamp: next.timestamp - duration)
      case .conceal(let duration, let timestamp):
        // Before the first packet there is nothing to conceal.
        guard let decoder = state.decoder else { return nil }
        return try conceal(decoder, duration: duration, timestamp: timestamp)
      }
    }

    private func decoder(for packet: EncodedAudioFrame, _ state: inout State) throws -> any AudioDecoder {
      let configuration = AudioDecoderConfiguration(
        mimeType: packet.mimeType, channels: channels.load(ordering: .acquiring))
      if let present = state.decoder, state.configuration == configuration { return present }
      let decoder = try registry.makeAudioDecoder(configuration)
      state.decoder = decoder
      state.configuration = configuration
      return decoder
    }

    private func conceal(
      _ decoder: any AudioDecoder, duration: Duration, timestamp: MediaTime
    ) throws -> AudioFrame {
      let frame = try decoder.conceal(
        sampleCount: decoder.outputFormat.sampleCount(in: duration), timestamp: timestamp)
      statistics.withLock { $0.concealedSamples += frame.sampleCount }
      return frame
    }

    /// The packet's samples count in the RTP clock, the sound's in its own rate.
    private func stretch(_ frame: AudioFrame, by samples: Int, of packet: EncodedAudioFrame) -> AudioFrame {
      guard samples != 0, packet.sampleCount > 0 else { return frame }
      let count = samples * frame.sampleCount / packet.sampleCount
      let stretched = AudioTimeStretch.stretch(frame, by: count)
      let change = stretched.sampleCount - frame.sampleCount
      statistics.withLock { statistics in
        if change < 0 { statistics.removedSamples -= change } else { statistics.insertedSamples += change }
      }
      return stretched
    }

    private func clockDuration(_ sampleCount: Int, of mimeType: String) -> Duration {
      let clockRate = registry.codec(mimeType: mimeType)?.clockRate ?? 48_000
      return .nanoseconds(Int64(sampleCount) * 1_000_000_000 / Int64(max(1, clockRate)))
    }
  }
}

extension AudioFormat {
  /// Samples of each channel in `duration`, at most those of a second.
  fileprivate func sampleCount(in duration: Duration) -> Int {
    let nanoseconds = min(1_000_000_000, max(0, duration.nanoseconds))
    return Int(nanoseconds * Int64(sampleRate) / 1_000_000_000)
  }
}
