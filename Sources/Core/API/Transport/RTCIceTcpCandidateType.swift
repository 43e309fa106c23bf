/// Who opens a TCP candidate's connection (webrtc-pc).
public enum RTCIceTcpCandidateType: String, Codable, Hashable, Sendable, CaseIterable {
  /// This side connects.
  case active
  /// This side listens.
  case passive
  /// Both connect at the same time.
  case so
}
