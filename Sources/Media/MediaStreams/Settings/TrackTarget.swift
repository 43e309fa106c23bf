import RTCFrames

/// What a track makes of the frames of its source.
struct TrackTarget: Hashable, Sendable {
  /// What the track delivers, where it is derived; `nil` while frames pass as they are.
  var derived: MediaTrackSettings?
  /// `none` or `crop-and-scale`; `nil` for a track without pictures, or of which nothing is known.
  var resizeMode: String?
  /// Where the camera looks, of several ways the one that was chosen.
  var facingMode: String?
  /// Whether the track demands what the source makes by itself.
  var isNativeDemanded = false
}

extension MediaTrackSettings {
  /// These settings of a source as its track has them.
  func applying(_ target: TrackTarget) -> MediaTrackSettings {
    var settings = self
    if let derived = target.derived {
      settings.width = derived.width ?? width
      settings.height = derived.height ?? height
      settings.frameRate = derived.frameRate ?? frameRate
      settings.sampleRate = derived.sampleRate ?? sampleRate
      settings.channelCount = derived.channelCount ?? channelCount
    }
    if let width = settings.width, let height = settings.height, height > 0 {
      settings.aspectRatio = MediaTrackSettings.aspectRatio(width: width, height: height)
    }
    settings.resizeMode = target.resizeMode ?? resizeMode
    settings.facingMode = target.facingMode ?? facingMode
    return settings
  }

  /// What a source is to be asked for so that it has `wanted`; `nil` when it has it already.
  func missing(from wanted: MediaTrackSettings) -> MediaTrackSettings? {
    /// - Parameter unknown: what a source has that says nothing.
    func differs<Value: Equatable>(_ path: KeyPath<MediaTrackSettings, Value?>, unknown: Value? = nil) -> Bool {
      wanted[keyPath: path].map { $0 != self[keyPath: path] ?? unknown } ?? false
    }
    let isDifferent =
      differs(\.width) || differs(\.height) || differs(\.frameRate) || differs(\.sampleRate) || differs(\.sampleSize)
      || differs(\.channelCount) || differs(\.latency) || differs(\.echoCancellation, unknown: .disabled)
      || differs(\.autoGainControl, unknown: false) || differs(\.noiseSuppression, unknown: false)
    return isDifferent ? wanted : nil
  }
}
