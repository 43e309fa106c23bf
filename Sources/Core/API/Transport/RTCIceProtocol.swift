/// A candidate's transport (webrtc-pc).
public enum RTCIceProtocol: String, Codable, Hashable, Sendable, CaseIterable {
  /// UDP.
  case udp
  /// TCP.
  case tcp
}
