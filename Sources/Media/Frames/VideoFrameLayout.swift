/// Where the planes of an I420 picture lie in its storage.
///
/// I420 holds a full-size plane of luma and two planes of chroma at half the width and height, rounded up.
public struct VideoFrameLayout: Hashable, Sendable {
  /// The largest width and height that a frame may have.
  public static let maximumDimension = 8_192

  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Bytes from one row of luma to the next.
  public let lumaStride: Int
  /// Bytes from one row of chroma to the next.
  public let chromaStride: Int

  /// The usual layout for a size: rows start at multiples of 32 bytes, so that vector instructions meet no odd ends.
  ///
  /// - Precondition: width and height are within `1...maximumDimension`.
  public init(width: Int, height: Int) {
    precondition(
      Self.isValid(width: width, height: height),
      "a video frame is between 1x1 and \(Self.maximumDimension)x\(Self.maximumDimension), not \(width)x\(height)")
    self.width = width
    self.height = height
    lumaStride = (width + 31) & ~31
    chromaStride = ((width + 1) / 2 + 31) & ~31
  }

  /// Whether frames may have this size.
  public static func isValid(width: Int, height: Int) -> Bool {
    (1...maximumDimension).contains(width) && (1...maximumDimension).contains(height)
  }

  /// Width of the chroma planes.
  public var chromaWidth: Int { (width + 1) / 2 }
  /// Height of the chroma planes.
  public var chromaHeight: Int { (height + 1) / 2 }
  /// Bytes of luma.
  var lumaSize: Int { lumaStride * height }
  /// Bytes of one chroma plane.
  var chromaSize: Int { chromaStride * chromaHeight }
  /// Bytes of the whole picture in its storage.
  var byteCount: Int { lumaSize + 2 * chromaSize }

  var lumaRange: Range<Int> { 0..<lumaSize }
  var cbRange: Range<Int> { lumaSize..<(lumaSize + chromaSize) }
  var crRange: Range<Int> { (lumaSize + chromaSize)..<byteCount }
}
