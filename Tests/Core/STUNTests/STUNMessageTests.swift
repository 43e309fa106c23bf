import RTCBase
import RTCSTUN
import Testing

@Suite struct STUNMessageTests {
  private let id = STUNTransactionID(high: 0x0102_0304, low: 0x0506_0708_090A_0B0C)
  private let authenticator = SHA1Authenticator(password: "a password of some length")

  private func parse(_ bytes: [UInt8]) -> STUNMessage? { bytes.withRawSpan { STUNMessage(parsing: $0) } }

  private func check() -> STUNMessageWriter {
    var writer = STUNMessageWriter(STUNMessageType(.request, .binding), transactionID: id)
    writer.write(.username, text: "receiver:sender")
    writer.write(.priority, UInt32(1_845_501_695))
    writer.write(.iceControlling, UInt64(0xFEDC_BA98_7654_3210))
    writer.write(.useCandidate)
    return writer
  }

  @Test("IC-21: class and method share the type field as RFC 8489 figure 3 draws it")
  func types() {
    #expect(STUNMessageType(.request, .binding).wireValue == 0x0001)
    #expect(STUNMessageType(.success, .binding).wireValue == 0x0101)
    #expect(STUNMessageType(.error, .binding).wireValue == 0x0111)
    #expect(STUNMessageType(.indication, .data).wireValue == 0x0017)
    for value in UInt16(0)..<0x4000 { #expect(STUNMessageType(wireValue: value)?.wireValue == value) }
    #expect(STUNMessageType(wireValue: 0x4000) == nil)
  }

  @Test("IC-21: a check comes back from the wire as it was written")
  func roundTrip() throws {
    let bytes = check().finish(authenticator)
    let message = try #require(parse(bytes))
    #expect(message.transactionID == id)
    #expect(bytes.withRawSpan { message.username(in: $0) } == "receiver:sender")
    #expect(message.priority == 1_845_501_695)
    #expect(message.iceControlling == 0xFEDC_BA98_7654_3210)
    #expect(message.usesCandidate)
    #expect(message.hasFingerprint)
    #expect(bytes.withRawSpan { message.isIntegrityValid($0, authenticator) })
    #expect(bytes.withRawSpan { STUNUsername.localUfrag(of: $0) } == "receiver")
  }

  @Test("IC-21: mapped addresses of both families survive the XOR")
  func mappedAddresses() throws {
    let addresses = [
      TransportAddress(IPAddress(v4: 203, 0, 113, 7), port: 65_535),
      TransportAddress(IPAddress(v6High: 0x2001_0DB8_0000_0001, low: 0xFFFF_0000_1234_5678), port: 1),
    ]
    for address in addresses {
      var writer = STUNMessageWriter(STUNMessageType(.success, .binding), transactionID: id)
      writer.writeXORMappedAddress(address)
      #expect(try #require(parse(writer.finish(nil))).mappedAddress == address)
    }
  }

  @Test("IC-21: MAPPED-ADDRESS of an old server is read, XOR-MAPPED-ADDRESS wins in either order")
  func oldServers() throws {
    let plain: [UInt8] = [0, 1, 0x12, 0x34, 198, 51, 100, 1]
    let other = TransportAddress(IPAddress(v4: 203, 0, 113, 9), port: 9_999)
    var writer = STUNMessageWriter(STUNMessageType(.success, .binding), transactionID: id)
    writer.write(.mappedAddress, plain)
    #expect(
      parse(writer.finish(nil))?.mappedAddress == TransportAddress(IPAddress(v4: 198, 51, 100, 1), port: 0x1234))
    writer.writeXORMappedAddress(other)
    #expect(parse(writer.finish(nil))?.mappedAddress == other)
    writer = STUNMessageWriter(STUNMessageType(.success, .binding), transactionID: id)
    writer.writeXORMappedAddress(other)
    writer.write(.mappedAddress, plain)
    #expect(parse(writer.finish(nil))?.mappedAddress == other)
  }

  @Test("IC-21: unknown required attributes are collected, unknown optional ones passed over")
  func unknownAttributes() throws {
    var writer = check()
    writer.write(STUNAttributeType(rawValue: 0xC057), [0, 1, 0, 2])
    writer.write(STUNAttributeType(rawValue: 0x7F01), [1, 2, 3])
    writer.write(STUNAttributeType(rawValue: 0x7F01), [1, 2, 3])
    writer.write(STUNAttributeType(rawValue: 0x0031), [])
    let message = try #require(parse(writer.finish(authenticator)))
    #expect(message.unknownRequired.map(\.rawValue) == [0x7F01, 0x0031])
  }

  @Test("IC-21: the unknown attributes remembered are bounded")
  func manyUnknownAttributes() throws {
    var writer = STUNMessageWriter(STUNMessageType(.request, .binding), transactionID: id)
    for type in UInt16(0x1000)..<0x1080 { writer.write(STUNAttributeType(rawValue: type), []) }
    #expect(try #require(parse(writer.finish(nil))).unknownRequired.count == STUNMessage.unknownLimit)
  }

