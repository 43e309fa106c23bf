/// Which side nominates (webrtc-pc).
public enum RTCIceRole: String, Codable, Hashable, Sendable, CaseIterable {
  /// Not decided yet.
  case unknown
  /// This side nominates.
  case controlling
  /// The peer nominates.
  case controlled
}
