/// What a session description is for (webrtc-pc).
public enum RTCSdpType: String, Codable, Hashable, Sendable, CaseIterable {
  /// A proposal.
  case offer
  /// An answer that may be replaced by another.
  case pranswer
  /// The final answer.
  case answer
  /// Takes the last offer back.
  case rollback
}
