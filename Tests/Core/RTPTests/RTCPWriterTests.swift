import RTCBase
import RTCRTP
import Testing

@Suite("RTCP writer")
struct RTCPWriterTests {
  private func blocks(_ count: Int) -> [ReportBlock] {
    (0..<count).map { ReportBlock(ssrc: SSRC(rawValue: UInt32($0)), interarrivalJitter: UInt32($0)) }
  }

  private func sourceDescription(_ cname: String) -> RTCPPacket {
    .sourceDescription(SourceDescription(ssrc: 0x30b6_8407, cname: cname))
  }

  @Test("RP-04: every packet is read as it was written")
  func roundTrip() throws {
    let messages: [RTCPPacket] = [
      .senderReport(
        SenderReport(
          ssrc: 1, ntpTime: NTPTime(rawValue: .max), rtpTimestamp: .max, packetCount: 3, octetCount: 4,
          reportBlocks: blocks(2))),
      .receiverReport(ReceiverReport(ssrc: 1)),
      .sourceDescription(
        SourceDescription(chunks: [
          .init(ssrc: 1, cname: "abc"), .init(ssrc: 2, cname: ""),
          .init(ssrc: 3, items: [.init(type: 1, text: "ä"), .init(type: SourceDescription.Item.mid, text: "0")]),
        ])),
      .negativeAcknowledgement(NegativeAcknowledgement(senderSSRC: 1, mediaSSRC: 2, sequenceNumbers: [65_535, 0, 15])),
      .pictureLossIndication(PictureLossIndication(senderSSRC: 1, mediaSSRC: 2)),
      .fullIntraRequest(
        FullIntraRequest(
          senderSSRC: 1, entries: [.init(ssrc: 2, sequenceNumber: 255), .init(ssrc: 3, sequenceNumber: 0)])),
      .receiverEstimatedMaximumBitrate(
        ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: .kilobitsPerSecond(300), ssrcs: [2, 3])),
      .transportFeedback(
        TransportFeedback(
          senderSSRC: 1, mediaSSRC: 2, baseSequenceNumber: 65_530, packetStatusCount: 20, referenceTime: 0xFF_FFFF,
          feedbackCount: 9, arrivals: [.init(sequenceNumber: 65_530, ticks: 5), .init(sequenceNumber: 3, ticks: -300)])),
      .goodbye(Goodbye(ssrcs: [1], reason: "")),
    ]
    let bytes = try #require(writeCompound(messages))
    #expect(bytes.count & 3 == 0)
    let result = readCompound(bytes)
    #expect(result.packets == messages)
    #expect(result.malformedCount == 0)
  }

  @Test("RP-12: a full intra request has entries with sequence numbers and no media source")
  func fullIntraRequest() {
    let request = FullIntraRequest(senderSSRC: 0x0A, entries: [.init(ssrc: 0x0B, sequenceNumber: 0x42)])
    #expect(writeCompound([.fullIntraRequest(request)]) == hex("84ce0004 0000000a 00000000 0000000b 42000000"))
    #expect(writeCompound([.fullIntraRequest(FullIntraRequest(senderSSRC: 1, entries: []))]) == nil)
  }

  @Test("RP-04: more than 31 report blocks continue in receiver reports")
  func manyBlocks() throws {
    let report = SenderReport(
      ssrc: 9, ntpTime: NTPTime(rawValue: 1), rtpTimestamp: 2, packetCount: 3, octetCount: 4, reportBlocks: blocks(40))
    let bytes = try #require(writeCompound([.senderReport(report)]))
    var first = report
    first.reportBlocks = Array(blocks(40).prefix(31))
    #expect(
      readCompound(bytes).packets == [
        .senderReport(first), .receiverReport(ReceiverReport(ssrc: 9, reportBlocks: Array(blocks(40).dropFirst(31)))),
      ])
    let long = try #require(
      writeCompound([.receiverReport(ReceiverReport(ssrc: 9, reportBlocks: blocks(33)))], maximumByteCount: 1_200))
    #expect(readCompound(long).packets.count == 2)
  }

  @Test("RP-04: what does not fit leaves the packet as it was")
  func bounded() {
    let packet = PacketBuffer()
    var writer = RTCPWriter(into: packet, maximumByteCount: 60)
    let first = writer.append(sourceDescription("x"))
    #expect(first)
    let before = packet.array
    let refused: [RTCPPacket] = [
      .receiverReport(ReceiverReport(ssrc: 1, reportBlocks: blocks(2))),
      .unknown(type: 204, format: 0, byteCount: 4),
      .goodbye(Goodbye(ssrcs: Array(repeating: 1, count: 32))),
    ]
    for message in refused {
      let isWritten = writer.append(message)
      #expect(!isWritten)
      #expect(packet.array == before)
    }
    #expect(writer.remainingByteCount == 60 - before.count)
    let second = writer.append(.receiverReport(ReceiverReport(ssrc: 1, reportBlocks: blocks(1))))
    #expect(second)
    #expect(writer.byteCount <= 60)
  }

  @Test("RP-04: more than a packet's storage is never written, whatever the caller allows")
  func boundedByStorage() {
    #expect(
      writeCompound([.receiverReport(ReceiverReport(ssrc: 1, reportBlocks: blocks(100)))], maximumByteCount: .max)
        == nil)
    let estimate = ReceiverEstimatedMaximumBitrate(
      senderSSRC: 1, bitrate: .zero, ssrcs: Array(repeating: 1, count: 256))
    #expect(writeCompound([.receiverEstimatedMaximumBitrate(estimate)], maximumByteCount: .max) == nil)
  }

  @Test("RP-04: text is cut at a character after at most 255 bytes")
  func longText() throws {
    let bytes = try #require(writeCompound([sourceDescription(String(repeating: "ä", count: 200))]))
    guard case .sourceDescription(let description) = readCompound(bytes).packets.first else {
      Issue.record("no source description")
      return
    }
    #expect(description.chunks.first?.cname == String(repeating: "ä", count: 127))
  }

  @Test("RP-04: a captured source description is written byte for byte")
  func capturedSourceDescription() {
    let bytes = hex(
      "81ca000c6d2453ea01267b36336634353965612d343166652d343437342d396433332d3937303763396565373964317d00000000")
    let description = SourceDescription(ssrc: 0x6d24_53ea, cname: "{63f459ea-41fe-4474-9d33-9707c9ee79d1}")
    #expect(readCompound(bytes).packets == [.sourceDescription(description)])
    #expect(writeCompound([.sourceDescription(description)]) == bytes)
  }

  @Test("RP-09: neighbours share a bit mask, across the wrap too")
  func bitMasks() throws {
    func pairs(_ numbers: [SequenceNumber]) -> [UInt8]? {
      writeCompound([
        .negativeAcknowledgement(NegativeAcknowledgement(senderSSRC: 1, mediaSSRC: 2, sequenceNumbers: numbers))
      ]).map { Array($0.dropFirst(12)) }
    }
    #expect(pairs([100]) == hex("00640000"))
    #expect(pairs([100, 101, 116]) == hex("00648001"))
    #expect(pairs([100, 117]) == hex("00640000 00750000"))
    #expect(pairs([65_535, 0, 15]) == hex("ffff8001"))
    #expect(pairs([5, 5, 6]) == hex("00050001"))
    #expect(pairs([7, 5]) == hex("00070000 00050000"))
    #expect(pairs([]) == nil)
  }

  @Test("RP-09: a request too long for one packet goes on in the next")
  func longRequest() {
    let numbers = (0..<1_000).map { SequenceNumber(rawValue: UInt16($0 * 20)) }
    var request = NegativeAcknowledgement(senderSSRC: 1, mediaSSRC: 2, sequenceNumbers: numbers)
    var seen: [SequenceNumber] = []
    var packetCount = 0
    while !request.sequenceNumbers.isEmpty, packetCount < 10 {
      let packet = PacketBuffer()
      var writer = RTCPWriter(into: packet)
      let count = writer.appendPrefix(of: request)
      #expect(count > 0)
      #expect(packet.count <= 1_200)
      if case .negativeAcknowledgement(let part) = readCompound(packet.array).packets.first {
        seen += part.sequenceNumbers
      }
      request.sequenceNumbers.removeFirst(count)
      packetCount += 1
    }
    #expect(seen == numbers)
    #expect(packetCount == 4)
    var full = RTCPWriter(into: PacketBuffer(), maximumByteCount: 15)
    let count = full.appendPrefix(of: NegativeAcknowledgement(senderSSRC: 1, mediaSSRC: 2, sequenceNumbers: [1]))
    #expect(count == 0)
    #expect(full.isEmpty)
  }

  /// Writes messages as far as each packet goes, and reads them again.
  private func writeAll(_ messages: [RTCPPacket], maximumByteCount: Int, reserving: Int = 0) -> [[RTCPPacket]] {
    var result: [[RTCPPacket]] = []
    var rest = messages[...]
    while !rest.isEmpty, result.count < 100 {
      let packet = PacketBuffer()
      var writer = RTCPWriter(into: packet, maximumByteCount: maximumByteCount)
      packing: while let message = rest.first {
        switch writer.appendPart(of: message, reserving: reserving) {
        case .whole: rest.removeFirst()
        case .some(let left): rest[rest.startIndex] = left
        case .none: break packing
        }
      }
      guard !packet.isEmpty else { break }
      #expect(packet.count <= maximumByteCount - reserving)
      let read = readCompound(packet.array)
      #expect(read.malformedCount == 0)
      result.append(read.packets)
    }
    #expect(rest.isEmpty)
    return result
  }

  @Test("RP-04: a report goes on in receiver reports, in as many packets as its blocks need", arguments: [0, 40])
  func cutReports(reserving: Int) throws {
    let first = SenderReport(
      ssrc: 9, ntpTime: NTPTime(rawValue: 1), rtpTimestamp: 2, packetCount: 3, octetCount: 4, reportBlocks: blocks(128))
    let messages: [RTCPPacket] = [
      .senderReport(first), .receiverReport(ReceiverReport(ssrc: 9, reportBlocks: blocks(61))),
      .receiverReport(ReceiverReport(ssrc: 9)), sourceDescription("x"),
    ]
    for size in [100, 200, 777, 1_180] {
      let packets = writeAll(messages, maximumByteCount: size, reserving: reserving).joined()
      var seen: [ReportBlock] = []
      for (number, packet) in packets.enumerated() {
        switch packet {
        case .senderReport(let report):
          #expect(number == 0 && report.ntpTime == first.ntpTime && report.ssrc == 9)
          seen += report.reportBlocks
        case .receiverReport(let report):
          #expect(report.ssrc == 9)
          seen += report.reportBlocks
        default: #expect(packet == sourceDescription("x") && number == packets.count - 1)
        }
      }
      #expect(seen == blocks(128) + blocks(61))
    }
  }

  @Test("RP-09: a request too long for what is left of a packet is cut, and what cannot be cut waits for the next")
  func cutRequests() {
    let numbers = (0..<700).map { SequenceNumber(rawValue: UInt16($0 * 20)) }
    let request = RTCPPacket.negativeAcknowledgement(
      NegativeAcknowledgement(senderSSRC: 1, mediaSSRC: 2, sequenceNumbers: numbers))
    let packets = writeAll([sourceDescription("name"), request, sourceDescription("again")], maximumByteCount: 1_000)
    #expect(packets.count == 3)
    let seen = packets.joined().flatMap { packet -> [SequenceNumber] in
      if case .negativeAcknowledgement(let part) = packet { part.sequenceNumbers } else { [] }
    }
    #expect(seen == numbers)
    var small = RTCPWriter(into: PacketBuffer(), maximumByteCount: 20)
    let names = sourceDescription("far too long for twenty bytes")
    let (whole, name) = (small.appendPart(of: request, reserving: 8), small.appendPart(of: names))
    #expect(whole == .none && name == .none && small.isEmpty)
    let report = small.appendPart(of: .receiverReport(ReceiverReport(ssrc: 1, reportBlocks: blocks(1))))
    #expect(report == .none && small.isEmpty)
  }
}
