import RTCBase
import RTCSecurity

/// Writes a STUN message: header, attributes in the order of the calls, then integrity and fingerprint.
package struct STUNMessageWriter {
  /// Room for the longest username; what ICE sends stays far below a path's MTU.
  package static let limit = 1_280

  private let transactionID: STUNTransactionID
  private var writer = ByteWriter(limit: STUNMessageWriter.limit, reserving: 160)

  package init(_ type: STUNMessageType, transactionID: STUNTransactionID) {
    self.transactionID = transactionID
    writer.write(type.wireValue)
    writer.write(UInt16(0))
    writer.write(STUNMessage.magicCookie)
    writer.write(transactionID.high)
    writer.write(transactionID.low)
  }

  package mutating func write(_ type: STUNAttributeType, _ value: [UInt8]) {
    writer.write(type.rawValue)
    writer.write(UInt16(truncatingIfNeeded: value.count))
    writer.write(value)
    writer.writeZeros(-value.count & 3)
  }

  package mutating func write(_ type: STUNAttributeType, text: String) { write(type, Array(text.utf8)) }

  package mutating func write(_ type: STUNAttributeType, _ value: UInt32) {
    writer.write(type.rawValue)
    writer.write(UInt16(4))
    writer.write(value)
  }

  package mutating func write(_ type: STUNAttributeType, _ value: UInt64) {
    writer.write(type.rawValue)
    writer.write(UInt16(8))
    writer.write(value)
  }

  /// An attribute without a value, such as USE-CANDIDATE.
  package mutating func write(_ type: STUNAttributeType) {
    writer.write(type.rawValue)
    writer.write(UInt16(0))
  }

  /// RFC 8489 §14.2
  package mutating func writeXORMappedAddress(_ address: TransportAddress) {
    let cookie = STUNMessage.magicCookie
    writer.write(STUNAttributeType.xorMappedAddress.rawValue)
    writer.write(UInt16(address.family == .v4 ? 8 : 20))
    writer.write(UInt8(0))
    writer.write(address.family.rawValue)
    writer.write(address.port ^ UInt16(cookie >> 16))
    switch address.family {
    case .v4: writer.write(address.ip.v4Bits ^ cookie)
    case .v6:
      writer.write(address.ip.v6Bits.high ^ (UInt64(cookie) << 32 | UInt64(transactionID.high)))
      writer.write(address.ip.v6Bits.low ^ transactionID.low)
    }
  }

  /// RFC 8489 §14.8
  package mutating func writeErrorCode(_ code: STUNErrorCode) {
    let prefix: [UInt8] = [
      0, 0, UInt8(truncatingIfNeeded: code.rawValue / 100), UInt8(truncatingIfNeeded: code.rawValue % 100),
    ]
    write(.errorCode, prefix + Array(code.reasonPhrase.utf8))
  }

  /// RFC 8489 §14.9
  package mutating func writeUnknownAttributes(_ types: [STUNAttributeType]) {
    write(
      .unknownAttributes,
      types.flatMap { [UInt8($0.rawValue >> 8), UInt8(truncatingIfNeeded: $0.rawValue)] })
  }

  /// The finished message, with MESSAGE-INTEGRITY when there is an authenticator (RFC 8489 §14.5), and FINGERPRINT last (§14.7).
  package consuming func finish(_ authenticator: (any MessageAuthenticator)?, fingerprint: Bool = true) -> [UInt8] {
    if let authenticator {
      setLength(addingAttribute: 24)
      let digest = writer.bytes.withRawSpan { bytes in
        authenticator.authenticate(
          bytes.extracting(0..<STUNMessage.headerSize), bytes.extracting(STUNMessage.headerSize..<bytes.byteCount))
      }
      write(.messageIntegrity, digest)
    }
    if fingerprint {
      setLength(addingAttribute: 8)
      write(.fingerprint, writer.bytes.withRawSpan { STUNFingerprint.value(of: $0) })
    }
    setLength(addingAttribute: 0)
    precondition(!writer.hasOverflowed, "a message this agent composes fits its buffer")
    return writer.bytes
  }

  private mutating func setLength(addingAttribute size: Int) {
    writer.overwrite(UInt16(truncatingIfNeeded: writer.count - STUNMessage.headerSize + size), at: 2)
  }
}
