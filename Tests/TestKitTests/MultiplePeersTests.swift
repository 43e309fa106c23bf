import RTCBase
import RTCTestKit
import Testing

@Suite("Many peers in one simulation")
struct MultiplePeersTests {
  private let path = NetworkImpairments(delay: .milliseconds(25), jitter: .milliseconds(5), loss: 0.02)

  @Test("Of three calls one suffers a blackhole, and the bytes of the two others are the same in every bit")
  func undisturbed() throws {
    struct Outcome {
      var hashes: [UInt64] = []
      var lastSound: [Duration] = []
    }
    func run(isDisturbed: Bool) throws -> Outcome {
      let simulation = Simulation(seed: 21, impairments: path)
      simulation.hashesTraffic = true
      let modest = SimulatedPeer.Configuration(startBitrate: 200_000, maximumBitrate: 300_000)
      let peers = (1...6).map { simulation.addPeer("peer \($0)", configuration: modest) }
      for pair in [(0, 5), (1, 4), (2, 3)] { try simulation.connect(peers[pair.0], peers[pair.1]) }
      simulation.run(for: Duration.seconds(3))
      if isDisturbed {
        let hosts = [peers[1], peers[4]].map { "\($0.addresses[0].ip)" }
        simulation.network.setImpairments(.blackhole, from: hosts[0], to: hosts[1])
        simulation.network.setImpairments(.blackhole, from: hosts[1], to: hosts[0])
      }
      simulation.run(for: Duration.seconds(7))
      #expect(simulation.failures == [])
      for peer in peers {
        let isCut = isDisturbed && [1, 4].contains(peers.firstIndex { $0 === peer })
        #expect(peer.connectionState == (isCut ? .disconnected : .connected))
      }
      return Outcome(
        hashes: peers.map(\.trafficHash), lastSound: peers.map { $0.audioArrivals.last ?? .zero })
    }
    let (calm, disturbed) = (try run(isDisturbed: false), try run(isDisturbed: true))
    for index in 0..<6 {
      let isCut = [1, 4].contains(index)
      #expect((calm.hashes[index] == disturbed.hashes[index]) != isCut, "peer \(index + 1)")
      #expect((disturbed.lastSound[index] < .seconds(4)) == isCut)
    }
    #expect(Set(calm.hashes).count == 6)
  }

  @Test("As many peers as are promised have an address each, and those that are taken are left out")
  func addresses() throws {
    let simulation = Simulation(seed: 1)
    #expect(simulation.addPeer("given", host: "10.0.0.2") != nil)
    #expect(simulation.addPeer("nowhere", host: "10.0.0") == nil)
    for number in 2...Simulation.maximumPeerCount { _ = simulation.addPeer("peer \(number)") }
    #expect(Set(simulation.peers.map { $0.addresses[0].ip }).count == Simulation.maximumPeerCount)
    #expect(simulation.peers.allSatisfy { "\($0.addresses[0].ip)".hasPrefix("10.0.") })
  }

  @Test("A peer too many, a name or an address that is taken end the program with the reason")
  func duplicates() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation(seed: 1)
      for _ in 0..<2 { _ = simulation.addPeer("alice") }
    }
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation(seed: 1)
      for name in ["alice", "bob"] { _ = simulation.addPeer(name, host: "10.1.1.1") }
    }
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation(seed: 1)
      for number in 0...Simulation.maximumPeerCount { _ = simulation.addPeer("\(number)") }
    }
  }

  @Test("A peer is in one call: a second is refused, and changes nothing")
  func oneCall() throws {
    let simulation = Simulation(seed: 1, impairments: path)
    let peers = ["alice", "bob", "carol"].map { simulation.addPeer($0) }
    try simulation.connect(peers[0], peers[1], sending: [.audio])
    simulation.run(for: Duration.seconds(2))
    for (one, other) in [(0, 2), (2, 0)] {
      #expect {
        try simulation.connect(peers[one], peers[other])
      } throws: {
        ($0 as? WebRTCError)?.name == "InvalidStateError" && "\($0)".contains("alice is in a call with bob")
      }
    }
    #expect(throws: WebRTCError.self) { try simulation.connect(peers[2], peers[2]) }
    #expect(throws: WebRTCError.self) { try simulation.restartICE(by: peers[2]) }
    #expect(throws: WebRTCError.self) { try simulation.negotiate(by: peers[2]) }
    #expect(peers[2].senders.isEmpty && peers[0].senders.count == 1)
    try simulation.negotiate(by: peers[1])
    simulation.run(for: Duration.seconds(1))
    #expect(simulation.failures == [] && peers[0].connectionState == .connected)
  }
}
