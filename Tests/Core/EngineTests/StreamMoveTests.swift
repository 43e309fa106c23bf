import RTCBase
import RTCEngine
import RTCRTP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Streams that end, begin and move within one batch")
struct StreamMoveTests {
  @Test("RX-01: a track whose stream ends while another begins is not told to be muted")
  func replaced() throws {
    let call = try PlainCall()
    let video = try #require(
      call.caller.engine.makeStatistics(now: call.simulation.now).inbound.first { $0.stream.kind == .video })
    let transceiver = video.transceiver
    #expect(call.caller.receiving[transceiver] == true)
    let goodbye = PlainCall.control(203, 1, PlainCall.word(video.stream.ssrc))
    call.inject([goodbye, call.media(4_242, call.vp8, 1, PlainCall.keyFrame)])
    #expect(call.caller.receiving[transceiver] == true)
    call.inject([PlainCall.control(203, 1, PlainCall.word(4_242))])
    #expect(call.caller.receiving[transceiver] == false)
  }

  @Test("SR-06: a stream that moves to another section leaves no receiver behind")
  func moved() throws {
    let call = try PlainCall()
    let sdp = call.caller.engine.jsep.localDescription?.sdp ?? ""
    let lines = sdp.split(whereSeparator: \.isNewline)
    let mid = try #require(lines.first { $0.hasPrefix("a=mid:") }?.dropFirst(6))
    let map = try #require(lines.first { $0.hasPrefix("a=extmap:") && $0.hasSuffix(":sdes:mid") })
    let extensionID = try #require(UInt8(map.dropFirst(9).prefix { $0.isNumber }))
    func count(_ ssrc: UInt32) -> Int {
      call.caller.engine.makeStatistics(now: call.simulation.now).inbound.filter { $0.stream.ssrc == ssrc }.count
    }
    call.inject([
      call.media(1_001, call.vp8, 1, PlainCall.keyFrame), call.media(1_002, call.vp8, 1, PlainCall.keyFrame),
    ])
    #expect(count(1_001) == 1 && count(1_002) == 1)
    // The first section is the sound's.
    call.inject([
      PlainCall.control(203, 1, PlainCall.word(1_001)),
      call.media(1_002, call.opus, 2, mid: (String(mid), extensionID), [0xF8, 1, 2, 3]),
    ])
    #expect(count(1_001) == 0 && count(1_002) == 1)
    let sent = call.controlSent { call.simulation.run(for: .seconds(2)) }
    for (packets, _) in sent {
      let blocks = packets.flatMap { packet -> [ReportBlock] in
        switch packet {
        case .senderReport(let report): report.reportBlocks
        case .receiverReport(let report): report.reportBlocks
        default: []
        }
      }
      #expect(blocks.filter { $0.ssrc == SSRC(rawValue: 1_002) }.count <= 1)
    }
  }
}
