import RTCBase
import RTCRTP
import Testing

/// Whatever the network sends is read without a trap.
@Suite("Hostile input")
struct HostileInputTests {
  private static let rtpPackets = [
    "80e55e58 efb0f6bc a6a144f2 018a03c0", "82003ed2 00000090 5fbd169e abcdef01 deadbeef ffff",
    "b0ef374c 4f1ba1ad f3753f70 bede0002 90300000 22010203 78800a02",
    "90ef374c 4f1ba1ad f3753f70 10000003 04013000 0203 010203 0301aa 7880",
    "90ef374c 4f1ba1ad f3753f70 bede000d 1085 22010203 00 311234 41 6130 00 53 68696768 62 6c6f77 72 fffffe 80 05"
      + "92 064032 af 0123456789abcdef 00000001 80000000 00 11223344",
  ].map(hex)

  private static let rtcpPackets = [
    "81c8000c6d2453eade46475b151a005c66a8dd3e0000010d000034f58ef891ed00000000000000f60000007f0000000000000000",
    "81ca000c6d2453ea01267b36336634353965612d343166652d343437342d396433332d3937303763396565373964317d00000000",
    "81cd000c8b4477bbf71deee4000c00000020004000360000004c0000006e1000008e000000b7000800df1000010f000001240000",
    "82cb0004 00000001 00000002 06636c6f 73656400 84ce0004 0000000a 00000000 0000000b 42000000",
    "8fce0005 00000001 00000000 52454d42 011a20df 4874ed16",
    "afcd0007 9b74f61f 9371dcbc 853c0009 63f916b3 d5520030 9baa6aaa 7b010901",
    "afcd0007 fa17fa17 43032fa0 9c14000c 75842000 bec0c13f 3b3f5390 3b000003",
  ].map(hex)

  /// The packet, everything it begins with, and it with one bit or one byte changed.
  private func mutations(of bytes: [UInt8], _ body: ([UInt8]) -> Void) {
    for count in 0...bytes.count { body(Array(bytes.prefix(count))) }
    for offset in bytes.indices {
      for bit in 0..<8 {
        var mutation = bytes
        mutation[offset] ^= 1 << UInt8(bit)
        body(mutation)
      }
      for value in [0, 0xFF, 0x7F, 0x80] as [UInt8] {
        var mutation = bytes
        mutation[offset] = value
        body(mutation)
      }
    }
  }

  private func useRTP(_ bytes: [UInt8]) {
    bytes.withRawSpan { span in
      _ = DatagramKind(span)
      guard let header = RTPHeader(parsing: span) else { return }
      #expect(header.payloadRange.upperBound + header.paddingLength == bytes.count)
      #expect(header.extensionRange.upperBound <= header.payloadRange.lowerBound)
      let values = RTPExtensionValues(parsing: span, header: header, map: commonMap)
      var demultiplexer = RTPDemultiplexer(maximumStreamCount: 2)
      demultiplexer.configure([.init(mid: StreamIdentifier("0"), payloadTypes: [101, 111, 0])])
      _ = demultiplexer.route(header, values)
    }
    let buffer = packet(bytes)
    let repair = PacketBuffer()
    let writer = RTPHeaderWriter(map: commonMap)
    if RTXPacket.build(
      repeating: buffer, ssrc: 1, payloadType: 97, sequenceNumber: 2, writer: writer, into: repair) != nil
    {
      #expect(parseHeader(repair.array) != nil)
    }
    if var received = ReceivedRTPPacket(parsing: buffer, map: commonMap, arrival: .zero),
      RTXPacket.restoreOriginal(&received, ssrc: 1, payloadType: 96)
    {
      #expect(received.header == parseHeader(buffer.array))
    }
  }

  private func useRTCP(_ bytes: [UInt8]) {
    let result = readCompound(bytes)
    #expect(result.packets.count + result.malformedCount <= bytes.count / 4 + 1)
    for case .transportFeedback(let feedback) in result.packets {
      #expect(feedback.arrivals.count <= bytes.count)
    }
    // What was read can be written, except what is ignored and what only other writers send.
    for packet in result.packets { _ = writeCompound([packet]) }
  }

  @Test("RP-01: every truncation and every flipped bit of RTP packets")
  func rtp() {
    for bytes in Self.rtpPackets { mutations(of: bytes, useRTP) }
  }

  @Test("RP-04, RP-15: every truncation and every flipped bit of RTCP packets")
  func rtcp() {
    for bytes in Self.rtcpPackets { mutations(of: bytes, useRTCP) }
    mutations(of: Self.rtcpPackets.flatMap { $0 }, useRTCP)
  }

  @Test("RP-01, RP-04: random bytes behind a plausible start", arguments: 0..<8 as Range<UInt64>)
  func random(seed: UInt64) {
    let random = RandomSource.seeded(seed)
    for _ in 0..<400 {
      var bytes = random.bytes(Int(random.uint16() % 120))
      if bytes.count > 4 {
        bytes[0] = 0x80 | bytes[0] & 0x3F
        useRTP(bytes)
        bytes[1] = 200 + bytes[1] % 8
        bytes[2] = 0
        bytes[3] = UInt8(truncatingIfNeeded: bytes.count / 4 - 1)
      }
      useRTCP(bytes)
    }
  }
}
