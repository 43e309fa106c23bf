/// Request, indication, success or error: the two class bits of a message type (RFC 8489 §5).
package enum STUNMessageClass: UInt16, Hashable, Sendable {
  case request = 0b00
  case indication = 0b01
  case success = 0b10
  case error = 0b11
}

/// A STUN method: the twelve method bits of a message type.
package struct STUNMethod: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue & 0xFFF }

  package static let binding = STUNMethod(rawValue: 0x001)
  package static let allocate = STUNMethod(rawValue: 0x003)
  package static let refresh = STUNMethod(rawValue: 0x004)
  package static let send = STUNMethod(rawValue: 0x006)
  package static let data = STUNMethod(rawValue: 0x007)
  package static let createPermission = STUNMethod(rawValue: 0x008)
  package static let channelBind = STUNMethod(rawValue: 0x009)
}

/// Class and method, interleaved in 14 bits on the wire (RFC 8489 §5, figure 3).
package struct STUNMessageType: Hashable, Sendable {
  package var messageClass: STUNMessageClass
  package var method: STUNMethod

  package init(_ messageClass: STUNMessageClass, _ method: STUNMethod) {
    self.messageClass = messageClass
    self.method = method
  }

  /// `nil` when the two top bits, which are zero in every STUN message, are not.
  package init?(wireValue: UInt16) {
    guard wireValue & 0xC000 == 0,
      let messageClass = STUNMessageClass(rawValue: (wireValue >> 7) & 0b10 | (wireValue >> 4) & 0b01)
    else { return nil }
    self.messageClass = messageClass
    method = STUNMethod(rawValue: wireValue & 0xF | (wireValue >> 1) & 0x70 | (wireValue >> 2) & 0xF80)
  }

  package var wireValue: UInt16 {
    let method = method.rawValue
    let messageClass = messageClass.rawValue
    return method & 0xF | (method & 0x70) << 1 | (method & 0xF80) << 2
      | (messageClass & 0b01) << 4 | (messageClass & 0b10) << 7
  }
}
