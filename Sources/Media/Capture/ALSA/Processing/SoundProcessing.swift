import RTCFrames

/// What is made of a microphone's sound beside its format.
struct SoundProcessing: Hashable, Sendable {
  /// What this machine plays is removed.
  var removesEcho = false
  /// The gain follows the loudness.
  var followsGain = false
  /// What does not change is removed.
  var removesNoise = false

  /// Whether sound is not left as it is.
  var isActive: Bool { removesEcho || followsGain || removesNoise }

  /// With what settings say; members that are `nil` stay.
  func applying(_ settings: MediaTrackSettings) -> SoundProcessing {
    var processing = self
    if let echoCancellation = settings.echoCancellation { processing.removesEcho = echoCancellation != .disabled }
    processing.followsGain = settings.autoGainControl ?? followsGain
    processing.removesNoise = settings.noiseSuppression ?? removesNoise
    return processing
  }
}
