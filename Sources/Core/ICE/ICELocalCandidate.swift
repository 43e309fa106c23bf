import RTCBase

/// A candidate of this agent with what only this agent knows.
package struct ICELocalCandidate: Hashable, Sendable {
  /// Unique within the agent, for statistics.
  package let id: Int
  package internal(set) var candidate: ICECandidate
  /// The address whose socket sends what is sent from this candidate (RFC 8445 §4).
  package let base: TransportAddress
  /// The STUN server that told it, as the caller numbered it.
  package let serverIndex: Int?
  /// `false` for a peer-reflexive candidate, and for one that the privacy mode hides.
  package let isAnnounced: Bool
}

/// A candidate of the peer, signalled or learnt from its checks.
package struct ICERemoteCandidate: Identifiable, Hashable, Sendable {
  /// Unique within the agent, for statistics.
  package let id: Int
  package internal(set) var candidate: ICECandidate
}

/// An open socket that candidates are based on.
struct ICEBase: Hashable, Sendable {
  let address: TransportAddress
  let interface: ICEInterface
  let localPreference: UInt16
}
