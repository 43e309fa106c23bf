/// Whether RTCP shares the port of RTP (webrtc-pc §4.2.6).
public enum RTCRtcpMuxPolicy: String, Codable, Hashable, Sendable, CaseIterable {
  /// Always; a peer that cannot is refused.
  case require
}
