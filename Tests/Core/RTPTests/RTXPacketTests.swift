import RTCBase
import RTCRTP
import Testing

@Suite("Retransmission packets")
struct RTXPacketTests {
  private let writer = RTPHeaderWriter(map: commonMap)

  private func media(payload: [UInt8], rid: String? = nil) -> PacketBuffer {
    var values = RTPExtensionValues()
    values.mid = "1"
    values.rid = rid
    values.transportSequenceNumber = 5
    values.absoluteSendTime = 6
    let packet = PacketBuffer()
    writer.write(
      RTPHeader(marker: true, payloadType: 96, sequenceNumber: 65_535, timestamp: 90_000, ssrc: 0x1111),
      extensions: values,
      into: packet)
    packet.append(payload.span.bytes)
    return packet
  }

  @Test("RP-10: a packet survives retransmission", arguments: [0, 1, 2, 3, 500])
  func roundTrip(payloadByteCount: Int) throws {
    let payload = (0..<payloadByteCount).map { UInt8(truncatingIfNeeded: $0) }
    let original = media(payload: payload)
    let repair = PacketBuffer()
    let layout = try #require(
      RTXPacket.build(
        repeating: original, ssrc: 0x2222, payloadType: 97, sequenceNumber: 7, writer: writer, into: repair))
    layout.setTransportSequenceNumber(99, in: repair)
    var received = try #require(ReceivedRTPPacket(parsing: repair, map: commonMap, arrival: .zero))
    #expect(received.header.ssrc == 0x2222)
    #expect(received.header.payloadType == 97)
    #expect(received.header.sequenceNumber == 7)
    #expect(received.header.timestamp == 90_000)
    #expect(received.header.marker)
    #expect(received.header.payloadRange.count == payloadByteCount + RTXPacket.overhead)
    #expect(received.extensions.transportSequenceNumber == 99)
    let isRestored = RTXPacket.restoreOriginal(&received, ssrc: 0x1111, payloadType: 96)
    #expect(isRestored)
    #expect(received.header.sequenceNumber == 65_535)
    #expect(received.header == parseHeader(repair.array))
    #expect(Array(repair.array[received.header.payloadRange]) == payload)
    layout.setTransportSequenceNumber(5, in: repair)
    #expect(repair.array == original.array)
  }

  @Test("HX-02: a repaired stream is named by its RID")
  func repairedRID() throws {
    let repair = PacketBuffer()
    _ = RTXPacket.build(
      repeating: media(payload: [1], rid: "hi"), ssrc: 0x2222, payloadType: 97, sequenceNumber: 7, writer: writer,
      into: repair)
    let values = try #require(parseExtensions(repair.array, commonMap))
    #expect(values.rid == nil)
    #expect(values.repairedRid == "hi")
    #expect(values.mid == "1")
  }

  @Test("RP-10: padding of a retransmission goes")
  func padded() throws {
    let buffer = packet(hex("a0e1 0007 00000001 00002222 1234 aabbcc 000003"))
    var received = try #require(ReceivedRTPPacket(parsing: buffer, map: commonMap, arrival: .zero))
    let isRestored = RTXPacket.restoreOriginal(&received, ssrc: 0x1111, payloadType: 96)
    #expect(isRestored)
    #expect(buffer.array == hex("80e0 1234 00000001 00001111 aabbcc"))
    #expect(received.header == parseHeader(buffer.array))
  }

  @Test("RP-10: padding alone, or one byte of payload, has no original and stays as it is")
  func withoutOriginal() throws {
    for text in ["a0e1 0007 00000000 00002222 000003", "80e1 0007 00000000 00002222 01", "80e1 0007 00000000 00002222"]
    {
      let buffer = packet(hex(text))
      var received = try #require(ReceivedRTPPacket(parsing: buffer, map: commonMap, arrival: .zero))
      let before = received.header
      let isRestored = RTXPacket.restoreOriginal(&received, ssrc: 0x1111, payloadType: 96)
      #expect(!isRestored)
      #expect(received.header == before)
      #expect(buffer.array == hex(text))
    }
  }

  @Test("RP-10: what is not RTP, or too long, is not repeated")
  func unrepeatable() {
    let repair = PacketBuffer()
    #expect(
      RTXPacket.build(
        repeating: packet([1, 2, 3]), ssrc: 1, payloadType: 97, sequenceNumber: 7, writer: writer, into: repair) == nil)
    let full = media(payload: [UInt8](repeating: 0, count: PacketBuffer.capacity - 40))
    #expect(full.remainingCapacity < 14)
    while full.remainingCapacity > 0 { full.append(UInt8(1)) }
    #expect(
      RTXPacket.build(
        repeating: full, ssrc: 1, payloadType: 97, sequenceNumber: 7, writer: writer, into: repair) == nil)
    #expect(repair.isEmpty)
  }

  @Test("RP-17: probes are padding alone", arguments: [(1, 1), (224, 224), (255, 255), (1_000, 255), (0, 1), (-4, 1)])
  func probe(asked: Int, expected: Int) throws {
    var values = RTPExtensionValues()
    values.transportSequenceNumber = 0
    let packet = PacketBuffer()
    let layout = RTXPacket.buildPadding(
      RTPHeader(payloadType: 97, sequenceNumber: 9, timestamp: 0, ssrc: 0x2222), extensions: values,
      paddingLength: asked, writer: writer, into: packet)
    layout.setTransportSequenceNumber(3, in: packet)
    let header = try #require(parseHeader(packet.array))
    #expect(header.paddingLength == expected)
    #expect(header.payloadRange.isEmpty)
    #expect(parseExtensions(packet.array, commonMap)?.transportSequenceNumber == 3)
  }
}
