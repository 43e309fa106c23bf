/// How one flow ranks among others (webrtc-priority).
public enum RTCPriorityType: String, Codable, Hashable, Sendable, CaseIterable {
  /// Below what is usual.
  case veryLow = "very-low"
  /// What is usual.
  case low
  /// Above what is usual.
  case medium
  /// Far above what is usual.
  case high
}
