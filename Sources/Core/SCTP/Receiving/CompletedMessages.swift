import RTCBase

/// Messages that are whole, for the application to take.
struct CompletedMessages {
  private var queue = RingQueue<SCTPReceivedMessage>()
  /// What is whole and not yet released by the application, with overhead, in terms of the receive window.
  private(set) var untakenCost = 0
  private(set) var count: UInt64 = 0

  mutating func append(
    _ stream: SCTPStreamIdentifier, _ payloadProtocol: PayloadProtocolIdentifier, _ payload: consuming [UInt8]
  ) {
    untakenCost += payload.count + Reassembly.overhead
    count &+= 1
    queue.append(SCTPReceivedMessage(stream: stream, payloadProtocol: payloadProtocol, payload: payload))
  }

  mutating func append(_ stream: SCTPStreamIdentifier, _ message: consuming PartialMessage) {
    let payloadProtocol = message.payloadProtocol
    append(stream, payloadProtocol, message.takeBuffer())
  }

  mutating func popFirst() -> SCTPReceivedMessage? { queue.popFirst() }

  /// The application took so many messages of so many bytes.
  mutating func release(messages: Int, byteCount: Int) {
    untakenCost = max(0, untakenCost - byteCount - messages * Reassembly.overhead)
  }
}