  @Test("IC-21: attributes after MESSAGE-INTEGRITY are ignored")
  func attributesAfterIntegrity() throws {
    let signed = check().finish(authenticator, fingerprint: false)
    // Not covered by the digest, so anyone on the path could have added them.
    let late: [UInt8] = [0x00, 0x24, 0, 4, 9, 9, 9, 9, 0x7F, 0x01, 0, 0]
    var bytes = signed + late
    let length = UInt16(bytes.count - 20)
    bytes[2] = UInt8(length >> 8)
    bytes[3] = UInt8(truncatingIfNeeded: length)
    let message = try #require(parse(bytes))
    #expect(message.priority == 1_845_501_695)
    #expect(message.unknownRequired.isEmpty)
    #expect(bytes.withRawSpan { message.isIntegrityValid($0, authenticator) })
  }

  @Test("IC-21: an error carries code, reason and the unknown attributes")
  func errors() throws {
    var writer = STUNMessageWriter(STUNMessageType(.error, .binding), transactionID: id)
    writer.writeErrorCode(.unknownAttribute)
    writer.writeUnknownAttributes([STUNAttributeType(rawValue: 0x7F01)])
    let bytes = writer.finish(nil)
    let message = try #require(parse(bytes))
    #expect(message.errorCode == .unknownAttribute)
    #expect(bytes.withRawSpan { message.reason(in: $0) } == "Unknown Attribute")
  }

  @Test("IC-21: a fingerprint that is wrong, or not the last attribute, refuses the message")
  func fingerprints() {
    var bytes = check().finish(authenticator)
    bytes[bytes.count - 1] ^= 1
    #expect(parse(bytes) == nil)
    bytes[bytes.count - 1] ^= 1
    bytes += [0x80, 0x22, 0, 0]
    bytes[3] += 4
    #expect(parse(bytes) == nil)
  }

  @Test("IC-21: a changed byte anywhere under the digest breaks integrity")
  func integrity() throws {
    let bytes = check().finish(authenticator, fingerprint: false)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x10
      guard let message = parse(changed) else { continue }
      #expect(!changed.withRawSpan { message.isIntegrityValid($0, authenticator) }, "byte \(index)")
    }
  }

  @Test("IC-21: every truncation and every flipped bit of valid messages is taken or refused, and never traps")
  func robustness() throws {
    var errorWriter = STUNMessageWriter(STUNMessageType(.error, .binding), transactionID: id)
    errorWriter.writeErrorCode(.roleConflict)
    errorWriter.writeUnknownAttributes([.priority, .username])
    let own = [
      check().finish(authenticator), errorWriter.finish(authenticator), check().finish(nil, fingerprint: false),
    ]
    for original in try own + RFC5769Vectors.load().map(\.bytes) {
      for count in 0..<original.count { visit(Array(original[..<count])) }
      for bit in 0..<original.count * 8 {
        var bytes = original
        bytes[bit / 8] ^= 1 << (bit % 8)
        visit(bytes)
      }
      #expect(parse(original) != nil)
    }
    let random = RandomSource.seeded(5)
    for _ in 0..<20_000 {
      // A sound header in front of noise reaches the attributes.
      let noise = random.bytes(Int(random.next() % 40) * 4)
      var bytes: [UInt8] = [0, 1, UInt8(noise.count >> 8), UInt8(truncatingIfNeeded: noise.count)]
      bytes += [0x21, 0x12, 0xA4, 0x42] + random.bytes(12) + noise
      visit(bytes)
    }
  }

  /// Reads everything there is to read.
  private func visit(_ bytes: [UInt8]) {
    bytes.withRawSpan { span in
      _ = DatagramKind(span)
      _ = STUNUsername.localUfrag(of: span)
      guard let message = STUNMessage(parsing: span) else { return }
      _ = message.isIntegrityValid(span, authenticator)
      _ = message.username(in: span)
      _ = message.software(in: span)
      _ = message.reason(in: span)
      if let range = message.usernameRange { _ = STUNUsername.parts(in: span, range) }
    }
  }

  @Test("IC-17: the ufrag on a shared port is read from requests only")
  func ufragOfDatagram() {
    #expect(check().finish(authenticator).withRawSpan { STUNUsername.localUfrag(of: $0) } == "receiver")
    let response = STUNMessageWriter(STUNMessageType(.success, .binding), transactionID: id).finish(nil)
    #expect(response.withRawSpan { STUNUsername.localUfrag(of: $0) } == nil)
    let anonymous = STUNRequestBuilder.binding(id)
    #expect(anonymous.withRawSpan { STUNUsername.localUfrag(of: $0) } == nil)
    #expect([UInt8](repeating: 0x80, count: 100).withRawSpan { STUNUsername.localUfrag(of: $0) } == nil)
  }
}
