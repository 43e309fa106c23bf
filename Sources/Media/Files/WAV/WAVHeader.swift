import RTCFrames

/// What the `fmt` chunk of a RIFF/WAVE file says, and where the samples lie.
struct WAVHeader: Hashable, Sendable {
  /// Chunks are looked through up to here; sound that begins later is a file of another kind.
  private static let searchLimit = 64 << 20

  var format: AudioFormat
  /// Where the samples begin.
  var dataStart: Int
  /// Bytes of samples; `nil` when the file was not finished and goes on to its end.
  var dataCount: Int?

  /// - Throws: `MediaError`, when this is no WAVE file of 16-bit samples.
  init(reading input: inout FileInput) throws(MediaError) {
    let path = input.path
    guard let riff = try input.bytes(12), Self.name(riff, at: 0) == "RIFF", Self.name(riff, at: 8) == "WAVE" else {
      throw .malformed(path, "it does not begin as a RIFF/WAVE file")
    }
    var format: AudioFormat?
    var position = 12
    while position < Self.searchLimit, let chunk = try input.bytes(8) {
      let name = Self.name(chunk, at: 0)
      let count = Self.integer(chunk, at: 4, bytes: 4)
      position += 8
      if name == "data" {
        guard let format else { throw .malformed(path, "samples come before their format") }
        self.format = format
        dataStart = position
        dataCount = count == 0 || count >= 0xFFFF_FF00 ? nil : count
        return
      }
      if name == "fmt " {
        guard count >= 16, count <= 4_096, let body = try input.bytes(count) else {
          throw .malformed(path, "its format chunk has \(count) bytes")
        }
        format = try Self.format(body, path: path)
      }
      // Chunks are padded to an even length.
      position += count + (count & 1)
      try input.seek(to: position)
    }
    throw .malformed(path, "it has no samples")
  }

  private static func format(_ body: [UInt8], path: String) throws(MediaError) -> AudioFormat {
    // 0xFFFE is the extensible form, whose real tag begins its GUID.
    let outerTag = integer(body, at: 0, bytes: 2)
    let tag = outerTag == 0xFFFE && body.count >= 26 ? integer(body, at: 24, bytes: 2) : outerTag
    let format = AudioFormat(sampleRate: integer(body, at: 4, bytes: 4), channels: integer(body, at: 2, bytes: 2))
    let bits = integer(body, at: 14, bytes: 2)
    guard tag == 1, bits == 16 else {
      throw MediaError(
        .notSupportedError,
        "\(path) has samples of \(bits) bits and format \(tag); only 16-bit PCM is read. "
          + "Convert it: ffmpeg -i \(path) -c:a pcm_s16le out.wav")
    }
    guard format.isValid else {
      throw .malformed(path, "sound cannot have \(format.channels) channels at \(format.sampleRate) Hz")
    }
    return format
  }

  private static func name(_ bytes: [UInt8], at start: Int) -> String {
    String(decoding: bytes[start..<(start + 4)], as: UTF8.self)
  }

  private static func integer(_ bytes: [UInt8], at start: Int, bytes count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
  }

  /// The 44 bytes before the samples of a file; a size that is not known yet is the greatest one.
  static func bytes(format: AudioFormat, dataCount: Int?) -> [UInt8] {
    func littleEndian(_ value: Int, bytes count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let size = min(dataCount ?? 0xFFFF_FFFF, 0xFFFF_FFFF)
    let frameSize = format.channels * 2
    return Array("RIFF".utf8) + littleEndian(min(size + 36, 0xFFFF_FFFF), bytes: 4) + Array("WAVEfmt ".utf8)
      + littleEndian(16, bytes: 4) + littleEndian(1, bytes: 2) + littleEndian(format.channels, bytes: 2)
      + littleEndian(format.sampleRate, bytes: 4) + littleEndian(format.sampleRate * frameSize, bytes: 4)
      + littleEndian(frameSize, bytes: 2) + littleEndian(16, bytes: 2) + Array("data".utf8)
      + littleEndian(size, bytes: 4)
  }
}
