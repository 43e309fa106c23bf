/// The properties of tracks that can be constrained (mediacapture-main, Constrainable Properties), by their W3C names.
public enum ConstrainableProperty: String, Hashable, Codable, Sendable, CaseIterable {
  /// Pixels in a row.
  case width
  /// Rows.
  case height
  /// Width divided by height.
  case aspectRatio
  /// Frames a second.
  case frameRate
  /// Where a camera looks.
  case facingMode
  /// How pictures come by their size and rate.
  case resizeMode
  /// Samples of each channel a second.
  case sampleRate
  /// Bits of a sample.
  case sampleSize
  /// Whether and what echo is removed.
  case echoCancellation
  /// Whether the gain follows the loudness.
  case autoGainControl
  /// Whether noise is removed.
  case noiseSuppression
  /// Seconds between a sound and its samples.
  case latency
  /// Channels of audio.
  case channelCount
  /// The device.
  case deviceId
  /// The physical unit that the device belongs to.
  case groupId

  /// Whether the property is defined for tracks of pictures.
  package var appliesToVideo: Bool {
    switch self {
    case .width, .height, .aspectRatio, .frameRate, .facingMode, .resizeMode, .deviceId, .groupId: true
    default: false
    }
  }

  /// Whether the property is defined for tracks of sound.
  package var appliesToAudio: Bool { self == .deviceId || self == .groupId || !appliesToVideo }

  /// Those that are honoured here.
  package static let supported = Set(allCases)
}
