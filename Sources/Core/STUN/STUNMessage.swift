import RTCBase

/// A STUN message, decoded in place: what ICE reads is copied out, texts are ranges of the datagram, nothing is allocated.
///
/// Parsing checks the whole structure (RFC 8489 §5, §6.3) but no secret: `isIntegrityValid` does that.
/// Attributes after MESSAGE-INTEGRITY other than FINGERPRINT are ignored (§14.5); optional attributes that are not known are
/// skipped, required ones are collected in `unknownRequired`.
package struct STUNMessage: Sendable {
  package static let magicCookie: UInt32 = 0x2112_A442
  package static let headerSize = 20
  /// Unknown attributes remembered at most, to bound the answer.
  package static let unknownLimit = 16

  package let type: STUNMessageType
  package let transactionID: STUNTransactionID
  /// Where the value of USERNAME lies in the datagram.
  package private(set) var usernameRange: Range<Int>?
  package private(set) var realmRange: Range<Int>?
  package private(set) var nonceRange: Range<Int>?
  package private(set) var softwareRange: Range<Int>?
  /// XOR-MAPPED-ADDRESS, or MAPPED-ADDRESS from a server older than RFC 5389.
  package private(set) var mappedAddress: TransportAddress?
  package private(set) var priority: UInt32?
  package private(set) var usesCandidate = false
  /// The tie-breaker of a sender in the controlled role.
  package private(set) var iceControlled: UInt64?
  /// The tie-breaker of a sender in the controlling role.
  package private(set) var iceControlling: UInt64?
  package private(set) var errorCode: STUNErrorCode?
  package private(set) var reasonRange: Range<Int>?
  /// Comprehension-required attributes that this implementation does not know, up to `unknownLimit`.
  package private(set) var unknownRequired: [STUNAttributeType] = []
  /// Where the MESSAGE-INTEGRITY attribute begins.
  package private(set) var integrityOffset: Int?
  package private(set) var hasFingerprint = false

  private var hasXORMappedAddress = false

  /// `nil` unless `datagram` is one whole well-formed message; a FINGERPRINT that is there must be right and last.
  package init?(parsing datagram: RawSpan) {
    guard let header = STUNHeader(parsing: datagram) else { return nil }
    type = header.type
    transactionID = header.transactionID

    var attributes = STUNAttributeReader()
    while let attribute = attributes.next(in: datagram) {
      guard !hasFingerprint else { return nil }
      if integrityOffset == nil || attribute.type == .fingerprint {
        guard take(attribute, of: datagram) else { return nil }
      }
    }
    guard attributes.isAtEnd(of: datagram) else { return nil }
  }

  /// `false` when the attribute makes the message unusable.
  private mutating func take(_ attribute: STUNAttributeReader.Attribute, of datagram: RawSpan) -> Bool {
    let value = attribute.value
    switch attribute.type {
    case .username:
      // RFC 8489 §14.3: shorter than 509 bytes; 513 in RFC 5389.
      guard value.count <= 513 else { return false }
      usernameRange = usernameRange ?? value
    case .realm: realmRange = realmRange ?? value
    case .nonce: nonceRange = nonceRange ?? value
    case .software: softwareRange = softwareRange ?? value
    case .mappedAddress:
      if mappedAddress == nil { mappedAddress = Self.address(in: datagram, value, xoredWith: nil) }
    case .xorMappedAddress:
      guard !hasXORMappedAddress else { return true }
      guard let address = Self.address(in: datagram, value, xoredWith: transactionID) else { return false }
      mappedAddress = address
      hasXORMappedAddress = true
    case .priority:
      guard value.count == 4 else { return false }
      priority = priority ?? datagram.uint32(at: value.lowerBound)
    case .useCandidate:
      usesCandidate = true
    case .iceControlled:
      guard value.count == 8 else { return false }
      iceControlled = iceControlled ?? datagram.uint64(at: value.lowerBound)
    case .iceControlling:
      guard value.count == 8 else { return false }
      iceControlling = iceControlling ?? datagram.uint64(at: value.lowerBound)
    case .errorCode:
      guard value.count >= 4, errorCode == nil else { return value.count >= 4 }
      let hundreds = UInt16(datagram.uint8(at: value.lowerBound + 2) & 7)
      let units = UInt16(datagram.uint8(at: value.lowerBound + 3))
      guard (3...6).contains(hundreds), units < 100 else { return false }
      errorCode = STUNErrorCode(rawValue: hundreds * 100 + units)
      reasonRange = value.lowerBound + 4..<value.upperBound
    case .unknownAttributes:
      break  // Informative only: nothing is retried without an attribute.
    case .messageIntegrity:
      guard value.count == 20 else { return false }
      integrityOffset = value.lowerBound - 4
    case .fingerprint:
      guard value.count == 4 else { return false }
      let covered = datagram.extracting(0..<value.lowerBound - 4)
      guard STUNFingerprint.value(of: covered) == datagram.uint32(at: value.lowerBound) else { return false }
      hasFingerprint = true
    default:
      if attribute.type.isComprehensionRequired, unknownRequired.count < Self.unknownLimit,
        !unknownRequired.contains(attribute.type)
      {
        unknownRequired.append(attribute.type)
      }
    }
    return true
  }

  /// RFC 8489 §14.1, §14.2
  private static func address(
    in datagram: RawSpan, _ value: Range<Int>, xoredWith transactionID: STUNTransactionID?
  ) -> TransportAddress? {
    guard value.count >= 8 else { return nil }
    let start = value.lowerBound
    let cookie = transactionID == nil ? 0 : magicCookie
    let port = datagram.uint16(at: start + 2) ^ UInt16(cookie >> 16)
    switch (datagram.uint8(at: start + 1), value.count) {
    case (1, 8):
      return TransportAddress(IPAddress(v4: datagram.uint32(at: start + 4) ^ cookie), port: port)
    case (2, 20):
      let high = UInt64(cookie) << 32 | UInt64(transactionID?.high ?? 0)
      let low = transactionID?.low ?? 0
      return TransportAddress(
        IPAddress(v6High: datagram.uint64(at: start + 4) ^ high, low: datagram.uint64(at: start + 12) ^ low),
        port: port)
    default: return nil
    }
  }
}
