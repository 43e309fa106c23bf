/// Compresses pictures. Used on one codec thread only.
public protocol VideoEncoder: AnyObject {
  /// What it is called in statistics (`encoderImplementation`).
  var implementationName: String { get }
  /// Compresses a picture, whose size may differ from the last one's: then the result is a key frame.
  ///
  /// - Parameter asKeyFrame: whether decoding must be able to begin here.
  /// - Returns: the compressed picture; `nil` when the encoder drops it to keep its rate.
  func encode(_ frame: VideoFrame, asKeyFrame: Bool) throws -> EncodedVideoFrame?
  /// Changes the target from the next picture on.
  func setRates(_ rates: VideoEncoderRates) throws
}

/// What a video encoder aims at.
public struct VideoEncoderRates: Hashable, Sendable {
  /// Bits per second.
  public var bitrate: Int
  /// Pictures a second that are expected.
  public var frameRate: Double

  /// A target.
  public init(bitrate: Int, frameRate: Double) {
    self.bitrate = bitrate
    self.frameRate = frameRate
  }
}

/// How a video encoder is to work.
public struct VideoEncoderConfiguration: Hashable, Sendable {
  /// What matters most in the pictures.
  public enum Content: Hashable, Sendable {
    /// Camera pictures.
    case motion
    /// Screens and documents.
    case detail
  }

  /// The codec.
  public var mimeType: String
  /// What it aims at first.
  public var rates: VideoEncoderRates
  /// What matters most in the pictures.
  public var content: Content
  /// A key frame at least every so many pictures; `nil` for key frames on demand only.
  public var keyFrameInterval: Int?
  /// Effort against quality, on the codec's own scale; `nil` for the codec's default. For VP8 it is libvpx's
  /// `cpu-used`, -16 (fastest) to -1.
  public var speed: Int?
  /// The format parameters that were negotiated.
  public var parameters: [CodecDescription.Parameter]

  /// A configuration for camera pictures unless said otherwise.
  public init(
    mimeType: String, rates: VideoEncoderRates = VideoEncoderRates(bitrate: 1_000_000, frameRate: 30),
    content: Content = .motion, keyFrameInterval: Int? = nil, speed: Int? = nil,
    parameters: [CodecDescription.Parameter] = []
  ) {
    self.mimeType = mimeType
    self.rates = rates
    self.content = content
    self.keyFrameInterval = keyFrameInterval
    self.speed = speed
    self.parameters = parameters
  }
}
