/// A candidate's transport (webrtc-pc §4.8.1.3).
public enum RTCIceProtocol: String, Codable, Hashable, Sendable, CaseIterable {
  /// UDP.
  case udp
  /// TCP.
  case tcp
}
