internal import CYUV
import RTCFrames

/// Writes pictures to a YUV4MPEG2 file, which any player opens.
///
/// The first picture decides the size; later ones of another size are scaled to it. The file needs no completion: what
/// was written is there when the process is killed.
/// ```swift
/// var writer = try Y4MWriter(path: "remote.y4m")
/// for await frame in track.videoFrames() { try writer.write(frame) }
/// ```
public struct Y4MWriter: ~Copyable, Sendable {
  /// Pictures written so far.
  public private(set) var frameCount = 0
  private var output: FileOutput
  private let rate: (numerator: Int, denominator: Int)
  private var layout: VideoFrameLayout?

  /// Makes the file; what was there before is gone.
  ///
  /// - Parameters:
  ///   - path: the file, or a FIFO.
  ///   - frameRate: how many pictures a second are to be shown, 0.001 to 1,000; their timestamps are not kept.
  /// - Throws: `MediaError`: `NotSupportedError` for another rate, `NotFoundError`, `NotAllowedError` or
  ///   `NotReadableError`, when the file cannot be made.
  public init(path: String, frameRate: Double = 30) throws(MediaError) {
    guard (0.001...1_000).contains(frameRate) else {
      throw MediaError(.notSupportedError, "\(path) cannot have \(frameRate) pictures a second, only 0.001 to 1000")
    }
    output = try FileOutput(path: path)
    let isWhole = frameRate == frameRate.rounded()
    // 29.97 and its like stand for a thousand and first part less.
    let isBroadcast = abs(frameRate * 1.001 - (frameRate * 1.001).rounded()) < 0.001
    rate =
      if isWhole { (Int(frameRate), 1) } else if isBroadcast {
        (Int((frameRate * 1.001).rounded()) * 1_000, 1_001)
      } else { (Int((frameRate * 1_000).rounded()), 1_000) }
  }

  /// Appends a picture.
  ///
  /// - Throws: `MediaError` with `NotReadableError`, when the file cannot be written: the disk is full, for example.
  public mutating func write(_ frame: VideoFrame) throws(MediaError) {
    if layout == nil {
      layout = frame.layout
      let header = Y4MHeader(
        width: frame.width, height: frame.height, rateNumerator: rate.numerator, rateDenominator: rate.denominator)
      try output.write(Array((header.line + "\n").utf8))
    }
    guard let layout else { return }
    let picture = frame.layout == layout ? frame : Self.scale(frame, to: layout)
    var bytes = Array("FRAME\n".utf8)
    bytes.reserveCapacity(layout.width * layout.height * 2)
    picture.withUnsafePlanes { luma, cb, cr in
      for row in 0..<layout.height {
        bytes.append(contentsOf: UnsafeBufferPointer(start: luma + row * layout.lumaStride, count: layout.width))
      }
      for plane in [cb, cr] {
        for row in 0..<layout.chromaHeight {
          bytes.append(
            contentsOf: UnsafeBufferPointer(start: plane + row * layout.chromaStride, count: layout.chromaWidth))
        }
      }
    }
    try output.write(bytes)
    frameCount += 1
  }

  private static func scale(_ frame: VideoFrame, to layout: VideoFrameLayout) -> VideoFrame {
    var buffer = VideoFrameBuffer(width: layout.width, height: layout.height)
    let source = frame.layout
    frame.withUnsafePlanes { luma, cb, cr in
      buffer.withUnsafePlanes { scaledLuma, scaledCb, scaledCr in
        _ = I420Scale(
          luma, Int32(source.lumaStride), cb, Int32(source.chromaStride), cr, Int32(source.chromaStride),
          Int32(source.width), Int32(source.height), scaledLuma.baseAddress, Int32(layout.lumaStride),
          scaledCb.baseAddress, Int32(layout.chromaStride), scaledCr.baseAddress, Int32(layout.chromaStride),
          Int32(layout.width), Int32(layout.height), kFilterBox)
      }
    }
    return VideoFrame(buffer, timestamp: frame.timestamp)
  }
}
