/// How a candidate was found (webrtc-pc).
public enum RTCIceCandidateType: String, Codable, Hashable, Sendable, CaseIterable {
  /// An address of an interface.
  case host
  /// What a STUN server saw.
  case srflx
  /// What the peer saw.
  case prflx
  /// An address of a TURN server.
  case relay
}
