import RTCFrames

/// Reads the sound of a RIFF/WAVE file with 16-bit samples in order.
package struct WAVReader: ~Copyable, Sendable {
  /// Rate and channels of the file.
  package let format: AudioFormat
  private let header: WAVHeader
  private var input: FileInput
  /// Bytes of samples that were read.
  private var readCount = 0

  /// - Throws: `MediaError`, when the file cannot be opened or has no 16-bit samples.
  package init(path: String) throws(MediaError) {
    var input = try FileInput(path: path)
    header = try WAVHeader(reading: &input)
    format = header.format
    self.input = input
  }

  /// Goes back to the first sample.
  package mutating func rewind() throws(MediaError) {
    try input.seek(to: header.dataStart)
    readCount = 0
  }

  /// Up to `count` samples of each channel, interleaved; fewer at the end of the file, then none.
  package mutating func read(count: Int) throws(MediaError) -> [Int16] {
    let frameSize = format.channels * 2
    let wanted = min(count * frameSize, (header.dataCount ?? .max) - readCount)
    var samples = [Int16](repeating: 0, count: max(0, wanted) / frameSize * format.channels)
    var read = 0
    var failure: MediaError?
    samples.withUnsafeMutableBytes { buffer in
      do throws(MediaError) { read = try input.read(into: buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    readCount += read
    // A file that was cut off may end within a sample.
    samples.removeLast(samples.count - read / frameSize * format.channels)
    return samples.map { Int16(littleEndian: $0) }
  }
}
