import RTCBase

/// A local and a remote candidate and what checks between them have shown (RFC 8445 §6.1.2).
package struct ICECandidatePair: Identifiable, Sendable {
  /// RFC 8445 §6.1.2.6
  package enum State: String, Hashable, Sendable {
    case frozen
    case waiting
    case inProgress = "in-progress"
    case succeeded
    case failed
  }

  /// Unique within the agent, for statistics.
  package let id: Int
  /// The local candidate; once a check succeeded, the one that the peer sees (RFC 8445 §7.2.5.3.2).
  package internal(set) var local: ICELocalCandidate
  package internal(set) var remote: ICERemoteCandidate
  package internal(set) var priority: UInt64
  package internal(set) var state: State
  /// Nominated by us when controlling, by the peer when controlled.
  package internal(set) var isNominated = false
  package internal(set) var statistics = Statistics()

  /// USE-CANDIDATE came before our own check succeeded (RFC 8445 §7.3.1.5).
  var isNominatedOnSuccess = false
  /// Our next check carries USE-CANDIDATE.
  var isNominating = false
  /// When the peer last answered a check: consent counts from here.
  var lastResponse = MonotonicTime.distantPast
  /// When anything that proves the peer's presence last came in.
  var lastReceived = MonotonicTime.distantPast
  /// When authentic media last came in.
  var lastMedia = MonotonicTime.distantPast
  /// Since when it could have been checked.
  var waitsSince = MonotonicTime.distantPast
  /// When we last sent a request.
  var lastCheck = MonotonicTime.distantPast
  /// When anything was last sent on a path that keeps a NAT binding open.
  var lastSent = MonotonicTime.distantPast

  /// What `RTCIceCandidatePairStats` counts (webrtc-stats §8.9). Bytes and packets are payload, without STUN.
  package struct Statistics: Hashable, Sendable {
    package internal(set) var requestsSent: UInt64 = 0
    package internal(set) var retransmissionsSent: UInt64 = 0
    package internal(set) var consentRequestsSent: UInt64 = 0
    package internal(set) var responsesReceived: UInt64 = 0
    package internal(set) var requestsReceived: UInt64 = 0
    package internal(set) var responsesSent: UInt64 = 0
    package internal(set) var currentRoundTripTime: TimeDelta?
    package internal(set) var totalRoundTripTime = TimeDelta.zero
    package internal(set) var bytesSent: UInt64 = 0
    package internal(set) var packetsSent: UInt64 = 0
    package internal(set) var bytesReceived: UInt64 = 0
    package internal(set) var packetsReceived: UInt64 = 0
    package internal(set) var lastPacketSent: MonotonicTime?
    package internal(set) var lastPacketReceived: MonotonicTime?
  }

  init(id: Int, local: ICELocalCandidate, remote: ICERemoteCandidate, role: ICERole, state: State = .frozen) {
    self.id = id
    self.local = local
    self.remote = remote
    self.state = state
    priority = Self.priority(local.candidate.priority, remote.candidate.priority, role)
  }

  package var base: TransportAddress { local.base }
  package var remoteAddress: TransportAddress { remote.candidate.address }
  /// Whether media may use it (RFC 8445 §12.1).
  package var isValid: Bool { state == .succeeded }

  /// RFC 8445 §6.1.2.3
  static func priority(_ local: UInt32, _ remote: UInt32, _ role: ICERole) -> UInt64 {
    let (controlling, controlled) = role == .controlling ? (local, remote) : (remote, local)
    return UInt64(min(controlling, controlled)) << 32 &+ 2 * UInt64(max(controlling, controlled))
      &+ (controlling > controlled ? 1 : 0)
  }

  mutating func updatePriority(role: ICERole) {
    priority = Self.priority(local.candidate.priority, remote.candidate.priority, role)
  }

  /// Pairs of equal foundation probably fare alike (RFC 8445 §6.1.2.6).
  func hasFoundation(of other: ICECandidatePair) -> Bool {
    local.candidate.foundation == other.local.candidate.foundation
      && remote.candidate.foundation == other.remote.candidate.foundation
  }

  mutating func recordRoundTrip(_ roundTrip: TimeDelta) {
    statistics.currentRoundTripTime = roundTrip
    statistics.totalRoundTripTime += roundTrip
  }
}
