import RTCCodecs
import RTCFrames

/// Writes sound to a RIFF/WAVE file of 16-bit samples. What was written can be played when the process is killed.
///
/// The first frame decides the format, unless one is given; later ones of another format are converted to it.
package struct WAVWriter: ~Copyable, Sendable {
  /// What the sizes of the format can express, less the header.
  private static let sizeLimit = 0xFFFF_FFFF - 64

  /// Samples of each channel written so far.
  package private(set) var sampleCount = 0
  private var output: FileOutput
  private var converter: AudioConverter?

  /// - Parameter format: rate and channels of the file; `nil` for those of the first frame.
  /// - Throws: `MediaError`, when the file cannot be made.
  package init(path: String, format: AudioFormat? = nil) throws(MediaError) {
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
  /// - Throws: `MediaError`, when the file cannot be written or reaches 4 GiB.
  package mutating func write(_ frame: AudioFrame) throws(MediaError) {
    if converter == nil { try begin(frame.format) }
    guard let samples = converter?.convert(frame), let format = converter?.output else { return }
    guard output.count + samples.count * 2 <= Self.sizeLimit else {
      throw MediaError(.notSupportedError, "\(output.path) has reached 4 GiB, the limit of WAVE files")
    }
    try output.write(littleEndian: samples)
    sampleCount += samples.count / format.channels
  }

  /// Completes the header, where the output is seekable.
  package consuming func finish() throws(MediaError) {
    guard let format = converter?.output, output.isSeekable else { return }
    let header = WAVHeader.bytes(format: format, dataCount: sampleCount * format.channels * 2)
    try output.overwrite(header, at: 0)
  }
}
