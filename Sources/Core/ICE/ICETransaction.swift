import RTCBase
import RTCSTUN

/// A connectivity check under way (RFC 8445 §7.2).
struct ICETransaction: Sendable {
  let id: STUNTransactionID
  let pairID: Int
  let bytes: [UInt8]
  let base: TransportAddress
  let remote: TransportAddress
  /// The role that the request claimed, for an answer of 487.
  let role: ICERole
  let isNominating: Bool
  let sentAt: MonotonicTime
  var schedule: STUNRetransmission
  /// No longer sent and no failure when unanswered, though an answer still counts (RFC 8445 §7.3.1.4).
  var isCancelled = false

  /// Outstanding checks kept at most, cancelled ones included: the oldest makes room.
  static let limit = 400
}
