import RTCBase

/// Names a channel of a session for as long as the session lives; never used again for another.
package struct DataChannelHandle: Hashable, Sendable {
  package let number: Int

  init(number: Int) { self.number = number }
}

/// How hard a channel tries to deliver (RFC 8831 §6.1).
package enum DataChannelReliability: Hashable, Sendable {
  case reliable
  /// A message is sent again at most so many times (`maxRetransmits`).
  case retransmissions(UInt32)
  /// A message is given up after so many milliseconds (`maxPacketLifeTime`).
  case lifetime(milliseconds: UInt32)
}

/// What a channel is opened with.
package struct DataChannelOptions: Hashable, Sendable {
  /// UTF-8 of at most 65,535 bytes.
  package var label: String
  /// The subprotocol, UTF-8 of at most 65,535 bytes.
  package var subprotocol: String
  package var isOrdered: Bool
  package var reliability: DataChannelReliability
  /// The application's share when channels compete (RFC 8831 §6.4): 128 very low, 256 low, 512 medium, 1,024 high.
  package var priority: UInt16
  /// Both sides agreed on the channel by other means; no OPEN is sent. Needs `id`.
  package var isNegotiated: Bool
  /// The stream of a negotiated channel, 0 to 65,534.
  package var id: UInt16?

  package init(
    label: String = "", subprotocol: String = "", isOrdered: Bool = true,
    reliability: DataChannelReliability = .reliable, priority: UInt16 = 256, isNegotiated: Bool = false,
    id: UInt16? = nil
  ) {
    self.label = label
    self.subprotocol = subprotocol
    self.isOrdered = isOrdered
    self.reliability = reliability
    self.priority = priority
    self.isNegotiated = isNegotiated
    self.id = id
  }
}

package enum DataChannelState: Hashable, Sendable {
  case connecting
  case open
  case closing
  case closed
}

/// A message of a channel. Text is UTF-8, which nobody has checked.
package struct DataChannelMessage: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case text
    case binary
  }

  package var kind: Kind
  package var bytes: [UInt8]

  package init(_ kind: Kind, _ bytes: [UInt8]) {
    self.kind = kind
    self.bytes = bytes
  }

  package init(text: String) { self.init(.text, [UInt8](text.utf8)) }
}

/// A misuse of a session, which changed nothing.
package enum DataChannelError: Error, Hashable, Sendable {
  /// The channel is not open, or not known.
  case notOpen
  /// Label or protocol longer than 65,535 bytes, or an identifier without meaning.
  case invalidOptions
  case identifierInUse
  /// No identifier is left, or the limit of channels is reached.
  case tooManyChannels
  /// So much waits already that the message was refused.
  case bufferFull
}

/// Why a channel closed other than by the wish of one of its sides.
package enum DataChannelFailure: Error, Hashable, Sendable {
  /// The association ended.
  case association(SCTPFailure)
  /// The identifier exceeds the streams that the peer offers.
  case streamsExhausted
  /// The peer broke the protocol on the channel's stream.
  case protocolViolation(String)
  /// The application left its messages untaken until they blocked the other channels.
  case receiverStalled
}

/// What a session has to tell, in order.
package enum DataChannelEvent: Hashable, Sendable {
  case associationChanged(SCTPState)
  /// The peer opened a channel. It is open already; `opened` follows.
  case channelArrived(DataChannelHandle)
  case opened(DataChannelHandle)
  /// Messages wait for `takeMessage`, where none did before.
  case messagesAvailable(DataChannelHandle)
  /// What is buffered fell to the threshold or below it.
  case bufferedAmountLow(DataChannelHandle)
  /// The peer closes the channel.
  case closing(DataChannelHandle)
  /// The channel is closed; messages that came before can still be taken. The handle stays valid until `release`.
  case closed(DataChannelHandle, DataChannelFailure?)
}

/// What a channel has done (`RTCDataChannelStats`).
package struct DataChannelStatistics: Hashable, Sendable {
  package var messagesSent: UInt32 = 0
  package var bytesSent: UInt64 = 0
  package var messagesReceived: UInt32 = 0
  package var bytesReceived: UInt64 = 0

  package init() {}
}

/// A channel as it is now.
package struct DataChannelDescription: Hashable, Sendable {
  package var options: DataChannelOptions
  /// The stream; `nil` until the DTLS role is known, for a channel that was not negotiated.
  package var id: UInt16?
  package var state: DataChannelState
  /// The peer opened it.
  package var isRemote: Bool
  /// Bytes of messages not yet given to the network (`bufferedAmount`).
  package var bufferedAmount: Int
  package var statistics: DataChannelStatistics
}
