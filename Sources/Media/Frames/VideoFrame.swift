/// One picture: I420 pixels in shared storage that never changes, with its time.
///
/// Copies are cheap: all of them share the pixels, which return to their pool with the last copy.
public struct VideoFrame: Sendable {
  private let storage: VideoFrameStorage
  /// When the picture is to be shown relative to others of its track; for captured frames the time of capture.
  public var timestamp: MediaTime
  /// How the picture is to be turned before it is shown.
  public var rotation: VideoRotation
  /// Where the frame comes from, as far as known.
  public var metadata: FrameMetadata

  /// Makes a frame of the picture in `buffer`, which it takes over without a copy.
  public init(
    _ buffer: consuming VideoFrameBuffer, timestamp: MediaTime, rotation: VideoRotation = .none,
    metadata: FrameMetadata = FrameMetadata()
  ) {
    let layout = buffer.layout
    let pool = buffer.pool
    storage = VideoFrameStorage(layout: layout, bytes: buffer.bytes, pool: pool)
    self.timestamp = timestamp
    self.rotation = rotation
    self.metadata = metadata
  }

  /// Size and strides.
  public var layout: VideoFrameLayout { storage.layout }
  /// Pixels in a row, before rotation.
  public var width: Int { storage.layout.width }
  /// Rows, before rotation.
  public var height: Int { storage.layout.height }

  /// Reads the planes: luma, then the blue and the red chroma difference, with the strides of `layout`.
  public func withPlanes<Result, Failure: Error>(
    _ body: (Span<UInt8>, Span<UInt8>, Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let layout = storage.layout
    return try storage.bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
      let luma = UnsafeBufferPointer(rebasing: buffer[layout.lumaRange])
      let cb = UnsafeBufferPointer(rebasing: buffer[layout.cbRange])
      let cr = UnsafeBufferPointer(rebasing: buffer[layout.crRange])
      return try body(luma.span, cb.span, cr.span)
    }
  }

  /// Reads the planes through pointers, for C libraries. The pointers are valid only during the call.
  public func withUnsafePlanes<Result, Failure: Error>(
    _ body: (UnsafePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let layout = storage.layout
    return try storage.bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
      guard let base = buffer.baseAddress else { preconditionFailure("a picture has at least one pixel") }
      return try body(base, base + layout.cbRange.lowerBound, base + layout.crRange.lowerBound)
    }
  }

  /// The limited-range YCbCr value of one pixel, for tests and simple analysis.
  ///
  /// - Precondition: the pixel lies within the picture.
  public func pixel(x: Int, y: Int) -> (luma: UInt8, cb: UInt8, cr: UInt8) {
    let layout = storage.layout
    precondition(
      (0..<layout.width).contains(x) && (0..<layout.height).contains(y),
      "(\(x), \(y)) lies outside a picture of \(layout.width)x\(layout.height)")
    let chroma = (y / 2) * layout.chromaStride + x / 2
    return (
      storage.bytes[y * layout.lumaStride + x], storage.bytes[layout.cbRange.lowerBound + chroma],
      storage.bytes[layout.crRange.lowerBound + chroma]
    )
  }

  /// Whether two frames share one picture in memory.
  public func sharesPicture(with other: VideoFrame) -> Bool { storage === other.storage }

  /// A black picture (luma 16, chroma 128), as a disabled track shows it.
  ///
  /// - Precondition: width and height are within `1...VideoFrameLayout.maximumDimension`.
  public static func black(width: Int, height: Int, timestamp: MediaTime) -> VideoFrame {
    var buffer = VideoFrameBuffer(width: width, height: height)
    buffer.fill(luma: 16, cb: 128, cr: 128)
    return VideoFrame(buffer, timestamp: timestamp)
  }
}
