/// What gives way when bandwidth or processing is short (mst-content-hint).
public enum RTCDegradationPreference: String, Codable, Hashable, Sendable, CaseIterable {
  /// Frame rate and resolution together.
  case balanced
  /// Resolution.
  case maintainFramerate = "maintain-framerate"
  /// Frame rate.
  case maintainResolution = "maintain-resolution"
  /// Neither; frames are dropped when they must be.
  case maintainFramerateAndResolution = "maintain-framerate-and-resolution"
}
