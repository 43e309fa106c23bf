/// Decompresses pictures. Used on one codec thread only.
public protocol VideoDecoder: AnyObject {
  /// What it is called in statistics (`decoderImplementation`).
  var implementationName: String { get }
  /// Decompresses a picture.
  ///
  /// - Returns: the picture; `nil` when this frame shows none.
  /// - Throws: when the bytes are broken or an earlier frame is missing. The decoder then goes on with the next key
  ///   frame.
  func decode(_ frame: EncodedVideoFrame) throws -> VideoFrame?
}

/// How a video decoder is to work.
public struct VideoDecoderConfiguration: Hashable, Sendable {
  /// The codec.
  public var mimeType: String
  /// Pictures with more pixels are refused before anything is allocated for them.
  public var maximumPixelCount: Int
  /// The format parameters that were negotiated.
  public var parameters: [CodecDescription.Parameter]

  /// A configuration that takes pictures of up to 4096x2304 unless said otherwise.
  public init(
    mimeType: String, maximumPixelCount: Int = 4_096 * 2_304, parameters: [CodecDescription.Parameter] = []
  ) {
    self.mimeType = mimeType
    self.maximumPixelCount = maximumPixelCount
    self.parameters = parameters
  }
}
