/// What an ICE transport carries (webrtc-pc).
public enum RTCIceComponent: String, Codable, Hashable, Sendable, CaseIterable {
  /// RTP, and with it everything that is multiplexed.
  case rtp
  /// RTCP on a port of its own.
  case rtcp
}
