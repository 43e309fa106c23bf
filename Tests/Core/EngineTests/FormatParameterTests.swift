import RTCBase
import RTCEngine
import RTCJSEP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("What the peer asks of encoders in its description")
struct FormatParameterTests {
  /// The caller's audio target once both are connected, with both descriptions changed on their way.
  private func target(changing change: @escaping (String) -> String) throws -> EncodingTarget {
    let simulation = Simulation(seed: 8, impairments: .init(delay: .milliseconds(20)))
    let (caller, callee) = (simulation.addPeer("caller"), simulation.addPeer("callee"))
    let id = try caller.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
      try model.addTrack(.audio, trackID: "a", streamIDs: ["s"])
    }
    caller.attachSource(to: id, now: simulation.now)
    try simulation.negotiate(caller, callee, changing: change)
    simulation.run(for: .seconds(2))
    #expect(simulation.failures.isEmpty && !callee.audioFrames.isEmpty)
    return try #require(caller.targets[id])
  }

  @Test("CD-01: maxaveragebitrate bounds what Opus is encoded at; what lies outside its range is no bound")
  func maximumAverageBitrate() throws {
    func bitrate(_ value: String) throws -> Bitrate {
      try target { $0.replacingOccurrences(of: "useinbandfec=1", with: "useinbandfec=1;maxaveragebitrate=\(value)") }
        .bitrate
    }
    let usual = try target { $0 }.bitrate
    #expect(usual > .kilobitsPerSecond(20))
    #expect(try bitrate("16000") == .bitsPerSecond(16_000))
    #expect(try bitrate("5") == usual)
    #expect(try bitrate("many") == usual)
  }

  @Test("CD-01: ptime and maxptime decide how much sound a packet holds")
  func packetTime() throws {
    func packetTime(_ lines: String) throws -> Int? {
      try target { $0.replacingOccurrences(of: "a=rtcp-mux\r\n", with: "a=rtcp-mux\r\n" + lines) }.packetTime
    }
    #expect(try packetTime("") == nil)
    #expect(try packetTime("a=ptime:40\r\n") == 40)
    #expect(try packetTime("a=maxptime:10\r\n") == 10)
    #expect(try packetTime("a=ptime:60\r\na=maxptime:40\r\n") == 40)
  }
}

extension String {
  fileprivate func replacingOccurrences(of text: String, with other: String) -> String {
    split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
  }
}
