import RTCBase
import RTCEngine
import RTCRTP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Much feedback in one datagram")
struct CompoundFeedbackTests {
  @Test("RP-15: dozens of messages about the same packets, in one datagram after another, are refused but for one each")
  func repeated() throws {
    let call = try PlainCall()
    call.simulation.run(for: .seconds(2))
    let sent = call.caller.engine.makeStatistics(now: call.simulation.now).outbound.map(\.stream)
    let video = PlainCall.word(try #require(sent.first { $0.kind == .video }).ssrc)
    // Of all packets since the first: a run of 8,191 that did not come, in 24 bytes.
    let message = PlainCall.control(
      205, 15, video + video + PlainCall.word(1 << 16 | 8_191) + PlainCall.word(1 << 8) + PlainCall.word(0x1FFF << 16))
    #expect(message.count == 24)
    let datagram = [UInt8]([[UInt8]](repeating: message, count: 49).joined())
    func refused() -> UInt64 { call.caller.engine.makeDiagnostics().transports[0].implausibleFeedback }
    let before = refused()
    call.inject([[UInt8]](repeating: datagram, count: 10))
    #expect(refused() == before + 480)
    call.simulation.run(for: .seconds(4))
    #expect(refused() == before + 480)
    #expect(call.callee.videoFrames.count > 100)
  }
}
