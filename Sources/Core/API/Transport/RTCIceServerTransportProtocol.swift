/// How a TURN server is reached (webrtc-pc).
public enum RTCIceServerTransportProtocol: String, Codable, Hashable, Sendable, CaseIterable {
  /// UDP.
  case udp
  /// TCP.
  case tcp
  /// TLS over TCP.
  case tls
}
