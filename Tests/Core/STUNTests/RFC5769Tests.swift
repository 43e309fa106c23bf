import RTCBase
import RTCSTUN
import Testing

@Suite struct RFC5769Tests {
  @Test("IC-21: the messages of RFC 5769 decode to their published fields")
  func decode() throws {
    let vectors = try RFC5769Vectors.load()
    #expect(vectors.count == 4)
    for vector in vectors {
      let bytes = vector.bytes
      let message = try #require(bytes.withRawSpan { STUNMessage(parsing: $0) }, "\(vector.name)")
      #expect(message.type.wireValue == vector.type)
      let id = RFC5769Vectors.Vector.bytes(vector.transaction_id)
      let high = id[0..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let low = id[4...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      #expect(message.transactionID == STUNTransactionID(high: high, low: low))
      #expect((bytes.withRawSpan { message.username(in: $0) } ?? "") == vector.username)
      #expect(message.mappedAddress?.description == vector.mapped)
      #expect(message.unknownRequired.isEmpty)
    }
  }

  @Test("IC-21: MESSAGE-INTEGRITY and FINGERPRINT of RFC 5769 verify, and not with another key")
  func verify() throws {
    for vector in try RFC5769Vectors.load() {
      let bytes = vector.bytes
      let message = try #require(bytes.withRawSpan { STUNMessage(parsing: $0) })
      #expect(bytes.withRawSpan { message.isIntegrityValid($0, SHA1Authenticator(key: vector.key)) })
      #expect(!bytes.withRawSpan { message.isIntegrityValid($0, SHA1Authenticator(password: "wrong")) })
      #expect(message.hasFingerprint == vector.attributes.contains { $0.type == 0x8028 })
    }
  }

  @Test("IC-21: the attribute reader yields every attribute of RFC 5769 without its padding")
  func attributes() throws {
    for vector in try RFC5769Vectors.load() {
      let bytes = vector.bytes
      var reader = STUNAttributeReader()
      for expected in vector.attributes {
        let attribute = try #require(bytes.withRawSpan { reader.next(in: $0) })
        #expect(attribute.type.rawValue == expected.type)
        #expect(Array(bytes[attribute.value]) == RFC5769Vectors.Vector.bytes(expected.value_hex))
      }
      #expect(bytes.withRawSpan { reader.isAtEnd(of: $0) })
    }
  }

  @Test("IC-21: the sample request carries what a connectivity check carries")
  func sampleRequest() throws {
    let bytes = try RFC5769Vectors.load()[0].bytes
    let message = try #require(bytes.withRawSpan { STUNMessage(parsing: $0) })
    #expect(message.type == STUNMessageType(.request, .binding))
    #expect(message.priority == 0x6E00_01FF)
    #expect(message.iceControlled == 0x932F_F9B1_5126_3B36)
    #expect(message.iceControlling == nil)
    #expect(!message.usesCandidate)
    #expect(bytes.withRawSpan { message.software(in: $0) } == "STUN test client")
    #expect(bytes.withRawSpan { STUNUsername.localUfrag(of: $0) } == "evtj")
  }

  @Test("IC-21: the writer makes the sample response of RFC 5769 §2.2 but for the padding bytes")
  func sampleResponse() throws {
    let vector = try RFC5769Vectors.load()[1]
    let id = STUNTransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE)
    let authenticator = SHA1Authenticator(key: vector.key)
    var writer = STUNMessageWriter(STUNMessageType(.success, .binding), transactionID: id)
    writer.write(.software, text: "test vector")
    writer.writeXORMappedAddress(TransportAddress(IPAddress(v4: 192, 0, 2, 1), port: 32_853))
    let bytes = writer.finish(authenticator)
    // The RFC pads SOFTWARE with a space where RFC 8489 wants zero, so the digest and the CRC differ.
    #expect(bytes.count == vector.bytes.count)
    #expect(bytes[0..<35] == vector.bytes[0..<35])
    #expect(bytes[36..<52] == vector.bytes[36..<52])
    let message = try #require(bytes.withRawSpan { STUNMessage(parsing: $0) })
    #expect(bytes.withRawSpan { message.isIntegrityValid($0, authenticator) })
  }
}
