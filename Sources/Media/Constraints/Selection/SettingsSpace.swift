import RTCFrames

/// All settings that a source can have: its own modes, and what can be derived from them.
///
/// The space is far too large to be listed: every size below that of a camera can be had. What is listed for given
/// constraints are the settings among which the best must be: the modes themselves and, of what is derived, the corners.
/// The distance to a number grows on both sides of it and never faster the farther it is, so between the numbers that
/// constraints name, and the lines of the aspect ratios that they name, no settings are better than at the ends.
package struct SettingsSpace: Sendable {
  /// The least frame rate that is derived: a picture in a quarter of an hour.
  static let leastDerivedRate = 0.001
  /// The rate of a usual screen.
  static let screenRate = 60.0
  /// Sample rates that sound is converted to.
  package static let derivedSampleRates = 8_000...48_000

  /// What another track of the source needs it to go on with.
  package struct Commitment: Sendable, Hashable {
    /// What the other track delivers.
    package var settings: MediaTrackSettings
    /// Whether the other track demands what the source makes by itself.
    package var isNativeDemanded: Bool

    package init(settings: MediaTrackSettings, isNativeDemanded: Bool) {
      self.settings = settings
      self.isNativeDemanded = isNativeDemanded
    }
  }

  package let isVideo: Bool
  package var modes: [MediaSourceMode]
  /// What is the same in all settings: the identifiers of the device.
  package let deviceId: String?
  package let groupId: String?
  /// Where the camera looks.
  package let facingModes: [String]
  package let supported: Set<ConstrainableProperty>
  /// What the device has when nobody asks for anything (system default property values).
  package let defaults: MediaTrackSettings
  /// Other tracks of the source.
  package var commitments: [Commitment] = []

  package init(
    isVideo: Bool, modes: [MediaSourceMode], deviceId: String? = nil, groupId: String? = nil,
    facingModes: [String] = [], supported: Set<ConstrainableProperty> = ConstrainableProperty.supported,
    defaults: MediaTrackSettings? = nil
  ) {
    self.isVideo = isVideo
    self.modes = isVideo || deviceId == nil ? modes : modes.map(\.knowingProcessing)
    self.deviceId = deviceId
    self.groupId = groupId
    self.facingModes = facingModes
    self.supported = supported
    var merged = MediaTrackSettings.userAgentDefaults
    if let defaults {
      merged.width = defaults.width ?? merged.width
      merged.height = defaults.height ?? merged.height
      merged.frameRate = defaults.frameRate ?? merged.frameRate
      merged.sampleRate = defaults.sampleRate ?? merged.sampleRate
      merged.channelCount = defaults.channelCount ?? merged.channelCount
      merged.latency = defaults.latency ?? merged.latency
      merged.echoCancellation = defaults.echoCancellation ?? merged.echoCancellation
      merged.autoGainControl = defaults.autoGainControl ?? merged.autoGainControl
      merged.noiseSuppression = defaults.noiseSuppression ?? merged.noiseSuppression
    }
    self.defaults = merged
  }

  /// What `getCapabilities` says of the space.
  package var capabilities: MediaTrackCapabilities {
    var capabilities = MediaTrackCapabilities(modes: modes)
    if !facingModes.isEmpty { capabilities.facingMode = facingModes }
    capabilities.deviceId = deviceId
    capabilities.groupId = groupId
    if let range = capabilities.sampleRate {
      capabilities.sampleRate = .init(
        min: min(range.min, Self.derivedSampleRates.lowerBound), max: max(range.max, Self.derivedSampleRates.upperBound)
      )
    }
    if let range = capabilities.channelCount { capabilities.channelCount = .init(min: 1, max: max(range.max, 2)) }
    if !supported.contains(.echoCancellation) { capabilities.echoCancellation = nil }
    if !supported.contains(.autoGainControl) { capabilities.autoGainControl = nil }
    if !supported.contains(.noiseSuppression) { capabilities.noiseSuppression = nil }
    return capabilities
  }

  /// The settings among which the best for these constraints are.
  package func candidates(basic: PreparedConstraintSet, advanced: [PreparedConstraintSet]) -> [SettingsCandidate] {
    let settings =
      isVideo
      ? videoCandidates(basic: basic, advanced: advanced) : audioCandidates(basic: basic, advanced: advanced)
    return settings.map { candidate in
      var candidate = candidate
      candidate.settings.deviceId = deviceId
      candidate.settings.groupId = groupId
      return candidate
    }
  }
}
