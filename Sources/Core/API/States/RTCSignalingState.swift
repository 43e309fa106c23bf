/// Where the exchange of offer and answer stands (webrtc-pc).
public enum RTCSignalingState: String, Codable, Hashable, Sendable, CaseIterable {
  /// No exchange is under way.
  case stable
  /// A local offer waits for its answer.
  case haveLocalOffer = "have-local-offer"
  /// A remote offer waits for its answer.
  case haveRemoteOffer = "have-remote-offer"
  /// A remote offer has a provisional local answer.
  case haveLocalPranswer = "have-local-pranswer"
  /// A local offer has a provisional remote answer.
  case haveRemotePranswer = "have-remote-pranswer"
  /// The connection is closed.
  case closed
}
