/// Which way a transceiver's media flows (webrtc-pc).
public enum RTCRtpTransceiverDirection: String, Codable, Hashable, Sendable, CaseIterable {
  /// Both ways.
  case sendrecv
  /// To the peer only.
  case sendonly
  /// From the peer only.
  case recvonly
  /// Neither way.
  case inactive
  /// Neither way, and never again.
  case stopped
}
