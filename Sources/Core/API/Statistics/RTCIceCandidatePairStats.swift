/// A pair of candidates (webrtc-stats).
public struct RTCIceCandidatePairStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `candidate-pair`
  public private(set) var type = RTCStatsType.candidatePair
  /// The `RTCTransportStats`.
  public var transportId: String
  /// The local `RTCIceCandidateStats`.
  public var localCandidateId: String
  /// The remote `RTCIceCandidateStats`.
  public var remoteCandidateId: String
  /// The state of the pair's check.
  public var state: RTCStatsIceCandidatePairState
  /// The controlling side chose the pair.
  public var nominated: Bool?
  /// Datagrams sent, without checks.
  public var packetsSent: UInt64?
  /// Datagrams received, without checks.
  public var packetsReceived: UInt64?
  /// Payload bytes sent, without checks.
  public var bytesSent: UInt64?
  /// Payload bytes received, without checks.
  public var bytesReceived: UInt64?
  /// When the last datagram was sent, in milliseconds since 1970.
  public var lastPacketSentTimestamp: Double?
  /// When the last datagram came, in milliseconds since 1970.
  public var lastPacketReceivedTimestamp: Double?
  /// Sum of the round-trip times of checks in seconds.
  public var totalRoundTripTime: Double?
  /// The last round-trip time of a check in seconds.
  public var currentRoundTripTime: Double?
  /// The estimated bits per second to the peer.
  public var availableOutgoingBitrate: Double?
  /// The estimated bits per second from the peer.
  public var availableIncomingBitrate: Double?
  /// Checks received.
  public var requestsReceived: UInt64?
  /// Checks sent, those for consent not counted.
  public var requestsSent: UInt64?
  /// Responses to checks received.
  public var responsesReceived: UInt64?
  /// Responses to checks sent.
  public var responsesSent: UInt64?
  /// Checks sent for consent (RFC 7675).
  public var consentRequestsSent: UInt64?
  /// Datagrams that the socket did not take.
  public var packetsDiscardedOnSend: UInt32?
  /// Payload bytes of such datagrams.
  public var bytesDiscardedOnSend: UInt64?

  /// With what every such object has; the rest is set where it is known.
  public init(
    id: String, timestamp: Double, transportId: String, localCandidateId: String, remoteCandidateId: String,
    state: RTCStatsIceCandidatePairState
  ) {
    self.id = id
    self.timestamp = timestamp
    self.transportId = transportId
    self.localCandidateId = localCandidateId
    self.remoteCandidateId = remoteCandidateId
    self.state = state
  }
}
