/// What a source can deliver (mediacapture-main §4.3.8, `MediaTrackCapabilities`); a member that does not apply is
/// `nil`.
public struct MediaTrackCapabilities: Hashable, Codable, Sendable {
  /// The least and the greatest value of a property (`ULongRange`, `DoubleRange`).
  public struct Range<Value: Hashable & Codable & Sendable>: Hashable, Codable, Sendable {
    /// The least value.
    public var min: Value
    /// The greatest value.
    public var max: Value

    /// A range that includes both ends.
    public init(min: Value, max: Value) {
      self.min = min
      self.max = max
    }
  }

  /// Pixels in a row.
  public var width: Range<Int>?
  /// Rows.
  public var height: Range<Int>?
  /// Width divided by height.
  public var aspectRatio: Range<Double>?
  /// Frames a second.
  public var frameRate: Range<Double>?
  /// Where a camera can look.
  public var facingMode: [String]?
  /// How sizes can be derived.
  public var resizeMode: [String]?
  /// Samples of each channel a second, in hertz.
  public var sampleRate: Range<Int>?
  /// Bits of a sample.
  public var sampleSize: Range<Int>?
  /// Whether and what echo can be removed.
  public var echoCancellation: [EchoCancellation]?
  /// Whether the gain can follow the loudness.
  public var autoGainControl: [Bool]?
  /// Whether noise can be removed.
  public var noiseSuppression: [Bool]?
  /// Seconds between a sound and its samples.
  public var latency: Range<Double>?
  /// Channels of audio.
  public var channelCount: Range<Int>?
  /// The opaque identifier of the device.
  public var deviceId: String?
  /// The opaque identifier of the physical unit that the device belongs to.
  public var groupId: String?

  /// Capabilities that say nothing yet.
  public init() {}
}
