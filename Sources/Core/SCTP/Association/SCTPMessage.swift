import RTCBase

/// A message for an association to send.
package struct SCTPOutgoingMessage: Sendable {
  package var stream: SCTPStreamIdentifier
  package var payloadProtocol: PayloadProtocolIdentifier
  /// At least one byte: SCTP has no empty messages.
  package var payload: [UInt8]
  package var isOrdered: Bool
  package var reliability: DataChannelReliability
  /// Bytes that count as buffered until they are sent: none for control messages and for what stands in for an empty message.
  package var bufferedByteCount: Int

  package init(
    stream: SCTPStreamIdentifier, payloadProtocol: PayloadProtocolIdentifier, payload: [UInt8], isOrdered: Bool = true,
    reliability: DataChannelReliability = .reliable, bufferedByteCount: Int? = nil
  ) {
    self.stream = stream
    self.payloadProtocol = payloadProtocol
    self.payload = payload
    self.isOrdered = isOrdered
    self.reliability = reliability
    self.bufferedByteCount = bufferedByteCount ?? payload.count
  }
}

/// A message that came whole.
package struct SCTPReceivedMessage: Hashable, Sendable {
  package var stream: SCTPStreamIdentifier
  package var payloadProtocol: PayloadProtocolIdentifier
  package var payload: [UInt8]

  package init(stream: SCTPStreamIdentifier, payloadProtocol: PayloadProtocolIdentifier, payload: [UInt8]) {
    self.stream = stream
    self.payloadProtocol = payloadProtocol
    self.payload = payload
  }
}

/// What an association has to tell, besides messages.
package enum SCTPEvent: Hashable, Sendable {
  case stateChanged(SCTPState)
  /// The peer has begun its side of the stream anew (RFC 6525 §5.2.2): nothing that came before is still under way.
  case incomingStreamReset(SCTPStreamIdentifier)
  /// The same for all of its streams, whether anything came on them or not.
  case allIncomingStreamsReset
  /// The peer has confirmed that our side of the stream begins anew.
  case outgoingStreamReset(SCTPStreamIdentifier)
}
