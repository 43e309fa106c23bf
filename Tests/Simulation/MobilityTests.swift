import RTCBase
import RTCEngine
import RTCICE
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Peers that move")
struct MobilityTests {
  private let path = NetworkImpairments(delay: .milliseconds(25))

  private func outside(_ port: UInt16) -> TransportAddress {
    TransportAddress(IPAddress(v4: 203, 0, 113, 7), port: port)
  }

  private func isRunning(_ call: TestCall, since start: MonotonicTime, within limit: TimeDelta) {
    #expect(call.simulation.failures == [])
    #expect(call.isConnected)
    for peer in call.peers {
      #expect(peer.longestAudioGap(from: start, to: call.simulation.now) < limit)
      #expect(peer.longestVideoGap(from: start, to: call.simulation.now) < limit)
      #expect(peer.brokenFrames == 0)
    }
  }

  @Test(
    "A NAT that forgets either peer interrupts the call for less than a second", arguments: [0, 1], [0, 150])
  func rebinding(who: Int, phase: Int64) throws {
    let call = try TestCall(impairments: path)
    call.simulation.run(for: .seconds(5) + .milliseconds(phase))
    let start = call.simulation.now
    call.simulation.network.rebind(call.peers[who].addresses[0], to: outside(7_000))
    call.simulation.run(for: .seconds(8))
    isRunning(call, since: start, within: .seconds(1))
    #expect(call.peers.allSatisfy { $0.connectionStates.map(\.state) == [.connecting, .connected] })
  }

  @Test("Both NATs may forget, and again and again for as long as the call lasts")
  func rebindingOften() throws {
    let call = try TestCall(impairments: path)
    call.simulation.run(for: .seconds(5))
    let start = call.simulation.now
    for number in 0..<8 {
      call.simulation.network.rebind(call.peers[number % 2].addresses[0], to: outside(7_000 + UInt16(number)))
      call.simulation.run(for: .seconds(1))
    }
    isRunning(call, since: start, within: .seconds(1))
    let migrations = call.peers.map { $0.engine.makeDiagnostics().transports[0].ice.migrations }
    #expect(migrations == [4, 4])
  }

