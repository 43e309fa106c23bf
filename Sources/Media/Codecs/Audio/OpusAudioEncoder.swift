import COpusShims
import RTCFrames

/// Opus (RFC 6716, RFC 7587) by libopus, at 48 kHz.
final class OpusAudioEncoder: AudioEncoder {
  static let mimeType = "audio/opus"
  /// A measured compromise: with in-band FEC complexity 9 costs several times as much as 5, for a difference that
  /// speech at usual rates hardly shows.
  static let defaultComplexity: Int = 5
  /// RFC 6716 §3.2: no packet of one frame is longer than 1,275 bytes; 60 ms are three frames.
  private static let maximumPacketSize = 4_000

  let inputFormat: AudioFormat
  let samplesPerPacket: Int
  let clockRate = 48_000
  private let encoder: OpaquePointer
  private let usesDiscontinuousTransmission: Bool
  private var scratch = [UInt8](repeating: 0, count: OpusAudioEncoder.maximumPacketSize)

  init(_ configuration: AudioEncoderConfiguration) throws {
    let channels = min(2, max(1, configuration.channels))
    let milliseconds = configuration.packetDuration.nanoseconds / 1_000_000
    guard [10, 20, 40, 60].contains(milliseconds) else {
      throw MediaError(.notSupportedError, "an Opus packet holds 10, 20, 40 or 60 ms, not \(milliseconds)")
    }
    inputFormat = AudioFormat(sampleRate: 48_000, channels: channels)
    samplesPerPacket = Int(milliseconds) * 48
    usesDiscontinuousTransmission = configuration.usesDiscontinuousTransmission
    var status: Int32 = 0
    let application = configuration.content == .speech ? OPUS_APPLICATION_VOIP : OPUS_APPLICATION_AUDIO
    guard let encoder = opus_encoder_create(48_000, Int32(channels), application, &status), status == OPUS_OK else {
      throw Self.error("an Opus encoder could not be made", status)
    }
    self.encoder = encoder
    try check(rtc_opus_set_music_signal(encoder, configuration.content == .music ? 1 : 0))
    let complexity = min(10, max(0, configuration.complexity ?? Self.defaultComplexity))
    try check(rtc_opus_set_complexity(encoder, Int32(complexity)))
    try check(rtc_opus_set_inband_fec(encoder, configuration.usesForwardErrorCorrection ? 1 : 0))
    try check(rtc_opus_set_dtx(encoder, configuration.usesDiscontinuousTransmission ? 1 : 0))
    try check(rtc_opus_set_vbr(encoder, configuration.usesConstantBitrate ? 0 : 1))
    if let rate = configuration.maximumPlaybackRate {
      try check(rtc_opus_set_maximum_bandwidth(encoder, Self.bandwidth(forPlaybackRate: rate)))
    }
    try setTarget(configuration.target)
  }

  deinit { opus_encoder_destroy(encoder) }

  func setTarget(_ target: AudioEncoderTarget) throws {
    // RFC 7587 §6.1: maxaveragebitrate lies between 6,000 and 510,000.
    try check(rtc_opus_set_bitrate(encoder, Int32(min(510_000, max(6_000, target.bitrate)))))
    let percent = target.packetLoss.isFinite ? (min(1, max(0, target.packetLoss)) * 100).rounded(.up) : 0
    try check(rtc_opus_set_packet_loss_percent(encoder, Int32(percent)))
  }

  func encode(_ frame: AudioFrame) throws -> EncodedAudioFrame? {
    guard frame.format == inputFormat, frame.sampleCount == samplesPerPacket else {
      throw MediaError(
        .encodingError, "an Opus packet takes \(samplesPerPacket) samples of \(inputFormat), not \(frame.sampleCount)")
    }
    let length = scratch.withUnsafeMutableBufferPointer { output in
      frame.samples.withUnsafeBufferPointer { input in
        guard let input = input.baseAddress, let output = output.baseAddress else { return OPUS_BAD_ARG }
        return opus_encode(encoder, input, Int32(samplesPerPacket), output, Int32(Self.maximumPacketSize))
      }
    }
    if length < 0 { throw Self.error("sound could not be encoded", length) }
    // opus_encode: a packet of two bytes or fewer says that silence goes on, and need not be sent.
    if usesDiscontinuousTransmission, length <= 2 { return nil }
    return EncodedAudioFrame(
      bytes: Array(scratch[..<Int(length)]), mimeType: Self.mimeType, timestamp: frame.timestamp,
      sampleCount: samplesPerPacket,
      metadata: frame.metadata)
  }

  private static func bandwidth(forPlaybackRate rate: Int) -> Int32 {
    switch rate {
    case ..<12_000: OPUS_BANDWIDTH_NARROWBAND
    case ..<16_000: OPUS_BANDWIDTH_MEDIUMBAND
    case ..<24_000: OPUS_BANDWIDTH_WIDEBAND
    case ..<48_000: OPUS_BANDWIDTH_SUPERWIDEBAND
    default: OPUS_BANDWIDTH_FULLBAND
    }
  }

  private func check(_ status: Int32) throws {
    if status != OPUS_OK { throw Self.error("an Opus encoder refused a setting", status) }
  }

  static func error(_ what: String, _ status: Int32) -> MediaError {
    MediaError(.encodingError, "\(what): \(String(cString: opus_strerror(status)))")
  }
}
