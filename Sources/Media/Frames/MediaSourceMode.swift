/// One way in which a source runs by itself: a format of a camera, the formats of a microphone.
///
/// Each member holds the values that the source can take without further ado; any value of one member goes with any of
/// the others, and what does not go together belongs into another mode. Constraints are solved over the modes of a
/// source and over what can be derived from them: pictures that are cropped, scaled down or left out, sound that is
/// resampled or mixed. A source need not do any of that itself.
/// ```swift
/// let modes = [
///   MediaSourceMode(width: 1_280, height: 720, frameRates: [30, 15]),
///   MediaSourceMode(width: 640, height: 480, frameRates: [30]),
/// ]
/// ```
public struct MediaSourceMode: Hashable, Sendable {
  /// Pixels in a row.
  public var width: Values<Int>?
  /// Rows.
  public var height: Values<Int>?
  /// Frames a second.
  public var frameRate: Values<Double>?
  /// Samples of each channel a second, in hertz.
  public var sampleRate: Values<Int>?
  /// Bits of a sample.
  public var sampleSize: Values<Int>?
  /// Channels of audio.
  public var channelCount: Values<Int>?
  /// Seconds between a sound and its samples.
  public var latency: Values<Double>?
  /// Whether and what echo the source can remove; `false` alone for a source that cannot, empty when nothing is known.
  public var echoCancellation: [EchoCancellation] = []
  /// Whether the gain can follow the loudness.
  public var autoGainControl: [Bool] = []
  /// Whether noise can be removed.
  public var noiseSuppression: [Bool] = []

  /// A mode of which nothing is known yet.
  public init() {}

  /// A size of pictures, and how often it is delivered.
  public init(width: Int, height: Int, frameRates: [Double]) {
    self.width = .list([width])
    self.height = .list([height])
    frameRate = frameRates.isEmpty ? nil : .list(frameRates)
  }

  /// Sizes of pictures on a grid, and how often they are delivered.
  public init(width: Values<Int>, height: Values<Int>, frameRate: Values<Double>?) {
    self.width = width
    self.height = height
    self.frameRate = frameRate
  }

  /// Formats of sound.
  public init(
    sampleRate: Values<Int>, channelCount: Values<Int>, sampleSize: Values<Int> = .list([16]),
    latency: Values<Double>? = nil
  ) {
    self.sampleRate = sampleRate
    self.channelCount = channelCount
    self.sampleSize = sampleSize
    self.latency = latency
  }

  /// The one mode that consists of present settings.
  public init(_ settings: MediaTrackSettings) {
    width = settings.width.map { .list([$0]) }
    height = settings.height.map { .list([$0]) }
    frameRate = settings.frameRate.map { .list([$0]) }
    sampleRate = settings.sampleRate.map { .list([$0]) }
    sampleSize = settings.sampleSize.map { .list([$0]) }
    channelCount = settings.channelCount.map { .list([$0]) }
    latency = settings.latency.map { .list([$0]) }
    echoCancellation = settings.echoCancellation.map { [$0] } ?? []
    autoGainControl = settings.autoGainControl.map { [$0] } ?? []
    noiseSuppression = settings.noiseSuppression.map { [$0] } ?? []
  }

  /// The mode of a microphone: it reports a single `false` for processing that it has not (mediacapture-main §4.3.8).
  package var knowingProcessing: MediaSourceMode {
    var mode = self
    if echoCancellation.isEmpty { mode.echoCancellation = [.disabled] }
    if autoGainControl.isEmpty { mode.autoGainControl = [false] }
    if noiseSuppression.isEmpty { mode.noiseSuppression = [false] }
    return mode
  }
}

extension MediaSourceMode {
  /// The values that a property can take.
  public enum Values<Value: Comparable & Hashable & Sendable>: Hashable, Sendable {
    /// These and no others; never empty.
    case list([Value])
    /// `min`, and on in steps of `step` up to `max`; everything between them when `step` is 0.
    case range(min: Value, max: Value, step: Value)

    /// The least value.
    public var min: Value {
      switch self {
      case .list(let values):
        guard let least = values.min() else { preconditionFailure("a property of a mode has at least one value") }
        return least
      case .range(let min, _, _): return min
      }
    }

    /// The greatest value.
    public var max: Value {
      switch self {
      case .list(let values):
        guard let greatest = values.max() else { preconditionFailure("a property of a mode has at least one value") }
        return greatest
      case .range(_, let max, _): return max
      }
    }
  }
}
