/// Who opens a TCP candidate's connection (webrtc-pc §4.8.1.4).
public enum RTCIceTcpCandidateType: String, Codable, Hashable, Sendable, CaseIterable {
  /// This side connects.
  case active
  /// This side listens.
  case passive
  /// Both connect at the same time.
  case so
}
