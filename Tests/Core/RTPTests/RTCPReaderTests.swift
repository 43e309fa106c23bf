import RTCBase
import RTCRTP
import Testing

@Suite("RTCP reader")
struct RTCPReaderTests {
  @Test("RP-04: a captured sender report")
  func senderReport() {
    let result = readCompound(
      hex("81c8000c6d2453eade46475b151a005c66a8dd3e0000010d000034f58ef891ed00000000000000f60000007f0000000000000000"))
    #expect(
      result.packets == [
        .senderReport(
          SenderReport(
            ssrc: 1_831_097_322, ntpTime: NTPTime(rawValue: 16_016_567_581_311_369_308), rtpTimestamp: 1_722_342_718,
            packetCount: 269, octetCount: 13_557,
            reportBlocks: [
              ReportBlock(ssrc: 2_398_654_957, extendedHighestSequenceNumber: 246, interarrivalJitter: 127)
            ]))
      ])
    #expect(result.malformedCount == 0)
  }

  @Test("RP-04: a captured receiver report")
  func receiverReport() {
    let result = readCompound(hex("81c9000730b68407479437af0000000000000276000007720000000000000000"))
    #expect(
      result.packets == [
        .receiverReport(
          ReceiverReport(
            ssrc: 817_267_719,
            reportBlocks: [
              ReportBlock(ssrc: 1_200_895_919, extendedHighestSequenceNumber: 630, interarrivalJitter: 1_906)
            ]))
      ])
  }

  @Test("RP-04: loss is a signed number of 24 bits")
  func negativeLoss() throws {
    let block = ReportBlock(ssrc: 2, fractionLost: 255, cumulativePacketsLost: -1)
    let report = RTCPPacket.receiverReport(ReceiverReport(ssrc: 1, reportBlocks: [block]))
    let bytes = try #require(writeCompound([report]))
    #expect(Array(bytes[12..<16]) == [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(readCompound(bytes).packets == [report])
    for (lost, expected) in [(Int32.max, Int32(0x7F_FFFF)), (.min, -0x80_0000)] {
      let bytes = try #require(
        writeCompound([
          .receiverReport(ReceiverReport(ssrc: 1, reportBlocks: [ReportBlock(ssrc: 2, cumulativePacketsLost: lost)]))
        ]))
      guard case .receiverReport(let report) = readCompound(bytes).packets.first else {
        Issue.record("no report")
        return
      }
      #expect(report.reportBlocks.first?.cumulativePacketsLost == expected)
    }
  }

  @Test("RP-04: the round trip of RFC 3550's figure 2 is 6.125 s")
  func roundTripTime() {
    let block = ReportBlock(ssrc: 1, lastSenderReport: 0xB705_2000, delaySinceLastSenderReport: 0x0005_4000)
    #expect(block.roundTripTime(at: NTPTime(rawValue: 0xB44D_B710_8000_0000)) == .milliseconds(6_125))
    #expect(block.roundTripTime(at: NTPTime(rawValue: 0xB44D_B70A_0000_0000)) == .zero)
    #expect(ReportBlock(ssrc: 1).roundTripTime(at: NTPTime(rawValue: 1)) == nil)
  }

  @Test("RP-04: a captured compound packet, foreign packets in it included")
  func compound() {
    let result = readCompound(
      hex(
        """
        81c90007 902f9e2e bc5e9a40 00000000 000046e1 00000111 09f36432 00024a79
        81ca000c 902f9e2e 0126 7b39633030656239322d316166622d396434392d613437642d3931663634656565363966357d 00000000
        81cb0001 902f9e2e
        81ce0002 902f9e2e 902f9e2e
        85cd0002 902f9e2e 902f9e2e
        80cc0003 4baae1ab 4e414d45 41424344
        """))
    #expect(
      result.packets == [
        .receiverReport(
          ReceiverReport(
            ssrc: 0x902f_9e2e,
            reportBlocks: [
              ReportBlock(
                ssrc: 0xbc5e_9a40, extendedHighestSequenceNumber: 0x46e1, interarrivalJitter: 273,
                lastSenderReport: 0x9f3_6432, delaySinceLastSenderReport: 150_137)
            ])),
        .sourceDescription(
          SourceDescription(ssrc: 0x902f_9e2e, cname: "{9c00eb92-1afb-9d49-a47d-91f64eee69f5}")),
        .goodbye(Goodbye(ssrcs: [0x902f_9e2e])),
        .pictureLossIndication(PictureLossIndication(senderSSRC: 0x902f_9e2e, mediaSSRC: 0x902f_9e2e)),
        .unknown(type: 205, format: 5, byteCount: 12),
        .unknown(type: 204, format: 0, byteCount: 16),
      ])
    #expect(result.malformedCount == 0)
  }

  @Test("RP-08: a captured request for twelve packets")
  func negativeAcknowledgement() {
    let bytes = hex(
      "81cd000c8b4477bbf71deee4000c00000020004000360000004c0000006e1000008e000000b7000800df1000010f000001240000")
    let request = NegativeAcknowledgement(
      senderSSRC: 2_336_520_123, mediaSSRC: 4_145_934_052,
      sequenceNumbers: [12, 32, 39, 54, 76, 110, 123, 142, 183, 187, 223, 236, 271, 292])
    #expect(readCompound(bytes).packets == [.negativeAcknowledgement(request)])
    #expect(writeCompound([.negativeAcknowledgement(request)]) == bytes)
  }

  @Test("RP-24: XR, application messages and unknown feedback are passed over")
  func ignored() {
    let result = readCompound(
      hex(
        """
        80cf0004 00000001 04000002 0000000000000001
        8fce0003 00000001 00000000 4e4f5045
        8fce0002 00000001 00000000
        9fce0002 00000001 00000000
        83cd0004 00000001 00000000 00000002 00000000
        80d00000
        """))
    #expect(
      result.packets == [
        .unknown(type: 207, format: 0, byteCount: 20), .unknown(type: 206, format: 15, byteCount: 16),
        .unknown(type: 206, format: 15, byteCount: 12), .unknown(type: 206, format: 31, byteCount: 12),
        .unknown(type: 205, format: 3, byteCount: 20), .unknown(type: 208, format: 0, byteCount: 4),
      ])
    #expect(result.malformedCount == 0)
  }

  @Test("RP-05, RP-24: a lone feedback packet is accepted")
  func reducedSize() {
    let result = readCompound(hex("81ce0002 54506265 23013fb9"))
    #expect(
      result.packets == [
        .pictureLossIndication(PictureLossIndication(senderSSRC: 1_414_554_213, mediaSSRC: 587_284_409))
      ])
  }

  @Test("RP-04: padding of a packet is left out")
  func padding() {
    #expect(readCompound(hex("a0cb0001 04040404")).packets == [.goodbye(Goodbye(ssrcs: []))])
    #expect(readCompound(hex("a1cb0002 00000001 00000004")).packets == [.goodbye(Goodbye(ssrcs: [1]))])
    for bad in ["a1cb0001 00000000", "a1cb0001 000000ff", "a0cb0000", "a1cb0001 00000008"] {
      let result = readCompound(hex(bad))
      #expect(result.packets.isEmpty)
      #expect(result.malformedCount == 1)
    }
  }

  @Test("RP-04: a goodbye with a reason")
  func goodbyeReason() throws {
    let goodbye = RTCPPacket.goodbye(Goodbye(ssrcs: [1, 2], reason: "closed"))
    let bytes = try #require(writeCompound([goodbye]))
    #expect(bytes == hex("82cb0004 00000001 00000002 06636c6f 73656400"))
    #expect(readCompound(bytes).packets == [goodbye])
  }

  @Test(
    "RP-04: counts that lie are malformed, and the packet behind is still read",
    arguments: [
      "91cb0001 ae528b43", "81ce0001 ae528b43", "81c90001 ae528b43", "81cd0001 ae528b43", "81c80001 ae528b43",
      "9fc90007 30b68407 479437af 00000000 00000276 00000772 00000000 00000000", "81cd0002 00000001 00000002",
      "84ce0002 00000001 00000002", "81cb0002 00000001 ff636c6f", "82ca0002 00000001 00000000",
      "81ca0002 00000001 01ff6161", "8fce0005 00000001 00000000 52454d42 02000001 00000005",
      "84ce0003 00000001 00000002 00000003", "8fcd0004 00000001 00000002 00010000 00000000",
    ])
  func lyingCounts(text: String) {
    let result = readCompound(hex(text + "81ce0002 00000001 00000002"))
    #expect(result.packets == [.pictureLossIndication(PictureLossIndication(senderSSRC: 1, mediaSSRC: 2))])
    #expect(result.malformedCount == 1)
  }

  @Test(
    "RP-04: a length that lies ends the walk",
    arguments: ["81ce0003 00000001 00000002", "81ceffff", "81ce00", "01ce0002 00000001 00000002", "00"])
  func lyingLengths(text: String) {
    let result = readCompound(hex("81ce0002 00000001 00000002" + text))
    #expect(result.packets == [.pictureLossIndication(PictureLossIndication(senderSSRC: 1, mediaSSRC: 2))])
    #expect(result.malformedCount == 1)
  }

  @Test("RP-04: nothing holds nothing")
  func empty() {
    #expect(readCompound([]).packets.isEmpty)
    #expect(readCompound([]).malformedCount == 0)
  }

  @Test("RP-14: a captured estimate, and estimates beyond what a bitrate holds")
  func estimate() throws {
    let bytes = hex("8fce0005 00000001 00000000 52454d42 011a20df 4874ed16")
    let estimate = ReceiverEstimatedMaximumBitrate(
      senderSSRC: 1, bitrate: .bitsPerSecond(8_927_168), ssrcs: [1_215_622_422])
    #expect(readCompound(bytes).packets == [.receiverEstimatedMaximumBitrate(estimate)])
    #expect(writeCompound([.receiverEstimatedMaximumBitrate(estimate)]) == bytes)
    for (word, expected) in [
      ("00ffffff", Int64.max), ("00bc0000", 0), ("00b60001", 1 << 45 | 1 << 62), ("00000000", 0), ("0003ffff", 262_143),
    ] {
      let result = readCompound(hex("8fce0004 00000001 00000000 52454d42" + word))
      guard case .receiverEstimatedMaximumBitrate(let estimate) = result.packets.first else {
        Issue.record("no estimate in \(word)")
        continue
      }
      #expect(estimate.bitrate.bitsPerSecond == expected)
    }
  }

  @Test(
    "RP-14: a written estimate is rounded down", arguments: [0, 1, 262_143, 262_144, 8_927_167, .max, -5] as [Int64])
  func estimateRounding(bitsPerSecond: Int64) throws {
    let bytes = try #require(
      writeCompound([
        .receiverEstimatedMaximumBitrate(
          ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: .bitsPerSecond(bitsPerSecond), ssrcs: []))
      ]))
    guard case .receiverEstimatedMaximumBitrate(let estimate) = readCompound(bytes).packets.first else {
      Issue.record("no estimate")
      return
    }
    let expected = max(0, bitsPerSecond)
    #expect(estimate.bitrate.bitsPerSecond <= expected)
    #expect(Double(estimate.bitrate.bitsPerSecond) >= Double(expected) * (1 - 1.0 / 131_072))
  }
}
