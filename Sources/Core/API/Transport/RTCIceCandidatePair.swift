/// A local and a remote candidate that are used together (webrtc-pc).
public struct RTCIceCandidatePair: Codable, Hashable, Sendable {
  /// This side's candidate.
  public var local: RTCIceCandidate
  /// The peer's candidate.
  public var remote: RTCIceCandidate

  /// Pairs two candidates.
  public init(local: RTCIceCandidate, remote: RTCIceCandidate) {
    self.local = local
    self.remote = remote
  }
}
