import RTCFrames

/// PCMU and PCMA (RFC 3551 §4.5.14, RFC 7874 §3) at 8 kHz, one channel.
final class G711Encoder: AudioEncoder {
  let inputFormat = AudioFormat(sampleRate: 8_000, channels: 1)
  let samplesPerPacket: Int
  let clockRate = 8_000
  private let law: G711.Law
  private let mimeType: String

  init(_ configuration: AudioEncoderConfiguration, law: G711.Law) {
    self.law = law
    mimeType = configuration.mimeType
    samplesPerPacket = Int(min(60, max(10, configuration.packetDuration.nanoseconds / 1_000_000))) * 8
  }

  func setTarget(_ target: AudioEncoderTarget) throws {}

  func encode(_ frame: AudioFrame) throws -> EncodedAudioFrame? {
    guard frame.format == inputFormat else {
      throw MediaError(.encodingError, "G.711 takes samples of \(inputFormat), not \(frame.format)")
    }
    return EncodedAudioFrame(
      bytes: G711.encode(frame.samples, law: law), mimeType: mimeType, timestamp: frame.timestamp,
      sampleCount: frame.sampleCount, metadata: frame.metadata)
  }
}

/// PCMU and PCMA at 8 kHz, one channel. Lost sound fades out from a repetition of the last.
final class G711Decoder: AudioDecoder {
  /// RFC 3551 §4.2 asks for receivers that take 200 ms; more is no G.711 packet.
  private static let maximumSamples = 1_600
  /// The stretch that is repeated: 20 ms hold a period of every voice.
  private static let historyLength = 160

  let outputFormat = AudioFormat(sampleRate: 8_000, channels: 1)
  private let law: G711.Law
  private var history = [Int16](repeating: 0, count: G711Decoder.historyLength)
  private var concealedCount = 0

  init(law: G711.Law) { self.law = law }

  func decode(_ frame: EncodedAudioFrame) throws -> AudioFrame {
    guard (1...Self.maximumSamples).contains(frame.bytes.count) else {
      throw MediaError(
        .encodingError, "a G.711 packet has 1 to \(Self.maximumSamples) bytes, not \(frame.bytes.count)")
    }
    let samples = G711.decode(frame.bytes, law: law)
    history = Array((history + samples).suffix(Self.historyLength))
    concealedCount = 0
    return AudioFrame(format: outputFormat, samples: samples, timestamp: frame.timestamp, metadata: frame.metadata)
  }

  func decodeRedundancy(in next: EncodedAudioFrame, sampleCount: Int) throws -> AudioFrame? { nil }

  func conceal(sampleCount: Int, timestamp: MediaTime) throws -> AudioFrame {
    // Silent after 60 ms, as G.711 appendix I has it.
    let samples = (0..<min(Self.maximumSamples, max(0, sampleCount))).map { _ -> Int16 in
      let gain = max(0, 480 - concealedCount)
      let sample = Int(history[concealedCount % Self.historyLength]) * gain / 480
      concealedCount += 1
      return Int16(truncatingIfNeeded: sample)
    }
    return AudioFrame(format: outputFormat, samples: samples, timestamp: timestamp)
  }
}
