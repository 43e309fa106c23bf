/// A picture being written: the only reference to its storage, until it becomes a `VideoFrame`.
public struct VideoFrameBuffer: ~Copyable, Sendable {
  /// Size and strides.
  public let layout: VideoFrameLayout
  var bytes: [UInt8]
  let pool: VideoFramePool?

  init(layout: VideoFrameLayout, bytes: [UInt8], pool: VideoFramePool?) {
    self.layout = layout
    self.bytes = bytes
    self.pool = pool
  }

  /// A picture outside any pool, all zero.
  ///
  /// - Precondition: width and height are within `1...VideoFrameLayout.maximumDimension`.
  public init(width: Int, height: Int) {
    let layout = VideoFrameLayout(width: width, height: height)
    self.init(layout: layout, bytes: [UInt8](repeating: 0, count: layout.byteCount), pool: nil)
  }

  /// Writes the planes: luma, then the blue and the red chroma difference, with the strides of `layout`.
  public mutating func withPlanes<Result, Failure: Error>(
    _ body: (inout MutableSpan<UInt8>, inout MutableSpan<UInt8>, inout MutableSpan<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafePlanes { (luma, cb, cr) throws(Failure) in
      var lumaSpan = luma.mutableSpan
      var cbSpan = cb.mutableSpan
      var crSpan = cr.mutableSpan
      return try body(&lumaSpan, &cbSpan, &crSpan)
    }
  }

  /// Writes the planes through pointers, for C libraries. The pointers are valid only during the call.
  public mutating func withUnsafePlanes<Result, Failure: Error>(
    _ body: (
      UnsafeMutableBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>
    ) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let layout = layout
    return try bytes.withUnsafeMutableBufferPointer { (buffer) throws(Failure) in
      try body(
        UnsafeMutableBufferPointer(rebasing: buffer[layout.lumaRange]),
        UnsafeMutableBufferPointer(rebasing: buffer[layout.cbRange]),
        UnsafeMutableBufferPointer(rebasing: buffer[layout.crRange]))
    }
  }

  /// Fills the whole picture with one colour in limited-range YCbCr.
  public mutating func fill(luma: UInt8, cb: UInt8, cr: UInt8) {
    withUnsafePlanes { lumaPlane, cbPlane, crPlane in
      lumaPlane.update(repeating: luma)
      cbPlane.update(repeating: cb)
      crPlane.update(repeating: cr)
    }
  }
}
