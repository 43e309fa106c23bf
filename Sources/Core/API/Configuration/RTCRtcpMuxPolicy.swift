/// Whether RTCP shares the port of RTP (webrtc-pc).
public enum RTCRtcpMuxPolicy: String, Codable, Hashable, Sendable, CaseIterable {
  /// Always; a peer that cannot is refused.
  case require
}