  @Test("A call in which one side only listens survives its NAT, too", arguments: [0, 1])
  func oneWay(who: Int) throws {
    let simulation = Simulation(seed: 5, impairments: path)
    let peers = [simulation.addPeer("speaker"), simulation.addPeer("listener")]
    let id = try peers[0].engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
      try model.addTrack(.audio, trackID: "sound", streamIDs: [])
    }
    peers[0].attachSource(to: id, now: simulation.now)
    try simulation.negotiate(peers[0], peers[1])
    simulation.run(for: .seconds(10))
    let start = simulation.now
    simulation.network.rebind(peers[who].addresses[0], to: outside(7_000))
    simulation.run(for: .seconds(20))
    #expect(peers[1].longestAudioGap(from: start, to: simulation.now) < .seconds(3))
    #expect(peers.allSatisfy { $0.connectionState == .connected })
  }

  @Test("IC-06: a restart in a running call, by either peer, loses no more than 200 ms", arguments: [0, 1])
  func restart(by who: Int) throws {
    let call = try TestCall(impairments: path)
    call.simulation.run(for: .seconds(5))
    let start = call.simulation.now
    for _ in 0..<3 {
      try call.simulation.restartICE(by: call.peers[who])
      call.simulation.run(for: .seconds(3))
    }
    isRunning(call, since: start, within: .milliseconds(200))
    for peer in call.peers {
      let fragments = Set(peer.candidates.compactMap(\.usernameFragment))
      // One each time, and one more of the caller's first offer, which BUNDLE leaves unused.
      #expect(fragments.count >= 4)
      #expect(peer.connectionStates.map(\.state) == [.connecting, .connected])
    }
  }

  @Test("IC-03: a role conflict after a restart is resolved, and the call goes on over it", arguments: 1...6)
  func roleConflict(seed: UInt64) throws {
    let call = try TestCall(seed: seed, impairments: path)
    call.simulation.run(for: .seconds(5))
    let start = call.simulation.now
    // The callee is made to believe that the caller is a lite agent, so that both decide (RFC 8445 §6.1.1, §7.3.1.1).
    try call.caller.engine.updateModel(now: start) { model throws(WebRTCError) in try model.restartICE() }
    try call.simulation.negotiate(call.caller, call.callee) { sdp in
      sdp.contains("a=setup:actpass") ? sdp.replacing("t=0 0\r\n", with: "t=0 0\r\na=ice-lite\r\n") : sdp
    }
    call.simulation.run(for: .seconds(6))
    isRunning(call, since: start, within: .milliseconds(200))
    let conflicts = call.peers.map { $0.engine.makeDiagnostics().transports[0].ice.roleConflicts }
    #expect(conflicts.reduce(0, +) > 0)
  }

  @Test("IC-06: a peer that changes its interface goes on over the new one after a restart", arguments: [0, 1])
  func interfaceChange(who: Int) throws {
    let call = try TestCall(impairments: path)
    call.simulation.run(for: .seconds(5))
    let peer = call.peers[who]
    let other = call.peers[1 - who].addresses[0].ip
    let old = peer.addresses[0].ip
    // The old interface dies; the new one is there at once.
    call.simulation.network.setImpairments(.blackhole, between: old, and: other)
    peer.addresses = [TransportAddress(IPAddress(v4: 172, 16, 0, UInt8(9 + who)), port: 6_000)]
    let start = call.simulation.now
    try call.simulation.restartICE(by: peer)
    call.simulation.run(for: .seconds(6))
    isRunning(call, since: start, within: .seconds(1))
    let path = call.simulation.network.statistics(from: peer.addresses[0].ip, to: other)
    #expect(path.arrivedCount > 200)
  }

  /// A host that is not there, with the highest priority.
  private func junk(_ number: Int) -> RTCIceCandidateInit {
    RTCIceCandidateInit(
      candidate:
        "candidate:\(number) 1 udp \(UInt32.max - 1) 198.51.\(number % 100).\(number / 100 + 1) 9 typ host",
      sdpMid: "0", sdpMLineIndex: 0, usernameFragment: nil)
  }

  private func isWithinBounds(_ call: TestCall) -> Bool {
    call.peers.allSatisfy { peer in
      let statistics = peer.engine.makeStatistics(now: call.simulation.now)
      let known = Set(statistics.remoteCandidates.map(\.id))
      return known.count == statistics.remoteCandidates.count && known.count <= 100 && statistics.pairs.count <= 200
        && statistics.pairs.allSatisfy { known.contains($0.remoteCandidateId) }
    }
  }

  @Test(
    "Thousands of candidates before the one that works neither stop the call nor grow without bound",
    arguments: [(100, [0, 1]), (2_500, [0]), (2_500, [1]), (5_000, [0, 1])])
  func candidates(count: Int, flooders: [Int]) throws {
    // What a peer signals goes in order: its own candidate comes last.
    let call = try TestCall(impairments: path) { _, peers in
      for who in flooders { peers[who].unsignalled = (0..<count).map { junk($0) } }
    }
    // At once where the other peer's checks come through, and a hundred checks where neither is found otherwise.
    let limit = TimeDelta.milliseconds(flooders.count == 1 ? 600 : 2_600)
    #expect(call.connect(within: limit) != nil)
    call.simulation.run(for: .seconds(3))
    #expect(call.simulation.failures == [])
    #expect(call.isConnected)
    #expect(call.peers.allSatisfy { $0.videoFrames.count > 50 })
    #expect(isWithinBounds(call))
  }

  @Test("A storm of candidates that never ends neither keeps a call from connecting nor moves it", arguments: [0, 1])
  func candidateStorm(who: Int) throws {
    let call = try TestCall(impairments: path)
    let start = TimeDelta.milliseconds(41)
    call.simulation.run(for: start)
    var number = 0
    func flood(for span: TimeDelta, until isDone: () -> Bool = { false }) throws {
      let end = call.simulation.now + span
      while call.simulation.now < end, !isDone() {
        try call.peers[who].engine.addICECandidate(junk(number), now: call.simulation.now)
        number += 1
        call.simulation.run(for: .milliseconds(5))
      }
    }
    try flood(for: .seconds(2)) { call.isConnected }
    #expect(call.simulation.now <= .zero + .milliseconds(600))
    try flood(for: .seconds(2))
    let path = call.peers[who].engine.makeDiagnostics().transports[0].ice
    #expect(path.replacedRemoteCandidates > 0 && path.migrations == 0)
    isRunning(call, since: call.simulation.now - .seconds(1), within: .milliseconds(200))
    #expect(isWithinBounds(call))
  }
}
