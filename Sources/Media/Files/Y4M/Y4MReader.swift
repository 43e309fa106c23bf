import Glibc
import RTCFrames

/// Reads the pictures of a YUV4MPEG2 file in order.
package struct Y4MReader: ~Copyable, Sendable {
  /// Longest line that is taken for a header.
  private static let lineLimit = 1_024

  package let header: Y4MHeader
  private var input: FileInput
  private let firstFrame: Int
  private let pool = VideoFramePool()

  /// - Throws: `MediaError`, when the file cannot be opened or is no 4:2:0 YUV4MPEG2.
  package init(path: String) throws(MediaError) {
    var input = try FileInput(path: path)
    let line = try input.line(limit: Self.lineLimit) ?? ""
    header = try Y4MHeader(parsing: line, path: path)
    firstFrame = input.position
    self.input = input
  }

  /// Goes back to the first picture.
  package mutating func rewind() throws(MediaError) { try input.seek(to: firstFrame) }

  /// The next picture; `nil` at the end of the file, also in the middle of a picture.
  package mutating func next(timestamp: MediaTime) throws(MediaError) -> VideoFrame? {
    guard let line = try input.line(limit: Self.lineLimit) else { return nil }
    guard line == "FRAME" || line.hasPrefix("FRAME ") else {
      throw .malformed(input.path, "no picture begins where one should")
    }
    var buffer = pool.makeBuffer(width: header.width, height: header.height)
    let layout = buffer.layout
    let isWhole = try buffer.withUnsafePlanes { (luma, cb, cr) throws(MediaError) -> Bool in
      for row in 0..<layout.height where try !readRow(luma, at: row * layout.lumaStride, count: layout.width) {
        return false
      }
      for plane in [cb, cr] {
        for row in 0..<layout.chromaHeight {
          guard try readRow(plane, at: row * layout.chromaStride, count: layout.chromaWidth) else { return false }
        }
      }
      return true
    }
    return isWhole ? VideoFrame(buffer, timestamp: timestamp) : nil
  }

  private mutating func readRow(
    _ plane: UnsafeMutableBufferPointer<UInt8>, at start: Int, count: Int
  ) throws(MediaError) -> Bool {
    try input.read(into: UnsafeMutableRawBufferPointer(plane.extracting(start..<(start + count)))) == count
  }
}
