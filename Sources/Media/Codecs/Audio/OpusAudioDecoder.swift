import COpusShims
import RTCFrames

/// Opus (RFC 6716) by libopus, at 48 kHz.
final class OpusAudioDecoder: AudioDecoder {
  /// RFC 6716 §3.1: a packet holds at most 120 ms.
  private static let maximumSamples = 5_760

  let outputFormat: AudioFormat
  private let decoder: OpaquePointer

  init(_ configuration: AudioDecoderConfiguration) throws {
    let channels = min(2, max(1, configuration.channels))
    outputFormat = AudioFormat(sampleRate: 48_000, channels: channels)
    var status: Int32 = 0
    guard let decoder = opus_decoder_create(48_000, Int32(channels), &status), status == OPUS_OK else {
      throw OpusAudioEncoder.error("an Opus decoder could not be made", status)
    }
    self.decoder = decoder
  }

  deinit { opus_decoder_destroy(decoder) }

  func decode(_ frame: EncodedAudioFrame) throws -> AudioFrame {
    // An empty payload would ask libopus for concealment.
    guard !frame.bytes.isEmpty else { throw MediaError(.encodingError, "an Opus packet has at least one byte") }
    let samples = try run(frame.bytes, capacity: Self.maximumSamples, redundancy: false)
    return AudioFrame(format: outputFormat, samples: samples, timestamp: frame.timestamp, metadata: frame.metadata)
  }

  func decodeRedundancy(in next: EncodedAudioFrame, sampleCount: Int) throws -> AudioFrame? {
    guard hasRedundancy(next.bytes) else { return nil }
    let samples = try run(next.bytes, capacity: Self.validCount(sampleCount), redundancy: true)
    let lost = outputFormat.duration(ofSamples: samples.count / outputFormat.channels)
    return AudioFrame(format: outputFormat, samples: samples, timestamp: next.timestamp - lost)
  }

  func conceal(sampleCount: Int, timestamp: MediaTime) throws -> AudioFrame {
    let samples = try run([], capacity: Self.validCount(sampleCount), redundancy: false)
    return AudioFrame(format: outputFormat, samples: samples, timestamp: timestamp)
  }

  /// Concealment and redundancy come in steps of 2.5 ms.
  private static func validCount(_ sampleCount: Int) -> Int { min(maximumSamples, max(120, sampleCount / 120 * 120)) }

  private func run(_ bytes: [UInt8], capacity: Int, redundancy: Bool) throws -> [Int16] {
    let channels = outputFormat.channels
    var decoded: Int32 = 0
    let samples = [Int16](unsafeUninitializedCapacity: capacity * channels) { buffer, count in
      guard let output = buffer.baseAddress else { return }
      decoded = bytes.withUnsafeBufferPointer { input in
        opus_decode(
          decoder, input.isEmpty ? nil : input.baseAddress, Int32(input.count), output, Int32(capacity),
          redundancy ? 1 : 0)
      }
      count = Int(max(0, decoded)) * channels
    }
    if decoded < 0 { throw OpusAudioEncoder.error("an Opus packet of \(bytes.count) bytes is broken", decoded) }
    return samples
  }

  /// Whether a packet carries a copy of the one before: the LBRR flag of its first SILK frame (RFC 6716 §4.2.3,
  /// §4.2.4).
  ///
  /// libopus conceals when there is none; the caller wants to know.
  private func hasRedundancy(_ bytes: [UInt8]) -> Bool {
    guard let toc = bytes.first, toc & 0x80 == 0 else { return false }
    var sizes = [Int16](repeating: 0, count: 48)
    return bytes.withUnsafeBufferPointer { input in
      guard let base = input.baseAddress else { return false }
      var frames = [UnsafePointer<UInt8>?](repeating: nil, count: 48)
      let count = opus_packet_parse(base, Int32(input.count), nil, &frames, &sizes, nil)
      guard count > 0, sizes[0] > 0, let first = frames[0] else { return false }
      // The SILK layer begins with a VAD flag per 20 ms and the LBRR flag, for each channel in turn.
      let samplesPerFrame = Int(opus_packet_get_samples_per_frame(base, 48_000))
      let silkFrames = max(1, samplesPerFrame / 960)
      let isStereo = opus_packet_get_nb_channels(base) == 2
      let middle = first.pointee >> UInt8(7 - silkFrames) & 1
      let side = isStereo ? first.pointee >> UInt8(max(0, 7 - 2 * silkFrames - 1)) & 1 : 0
      return middle | side != 0
    }
  }
}
