/// Where an association is in its life, as `RTCSctpTransportState` sees it, with the reason of its end.
package enum SCTPState: Hashable, Sendable {
  case new
  /// The handshake is under way.
  case connecting
  case connected
  /// Nobody sends new messages any more; what is under way is still delivered (RFC 9260 §9.2).
  case shuttingDown
  /// Over. `nil` after a graceful shutdown.
  case closed(SCTPFailure?)

  package var isClosed: Bool {
    if case .closed = self { return true }
    return false
  }
}

/// Why an association ended without being shut down.
package struct SCTPFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: Hashable, Sendable {
    /// This side ended it.
    case abortedLocally
    /// The peer sent an ABORT.
    case abortedByPeer
    /// The peer answered nothing any more.
    case timeout
    /// The peer broke the protocol, and was told so with an ABORT.
    case protocolViolation
    /// The peer demanded more memory than is configured.
    case outOfResources
  }

  package var reason: Reason
  /// The first cause of the ABORT received or sent (RFC 9260 §3.3.10), `sctpCauseCode` of an `RTCError`.
  package var causeCode: UInt16?
  package var description: String

  package init(_ reason: Reason, causeCode: UInt16? = nil, description: String) {
    self.reason = reason
    self.causeCode = causeCode
    self.description = description
  }
}
