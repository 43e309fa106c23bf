/// What limits the quality of sent video (webrtc-stats).
public enum RTCQualityLimitationReason: String, Codable, Hashable, Sendable, CaseIterable {
  /// Nothing.
  case none
  /// Processing.
  case cpu
  /// The network.
  case bandwidth
  /// Something else.
  case other
}
