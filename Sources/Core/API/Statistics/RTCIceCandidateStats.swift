/// A candidate of either side (webrtc-stats).
public struct RTCIceCandidateStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `local-candidate` or `remote-candidate`
  public private(set) var type: RTCStatsType
  /// The `RTCTransportStats`.
  public var transportId: String
  /// How the candidate was found.
  public var candidateType: RTCIceCandidateType
  /// The address; `nil` for what the peer keeps to itself.
  public var address: String?
  /// The port.
  public var port: UInt16?
  /// `udp` or `tcp`
  public var `protocol`: RTCIceProtocol?
  /// The higher, the better.
  public var priority: UInt32?
  /// The server that a local candidate comes from.
  public var url: String?
  /// How the TURN server was reached, for local relayed candidates.
  public var relayProtocol: RTCIceServerTransportProtocol?
  /// Candidates with equal foundations are likely to behave alike.
  public var foundation: String?
  /// For a candidate that was derived from another one, that one's address.
  public var relatedAddress: String?
  /// For a candidate that was derived from another one, that one's port.
  public var relatedPort: UInt16?
  /// The ufrag of the credentials that the candidate belongs to.
  public var usernameFragment: String?
  /// Who connects, for TCP.
  public var tcpType: RTCIceTcpCandidateType?

  /// With what every such object has; the rest is set where it is known.
  public init(
    id: String, timestamp: Double, isRemote: Bool, transportId: String, candidateType: RTCIceCandidateType
  ) {
    self.id = id
    self.timestamp = timestamp
    type = isRemote ? .remoteCandidate : .localCandidate
    self.transportId = transportId
    self.candidateType = candidateType
  }
}
