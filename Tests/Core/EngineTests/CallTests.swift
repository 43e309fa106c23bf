import RTCBase
import RTCEngine
import RTCJSEP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Two engines in memory")
struct CallTests {
  /// Audio and video both ways.
  private func makeCall(
    seed: UInt64 = 1, impairments: NetworkImpairments = .init(delay: .milliseconds(25))
  ) throws -> (Simulation, caller: SimulatedPeer, callee: SimulatedPeer) {
    let simulation = Simulation(seed: seed, impairments: impairments)
    let caller = simulation.addPeer("caller") { $0.bitrateLimits = .modest }
    let callee = simulation.addPeer("callee") { $0.bitrateLimits = .modest }
    for peer in [caller, callee] {
      for kind in [MediaStreamTrackKind.audio, .video] {
        let id = try peer.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
          try model.addTrack(kind, trackID: "\(peer.name)-\(kind)", streamIDs: [peer.name])
        }
        peer.attachSource(to: id, now: simulation.now)
      }
    }
    try simulation.negotiate(caller, callee)
    return (simulation, caller, callee)
  }

  @Test("A call connects and carries audio and video both ways")
  func call() throws {
    let (simulation, caller, callee) = try makeCall()
    simulation.run(for: .seconds(6))
    #expect(simulation.failures == [])
    for peer in [caller, callee] {
      let connected = try #require(peer.connectedAt)
      #expect(connected - .zero < .milliseconds(400))
      #expect(peer.connectionStates.map(\.state) == [.connecting, .connected])
      #expect(peer.videoFrames.count > 155)
      #expect(peer.audioFrames.count > 265)
      #expect(peer.brokenFrames == 0)
      #expect(Double(peer.concealedTicks) < 0.01 * Double(peer.playedTicks))
      #expect(peer.receiving.values.filter { $0 }.count == 2)
    }
  }

  @Test("The same seed gives the same bytes")
  func determinism() throws {
    func hash(seed: UInt64) throws -> UInt64 {
      let (simulation, _, _) = try makeCall(seed: seed, impairments: .init(delay: .milliseconds(20), loss: 0.03))
      simulation.hashesTraffic = true
      simulation.run(for: .seconds(3))
      return simulation.trafficHash
    }
    #expect(try hash(seed: 7) == hash(seed: 7))
    #expect(try hash(seed: 7) != hash(seed: 8))
  }

  @Test("RP-09, RP-10: at 5 % loss video is repaired and no broken frame is shown")
  func loss() throws {
    let (simulation, caller, callee) = try makeCall(impairments: .init(delay: .milliseconds(25), loss: 0.05))
    simulation.run(for: .seconds(10))
    for peer in [caller, callee] {
      #expect(peer.brokenFrames == 0)
      #expect(peer.videoFrames.count > 250)
    }
  }

  @Test("PC-15: close tells the peer, and nothing follows")
  func close() throws {
    let (simulation, caller, callee) = try makeCall()
    simulation.run(for: .seconds(2))
    caller.engine.close(now: simulation.now)
    simulation.run(for: .seconds(1))
    // close_notify ends the callee's DTLS; its media has said BYE.
    let transport = callee.engine.makeStatistics(now: simulation.now).report.first(RTCTransportStats.self)
    #expect(transport?.dtlsState == .closed)
    #expect(callee.receiving.values.allSatisfy { !$0 })
    simulation.run(for: .seconds(1))
    #expect(caller.connectionState == .closed)
    #expect(caller.connectionStates.last?.state == .connected)
  }
}
