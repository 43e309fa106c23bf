/// What a track delivers (mediacapture-main §4.3.9, `MediaTrackSettings`); a member that does not apply is `nil`.
public struct MediaTrackSettings: Hashable, Codable, Sendable {
  /// Pixels in a row.
  public var width: Int?
  /// Rows.
  public var height: Int?
  /// Width divided by height.
  public var aspectRatio: Double?
  /// Frames a second.
  public var frameRate: Double?
  /// Where a camera looks: `user`, `environment`, `left` or `right`.
  public var facingMode: String?
  /// `none` for what the device delivers natively, `crop-and-scale` when it is derived.
  public var resizeMode: String?
  /// Samples of each channel a second, in hertz.
  public var sampleRate: Int?
  /// Bits of a sample.
  public var sampleSize: Int?
  /// Whether and what echo is removed.
  public var echoCancellation: EchoCancellation?
  /// Whether the gain follows the loudness.
  public var autoGainControl: Bool?
  /// Whether noise is removed.
  public var noiseSuppression: Bool?
  /// Seconds between a sound and its samples.
  public var latency: Double?
  /// Channels of audio.
  public var channelCount: Int?
  /// The opaque identifier of the device.
  public var deviceId: String?
  /// The opaque identifier of the physical unit that the device belongs to.
  public var groupId: String?

  /// What a captured display shows: `monitor`, `window` or `browser` (screen-capture §5.4, `displaySurface`).
  public var displaySurface: String?
  /// Whether a captured display exists only as pictures (`logicalSurface`).
  public var logicalSurface: Bool?
  /// Whether the pointer is in the pictures of a display: `never`, `always` or `motion` (`cursor`).
  public var cursor: String?

  /// Settings that say nothing yet.
  public init() {}

  /// Settings of a picture source.
  public init(width: Int, height: Int, frameRate: Double? = nil) {
    self.width = width
    self.height = height
    self.frameRate = frameRate
    aspectRatio = height > 0 ? Double(width) / Double(height) : nil
  }

  /// Settings of a sound source.
  public init(sampleRate: Int, channelCount: Int) {
    self.sampleRate = sampleRate
    self.channelCount = channelCount
    sampleSize = 16
  }
}
