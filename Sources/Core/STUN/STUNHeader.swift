import RTCBase

/// The 20 bytes that begin every STUN message (RFC 8489 §5).
package struct STUNHeader: Hashable, Sendable {
  package let type: STUNMessageType
  package let transactionID: STUNTransactionID

  /// `nil` unless `datagram` holds exactly one message by its length field and carries the magic cookie.
  package init?(parsing datagram: RawSpan) {
    guard datagram.byteCount >= STUNMessage.headerSize,
      let type = STUNMessageType(wireValue: datagram.uint16(at: 0)),
      Int(datagram.uint16(at: 2)) == datagram.byteCount - STUNMessage.headerSize,
      datagram.byteCount % 4 == 0,
      datagram.uint32(at: 4) == STUNMessage.magicCookie
    else { return nil }
    self.type = type
    transactionID = STUNTransactionID(high: datagram.uint32(at: 8), low: datagram.uint64(at: 12))
  }
}
