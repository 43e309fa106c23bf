import RTCBase
import RTCEngine
import RTCJSEP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("RTCP without reports around it")
struct ReducedSizeTests {
  /// The types of the first packets of all RTCP datagrams of a lossy call.
  private func firstTypes(changing change: @escaping (String) -> String) throws -> [UInt8] {
    let simulation = Simulation(seed: 4, impairments: .init(delay: .milliseconds(20), loss: 0.05))
    let (caller, callee) = (simulation.addPeer("caller"), simulation.addPeer("callee"))
    let id = try caller.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
      try model.addTrack(.video, trackID: "v", streamIDs: ["s"])
    }
    caller.attachSource(to: id, now: simulation.now)
    simulation.capture = PacketCapture(.decrypted)
    try simulation.negotiate(caller, callee, changing: change)
    simulation.run(for: .seconds(4))
    #expect(simulation.failures.isEmpty && callee.videoFrames.count > 60)
    let bytes = try #require(simulation.capture?.bytes)
    var types: [UInt8] = []
    var offset = 24
    while offset + 16 <= bytes.count {
      // The length of a packet, whose payload follows 28 bytes of IP and UDP.
      let size = (0..<4).reduce(0) { $0 | Int(bytes[offset + 8 + $1]) << (8 * $1) }
      let payload = Array(bytes[(offset + 16 + 28)..<(offset + 16 + size)])
      if payload.withRawSpan({ DatagramKind($0) }) == .rtcp { types.append(payload[1]) }
      offset += 16 + size
    }
    return types
  }

  @Test("RP-05: feedback goes alone where both sides have agreed to it, and behind a report otherwise")
  func agreement() throws {
    let agreed = try firstTypes { $0 }
    #expect(agreed.contains(205) && agreed.contains(200) && agreed.contains(201))
    let refused = try firstTypes { $0.split(separator: "a=rtcp-rsize\r\n").joined() }
    #expect(refused.count > 20 && refused.allSatisfy { $0 == 200 || $0 == 201 })
  }
}
