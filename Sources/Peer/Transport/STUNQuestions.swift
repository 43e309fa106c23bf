import RTCBase
import RTCSTUN

/// The STUN requests that the connections of a port have sent: an answer carries no user name, and its address may be that of a server, or of
/// a peer that says it is everywhere, which several connections ask at once.
struct STUNQuestions {
  /// Requests kept for one connection: more than its agents wait for at once (RFC 8445 §14.3). The oldest makes room.
  static let limitPerReceiver = 512

  private struct Asked {
    let receiver: any DatagramReceiver
    var ids: [STUNTransactionID] = []
    var next = 0
  }

  private var byTransaction: [STUNTransactionID: ObjectIdentifier] = [:]
  private var askers: [ObjectIdentifier: Asked] = [:]

  var count: Int { byTransaction.count }

  /// Notes a request; what is none, or is sent again, changes nothing.
  mutating func ask(_ datagram: RawSpan, by receiver: any DatagramReceiver) {
    guard let header = STUNHeader(parsing: datagram), header.type.messageClass == .request,
      byTransaction[header.transactionID] == nil
    else { return }
    let asker = ObjectIdentifier(receiver)
    var asked = askers.removeValue(forKey: asker) ?? Asked(receiver: receiver)
    if asked.ids.count < Self.limitPerReceiver {
      asked.ids.append(header.transactionID)
    } else {
      byTransaction[asked.ids[asked.next]] = nil
      asked.ids[asked.next] = header.transactionID
      asked.next = (asked.next + 1) % Self.limitPerReceiver
    }
    byTransaction[header.transactionID] = asker
    askers[asker] = asked
  }

  /// Who asked what this datagram answers; `nil` when it is no answer, or to nothing that was asked lately.
  func asker(answeredBy datagram: RawSpan) -> (any DatagramReceiver)? {
    guard let header = STUNHeader(parsing: datagram),
      header.type.messageClass == .success || header.type.messageClass == .error,
      let asker = byTransaction[header.transactionID]
    else { return nil }
    return askers[asker]?.receiver
  }

  mutating func remove(_ receiver: any DatagramReceiver) {
    guard let asked = askers.removeValue(forKey: ObjectIdentifier(receiver)) else { return }
    for id in asked.ids { byTransaction[id] = nil }
  }
}
