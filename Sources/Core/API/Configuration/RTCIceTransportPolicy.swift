/// Which candidates may be used (webrtc-pc).
public enum RTCIceTransportPolicy: String, Codable, Hashable, Sendable, CaseIterable {
  /// Only relayed ones: the peer learns no other address.
  case relay
  /// Any.
  case all
}
