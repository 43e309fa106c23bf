import RTCBase
import RTCEngine
import RTCRTP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Reports about many streams")
struct ReportTests {
  private func blocks(_ packets: [RTCPPacket]) -> [ReportBlock] {
    packets.flatMap { packet -> [ReportBlock] in
      switch packet {
      case .senderReport(let report): report.reportBlocks
      case .receiverReport(let report): report.reportBlocks
      default: []
      }
    }
  }

  @Test("RP-04: where more streams come than one report takes, they take turns, and none goes without reports")
  func turns() throws {
    let call = try PlainCall()
    let ssrcs = (1...56).map { UInt32($0) &* 2_654_435_761 }
    var sequence = 0
    let sent = call.controlSent {
      for _ in 0..<40 {
        sequence += 1
        call.inject(
          ssrcs.map { call.media($0, call.vp8, sequence, timestamp: UInt32(sequence) * 9_000, PlainCall.keyFrame) })
        call.simulation.run(for: .milliseconds(100))
      }
    }
    let reported = sent.map { blocks($0.packets) }.filter { !$0.isEmpty }
    #expect(reported.count >= 6)
    for ssrc in ssrcs {
      let times = reported.filter { $0.contains { $0.ssrc == SSRC(rawValue: ssrc) } }.count
      #expect(times >= 2, "\(ssrc)")
      #expect(times >= reported.count / 3, "\(ssrc)")
    }
    #expect(sent.allSatisfy { $0.byteCount <= 1_200 })
  }

  @Test("RP-04, RP-05: every compound packet begins with a report and a name, however much is to be told")
  func compounds() throws {
    // 20 streams each way: their reports, names and requests fill several packets.
    let kinds = [MediaStreamTrackKind](repeating: .video, count: 20)
    let call = try PlainCall(callerKinds: kinds, calleeKinds: kinds) {
      $0.split(separator: "a=rtcp-rsize\r\n").joined()
    }
    let inbound = call.caller.engine.makeStatistics(now: call.simulation.now).inbound.map {
      SSRC(rawValue: $0.stream.ssrc)
    }
    #expect(inbound.count == 20)
    // Every twentieth packet comes.
    let sent = call.controlSent {
      call.simulation.run(for: .seconds(2))
      for ssrc in inbound.prefix(2) {
        call.inject(
          (0..<150).map { call.media(ssrc.rawValue, call.vp8, 40_000 + $0 * 18, timestamp: 900_000, [0x00, 1]) })
      }
      call.simulation.run(for: .seconds(2))
    }
    #expect(sent.count > 20)
    for (packets, byteCount) in sent {
      #expect(byteCount <= 1_200)
      let isReport =
        switch packets.first {
        case .senderReport, .receiverReport: true;
        default: false
        }
      #expect(isReport)
      let hasName = packets.contains {
        if case .sourceDescription(let description) = $0 {
          description.chunks.contains { $0.cname != nil }
        } else {
          false
        }
      }
      #expect(hasName)
    }
    let reported = Set(sent.flatMap { blocks($0.packets) }.map(\.ssrc))
    #expect(inbound.allSatisfy { reported.contains($0) })
    // Each stream that is sent has its sender reports.
    let senders = Set(
      sent.flatMap(\.packets).compactMap { if case .senderReport(let report) = $0 { report.ssrc } else { nil } })
    #expect(senders.count == 20)
  }
}
