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
}
