/// The state of a candidate pair (webrtc-stats).
public enum RTCStatsIceCandidatePairState: String, Codable, Hashable, Sendable, CaseIterable {
  /// Its check waits for another pair of the same foundation.
  case frozen
  /// Its check is due.
  case waiting
  /// Its check is under way.
  case inProgress = "in-progress"
  /// Its check failed.
  case failed
  /// Its check succeeded.
  case succeeded
}
