import RTCBase
import RTCSTUN

extension VirtualNetwork {
  /// A STUN server's part (RFC 8489 §6.3.1): tells whoever asks where it was seen.
  package mutating func answerBindingRequest(_ delivery: Delivery, now: MonotonicTime) {
    let message = delivery.bytes.withRawSpan { STUNMessage(parsing: $0) }
    guard let message, message.type == STUNMessageType(.request, .binding) else { return }
    var writer = STUNMessageWriter(STUNMessageType(.success, .binding), transactionID: message.transactionID)
    writer.writeXORMappedAddress(delivery.from)
    send(writer.finish(nil), from: delivery.to, to: delivery.from, now: now)
  }
}
