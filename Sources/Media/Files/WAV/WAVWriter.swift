import RTCFrames
internal import RTCProcessing

/// Writes sound to a RIFF/WAVE file of 16-bit samples. What was written can be played when the process is killed.
///
/// The first frame decides the format, unless one is given; later ones of another format are converted to it.
/// ```swift
/// var writer = try WAVWriter(path: "remote.wav")
/// for await frame in track.audioFrames() { try writer.write(frame) }
/// try writer.finish()
/// ```
public struct WAVWriter: ~Copyable, Sendable {
  /// What the sizes of the format can express, less the header.
  private static let sizeLimit = 0xFFFF_FFFF - 64

  /// Samples of each channel written so far.
  public private(set) var sampleCount = 0
  private var output: FileOutput
  private var converter: AudioConverter?

  /// Makes the file; what was there before is gone.
  ///
  /// - Parameters:
  ///   - path: the file, or a FIFO.
  ///   - format: rate and channels of the file; `nil` for those of the first frame.
  /// - Precondition: the format is valid.
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the file cannot be made.
  public init(path: String, format: AudioFormat? = nil) throws(MediaError) {
    var output = try FileOutput(path: path)
    if let format {
      converter = AudioConverter(to: format)
      try output.write(WAVHeader.bytes(format: format, dataCount: nil))
    }
    self.output = output
  }

  private mutating func begin(_ format: AudioFormat) throws(MediaError) {
    converter = AudioConverter(to: format)
    try output.write(WAVHeader.bytes(format: format, dataCount: nil))
  }

  /// Appends sound.
  ///
  /// - Throws: `MediaError`: `NotReadableError`, when the file cannot be written, `NotSupportedError`, when it would
  ///   exceed 4 GiB, the limit of its format.
  public mutating func write(_ frame: AudioFrame) throws(MediaError) {
    if converter == nil { try begin(frame.format) }
    guard let samples = converter?.convert(frame), let format = converter?.output else { return }
    guard output.count + samples.count * 2 <= Self.sizeLimit else {
      throw MediaError(.notSupportedError, "\(output.path) has reached 4 GiB, the limit of WAVE files")
    }
    try output.write(littleEndian: samples)
    sampleCount += samples.count / format.channels
  }

  /// Completes the header with the length of the sound; a FIFO keeps the greatest one, which players take as unknown.
  ///
  /// - Throws: `MediaError` with `NotReadableError`, when the file cannot be written.
  public consuming func finish() throws(MediaError) {
    guard let format = converter?.output, output.isSeekable else { return }
    let header = WAVHeader.bytes(format: format, dataCount: sampleCount * format.channels * 2)
    try output.overwrite(header, at: 0)
  }
}
