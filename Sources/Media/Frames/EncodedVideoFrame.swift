/// One compressed picture, as an encoder makes it and RTP carries it.
public struct EncodedVideoFrame: Sendable {
  /// The codec's bytes.
  public var bytes: [UInt8]
  /// The codec as a MIME type, such as `video/VP8`.
  public var mimeType: String
  /// Whether decoding can begin here.
  public var isKeyFrame: Bool
  /// Width of the picture; 0 where unknown, as in a delta frame that was received.
  public var width: Int
  /// Height of the picture; 0 where unknown.
  public var height: Int
  /// When the picture is to be shown relative to others of its track.
  public var timestamp: MediaTime
  /// How the picture is to be turned before it is shown.
  public var rotation: VideoRotation
  /// The encoder's quantizer, on the codec's scale (VP8: 0...127), where known.
  public var quantizer: Int?
  /// Where the frame comes from, as far as known.
  public var metadata: FrameMetadata

  /// A compressed picture.
  public init(
    bytes: [UInt8], mimeType: String, isKeyFrame: Bool, width: Int = 0, height: Int = 0, timestamp: MediaTime,
    rotation: VideoRotation = .none, quantizer: Int? = nil, metadata: FrameMetadata = FrameMetadata()
  ) {
    self.bytes = bytes
    self.mimeType = mimeType
    self.isKeyFrame = isKeyFrame
    self.width = width
    self.height = height
    self.timestamp = timestamp
    self.rotation = rotation
    self.quantizer = quantizer
    self.metadata = metadata
  }
}
