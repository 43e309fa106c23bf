import RTCFrames

/// One possible settings dictionary of a source, and how it comes about.
package struct SettingsCandidate: Sendable, Hashable {
  /// What the track would deliver.
  package var settings: MediaTrackSettings
  /// What the source would run at; the members that can be asked of it.
  package var native: MediaTrackSettings
  /// How willingly it is taken among others of the same distance.
  package var preference: Preference

  package init(
    settings: MediaTrackSettings, native: MediaTrackSettings = MediaTrackSettings(),
    preference: Preference = Preference()
  ) {
    self.settings = settings
    self.native = native
    self.preference = preference
  }

  /// System and user agent defaults, which decide among equals (SelectSettings, step 6). The least is taken.
  package struct Preference: Sendable, Hashable, Comparable {
    /// How many of size and rate are derived: nothing is touched that nobody asked for.
    package var derivations = 0
    /// Whether it is called derived although it is not.
    package var isCalledDerived = false
    /// Hundredths of the picture that cropping takes away.
    package var cropped = 0
    /// How far the settings are from the defaults of the device or, without any, of user agents.
    package var fromDefaults = 0.0
    /// Pixels or samples a second that the source has to make for it.
    package var cost = 0.0

    package init() {}

    package static func < (lhs: Preference, rhs: Preference) -> Bool {
      if lhs.derivations != rhs.derivations { return lhs.derivations < rhs.derivations }
      if lhs.isCalledDerived != rhs.isCalledDerived { return rhs.isCalledDerived }
      if lhs.cropped != rhs.cropped { return lhs.cropped < rhs.cropped }
      if abs(lhs.fromDefaults - rhs.fromDefaults) > 1e-9 { return lhs.fromDefaults < rhs.fromDefaults }
      return lhs.cost < rhs.cost
    }
  }
}

extension MediaTrackSettings {
  /// Defaults of other user agents, which suit calls (SelectSettings, step 6).
  package static let userAgentDefaults: MediaTrackSettings = {
    var settings = MediaTrackSettings(width: 640, height: 480, frameRate: 30)
    settings.sampleRate = 48_000
    settings.channelCount = 1
    settings.latency = 0.01
    settings.echoCancellation = .enabled
    settings.autoGainControl = true
    settings.noiseSuppression = true
    return settings
  }()
}

/// How far a value is from its default, when there is one.
func distance(from value: Double, toDefault standard: Double?) -> Double {
  standard.map { FitnessDistance.numeric(actual: value, ideal: $0) } ?? 0
}
