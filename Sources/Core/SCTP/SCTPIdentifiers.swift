/// A transmission sequence number, compared on the circle (RFC 9260 §1.5, RFC 1982).
package struct TSN: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Steps from `other` to this number, negative when it lies behind.
  package func distance(from other: TSN) -> Int { Int(Int32(bitPattern: rawValue &- other.rawValue)) }
  package func isAfter(_ other: TSN) -> Bool { distance(from: other) > 0 }
  package func advanced(by steps: Int) -> TSN { TSN(rawValue: rawValue &+ UInt32(truncatingIfNeeded: steps)) }
  package var next: TSN { TSN(rawValue: rawValue &+ 1) }
  package var previous: TSN { TSN(rawValue: rawValue &- 1) }
}

/// Orders the messages of a stream without interleaving (SSN, RFC 9260 §3.3.1).
package struct StreamSequenceNumber: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// Orders and tells apart the messages of a stream with interleaving (MID, RFC 8260 §2.1).
package struct MessageIdentifier: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package func distance(from other: MessageIdentifier) -> Int { Int(Int32(bitPattern: rawValue &- other.rawValue)) }
  package var next: MessageIdentifier { MessageIdentifier(rawValue: rawValue &+ 1) }
}

/// Orders the fragments of a message with interleaving (FSN, RFC 8260 §2.1).
package struct FragmentSequenceNumber: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// One direction of a stream of messages (RFC 9260 §1.3); a data channel is the pair with the same number.
package struct SCTPStreamIdentifier: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// Proves that a packet belongs to the association (RFC 9260 §8.5).
package struct VerificationTag: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// What an INIT carries, whose receiver has announced no tag yet.
  package static let none = VerificationTag(rawValue: 0)
}

/// What a message is to the application (PPID, RFC 8831 §8).
package struct PayloadProtocolIdentifier: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let dcep = Self(rawValue: 50)
  package static let text = Self(rawValue: 51)
  /// Deprecated (RFC 8831 §6.6): all fragments but the last of a binary message.
  package static let partialBinary = Self(rawValue: 52)
  package static let binary = Self(rawValue: 53)
  /// Deprecated (RFC 8831 §6.6): all fragments but the last of a text.
  package static let partialText = Self(rawValue: 54)
  package static let emptyText = Self(rawValue: 56)
  package static let emptyBinary = Self(rawValue: 57)
}
