import RTCBase
import RTCEngine
import RTCJSEP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Chaos")
struct ChaosTests {
  /// What an application, a network and a stranger may do, in any order.
  private enum Step: CaseIterable {
    case impair, blackhole, rebind, restart, addTrack, removeTrack, setDirection, stop, negotiate, glare, rollBack,
      garbage, wait
  }

  @Test(
    "Whatever happens in whatever order, nothing traps or hangs, and a restart brings the call back", arguments: 1...5)
  func chaos(seed: Int) throws {
    let random = RandomSource.seeded(UInt64(seed))
    func pick(_ count: Int) -> Int { Int(random.uint32()) % count }
    let call = try TestCall(seed: UInt64(seed))
    let simulation = call.simulation
    simulation.run(for: .seconds(1))
    // Without what applications must avoid: offers that cross, and offers taken back behind the peer's back (RFC 9429 §4.1.10.2).
    var isOrderly = true
    for _ in 0..<25 {
      let who = pick(2)
      let (peer, other) = (call.peers[who], call.peers[1 - who])
      let transceivers = peer.engine.jsep.transceivers
      let chosen = transceivers.isEmpty ? nil : transceivers[pick(transceivers.count)].id
      switch Step.allCases[pick(Step.allCases.count)] {
      case .impair:
        var impairments = NetworkImpairments(
          delay: .milliseconds(pick(150)), jitter: .milliseconds(pick(60)), loss: Double(pick(25)) / 100)
        impairments.reordering = Double(pick(10)) / 100
        impairments.duplication = Double(pick(10)) / 100
        simulation.network.setAllImpairments(impairments)
      case .blackhole: simulation.network.setAllImpairments(.blackhole)
      case .rebind where who == 0:
        // Behind two translators and without a server nobody could find the other again.
        let outside = TransportAddress(
          IPAddress(v4: 203, 0, 113, UInt8(1 + pick(200))), port: UInt16(1_024 + pick(60_000)))
        simulation.network.rebind(peer.addresses[0], to: outside)
      case .restart:
        try? simulation.restartICE(by: peer)
        simulation.run(for: .milliseconds(100))
      case .addTrack where transceivers.count < 8: try addTrack(pick(2) == 0 ? .audio : .video, to: peer, simulation)
      case .removeTrack: change(peer, simulation, chosen) { model, id throws(WebRTCError) in try model.removeTrack(id) }
      case .setDirection:
        let direction = [RTCRtpTransceiverDirection.sendrecv, .sendonly, .recvonly, .inactive][pick(4)]
        change(peer, simulation, chosen) { model, id throws(WebRTCError) in try model.setDirection(id, direction) }
      case .stop where pick(3) == 0:
        change(peer, simulation, chosen) { model, id throws(WebRTCError) in try model.stop(id) }
      case .negotiate:
        try? simulation.negotiate(peer, other)
        simulation.run(for: .milliseconds(100))
      case .glare where seed % 3 == 0:
        isOrderly = false
        try? simulation.negotiate(peer, other)
        try? simulation.negotiate(other, peer)
      case .rollBack where seed % 3 == 0:
        isOrderly = false
        try? peer.engine.setLocalDescription(.rollback, sdp: "", now: simulation.now)
      case .garbage:
        for _ in 0..<50 {
          let source = pick(2) == 0 ? other.addresses[0] : TransportAddress(IPAddress(v4: 198, 51, 100, 1), port: 5)
          random.bytes(pick(200)).withRawSpan {
            peer.engine.handle($0, from: source, to: peer.addresses[0], now: simulation.now)
          }
        }
      default: simulation.run(for: .seconds(Int64(pick(12))))
      }
      simulation.run(for: .milliseconds(Int64(pick(400))))
    }
    try expectRecovery(of: call, isOrderly: isOrderly)
  }

  private func addTrack(_ kind: MediaStreamTrackKind, to peer: SimulatedPeer, _ simulation: Simulation) throws {
    let id = try peer.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
      try model.addTrack(
        kind, trackID: "\(kind)-\(model.transceivers.count)-\(simulation.now.nanoseconds)", streamIDs: ["s"])
    }
    peer.attachSource(to: id, now: simulation.now)
  }

  private func change(
    _ peer: SimulatedPeer, _ simulation: Simulation, _ id: TransceiverID?,
    _ body: (inout JSEPSession, TransceiverID) throws(WebRTCError) -> Void
  ) {
    guard let id else { return }
    try? peer.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in try body(&model, id) }
  }

  /// Calm, an orderly negotiation with a restart, and there is a call again.
  private func expectRecovery(of call: TestCall, isOrderly: Bool) throws {
    let simulation = call.simulation
    simulation.network.setAllImpairments(.init(delay: .milliseconds(20)))
    simulation.run(for: .seconds(2))
    for peer in call.peers {
      try? peer.engine.setLocalDescription(.rollback, sdp: "", now: simulation.now)
      try? peer.engine.setRemoteDescription(RTCSessionDescription(type: .rollback, sdp: ""), now: simulation.now)
      try addTrack(.audio, to: peer, simulation)
    }
    try? simulation.restartICE(by: call.caller)
    simulation.run(for: .seconds(3))
    try? simulation.negotiate(call.callee, call.caller)
    simulation.run(for: .seconds(4))
    #expect(!simulation.failures.contains { $0.hasPrefix("nothing moves on") })
    guard isOrderly else { return }
    let states = call.peers.map { peer in
      peer.engine.makeStatistics(now: simulation.now).transports.map {
        "\(peer.name): ICE \($0.iceState.map { "\($0)" } ?? "-"), DTLS \($0.dtlsState) \($0.dtlsRole.map { "\($0)" } ?? "-"), "
          + "\(peer.engine.jsep.signalingState)"
      }
    }
    #expect(call.isConnected, "\(states), \(simulation.failures.suffix(8))")
    let before = call.peers.map(\.audioFrames.count)
    simulation.run(for: .seconds(1))
    // The place of a new track may be one that the other side has just stopped: then only the other track is there.
    #expect(zip(call.peers, before).contains { $0.audioFrames.count > $1 + 30 }, "nobody hears anything")
  }
}
