/// What became of a datagram.
package enum ICEVerdict: Hashable, Sendable {
  /// A check or an answer that only the peer can make: DTLS may be accepted from its address.
  case validated
  /// Handled, but proof of nothing: an answer of a STUN server, or a keep-alive.
  case handled
  case dropped(ICEDropCause)
}

/// Why a datagram had no effect.
package enum ICEDropCause: Int, Hashable, Sendable, CaseIterable {
  /// Not one whole STUN message with the magic cookie, or with a wrong FINGERPRINT.
  case malformed
  /// A method or class that ICE has no use for.
  case unexpectedMessage
  /// It came to an address that is no base of this agent.
  case unknownBase
  /// A check for someone else, or of an older generation.
  case unknownUsername
  case missingIntegrity
  case wrongIntegrity
  /// An answer to nothing that was asked.
  case unknownTransaction
  /// An answer from another address than the one that was asked (RFC 8445 §7.2.5.2.1).
  case asymmetric
  /// An answer with attributes that have to be understood and are not (RFC 8489 §6.3.3).
  case unknownAttributes
  /// An authentic check without PRIORITY or role.
  case incompleteCheck
  /// The agent is closed or has failed.
  case inactive
}

/// Counts of what was dropped.
package struct ICECounters: Hashable, Sendable {
  private var drops = [UInt64](repeating: 0, count: ICEDropCause.allCases.count)
  /// Remote candidates beyond the limit, repeated, unusable or of another generation.
  package internal(set) var ignoredRemoteCandidates: UInt64 = 0
  /// Remote candidates that made room for others, which seemed of more use.
  package internal(set) var replacedRemoteCandidates: UInt64 = 0
  /// Pairs dropped for the limit (RFC 8445 §6.1.2.5).
  package internal(set) var discardedPairs: UInt64 = 0
  /// Datagrams and events that found their queue full.
  package internal(set) var overflows: UInt64 = 0
  package internal(set) var roleConflicts: UInt64 = 0
  /// Times that the path followed the peer to another address without a restart.
  package internal(set) var migrations: UInt64 = 0

  package func dropped(_ cause: ICEDropCause) -> UInt64 { drops[cause.rawValue] }
  package var totalDropped: UInt64 { drops.reduce(0, &+) }
  mutating func countDrop(_ cause: ICEDropCause) { drops[cause.rawValue] &+= 1 }
}
