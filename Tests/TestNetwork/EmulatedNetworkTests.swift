import RTCTestKit
import RTCTestNetwork
import Testing
import WebRTC

@Suite("Real connections over an emulated network", .timeLimit(.minutes(2)))
struct EmulatedNetworkTests {
  private static let delay = NetworkImpairments(delay: .milliseconds(20))

  @Test("What they send passes the network: with its delay, its losses, and every message in the end")
  func lossy() async throws {
    let network = EmulatedNetwork(seed: 1, impairments: NetworkImpairments(delay: .milliseconds(20), loss: 0.05))
    let call = try await EmulatedCall(over: network)
    let far = try await call.connect()
    let sender = Task {
      for number in 0..<500 { try await call.near.send("\(number) " + String(repeating: "x", count: 2_000)) }
    }
    var number = 0
    for await message in far.messages {
      guard case .text(let text) = message else { continue }
      #expect(text.hasPrefix("\(number) "))
      number += 1
      if number == 500 { break }
    }
    try await sender.value
    let forth = try network.statistics(from: "alice", to: "bob")
    #expect(forth.sentCount > 800 && forth.blockedCount == 0)
    #expect((0.02...0.1).contains(Double(forth.lostCount) / Double(forth.sentCount)))
    let (pair, _) = try await selectedPair(of: call.alice)
    #expect(try #require(pair.currentRoundTripTime) >= 0.04)
    await call.close()
    #expect(network.openPortCount == 0)
  }

  @Test("An outage and its end, from a timeline")
  func outage() async throws {
    let network = EmulatedNetwork(seed: 2, impairments: Self.delay)
    let call = try await EmulatedCall(over: network)
    let far = try await call.connect()
    network.setAllImpairments(.blackhole)
    try await call.near.send("lost at first")
    #expect(try await eventually { try network.statistics(from: "alice", to: "bob").blockedCount > 0 })
    try network.play(NetworkTimeline(parsing: "0.2 alice<>bob delay=20ms"))
    var messages = far.messages.makeAsyncIterator()
    #expect(await messages.next() == .text("lost at first"))
    await call.close()
  }

  @Test(
    "Behind translators they learn from the network's STUN server how they are seen, and go on when one forgets them",
    arguments: [NATBehavior.fullCone, .restrictedCone, .portRestrictedCone])
  func translated(behavior: NATBehavior) async throws {
    let network = EmulatedNetwork(seed: 3, impairments: Self.delay)
    for (host, outside) in [("alice", "198.51.100.1"), ("bob", "198.51.100.2")] {
      _ = try network.options(for: host)
      try network.addNAT(behavior, outside: outside, inside: host)
    }
    let servers = [RTCIceServer(urls: [EmulatedNetwork.stunServer])]
    let call = try await EmulatedCall(over: network, configuration: RTCConfiguration(iceServers: servers))
    let far = try await call.connect()
    let (_, remote) = try await selectedPair(of: call.alice)
    #expect(remote.address == "198.51.100.2")
    var messages = far.messages.makeAsyncIterator()
    try await call.near.send("before")
    #expect(await messages.next() == .text("before"))
    try network.rebind("bob")
    if behavior == .portRestrictedCone {
      // Filters by port keep the new one out: only candidates that are signalled anew open them.
      try await call.alice.restartIce()
      try await call.negotiate()
    }
    try await call.near.send("after")
    #expect(await messages.next() == .text("after"))
    await call.close()
  }

  @Test("A server's shared port is on the network too, with the connections of many hosts")
  func sharedPort() async throws {
    let network = EmulatedNetwork(seed: 5, impairments: Self.delay)
    let port = try await network.openSharedPort(for: "server", port: 3_478)
    await #expect(throws: WebRTCError.self) { try await network.openSharedPort(for: "server", port: 3_478) }
    for host in ["alice", "bob"] {
      let call = try await EmulatedCall(
        over: network, alice: network.options(for: host), bob: RTCPeerConnectionOptions(sharedPort: port))
      let far = try await call.connect()
      try await call.near.send(host)
      var messages = far.messages.makeAsyncIterator()
      #expect(await messages.next() == .text(host))
      #expect(try network.statistics(from: host, to: "server").sentCount > 0)
      await call.close()
    }
    #expect(network.openPortCount == 1)
    await port.close()
    #expect(network.openPortCount == 0)
  }

  @Test("Hosts that are unknown or taken are refused with their names, and nothing changes")
  func misuse() async throws {
    let network = EmulatedNetwork(seed: 4)
    _ = try network.options(for: "alice")
    let same = try network.options(for: "alice")
    #expect(same.network == .addresses(["10.0.0.1"]))
    #expect(try network.options(for: "bob").network == .addresses(["10.0.0.2"]))
    #expect(try network.options(for: "carol", address: "2001:db8::3").network == .addresses(["2001:db8::3"]))
    for (name, address) in [("dave", "10.0.0.1"), ("alice", "10.0.0.9"), ("erin", "nowhere")] {
      let error = #expect(throws: WebRTCError.self) { try network.options(for: name, address: address) }
      #expect(error?.name == "TypeError" && error?.message.contains(address) == true)
    }
    let error = #expect(throws: WebRTCError.self) {
      try network.setImpairments(.blackhole, from: "alice", to: "mallory")
    }
    #expect(error?.message.contains("mallory") == true && error?.message.contains("alice") == true)
    #expect(throws: WebRTCError.self) { try network.play(NetworkTimeline([.init(at: .zero, .rebind("mallory"))])) }
    #expect(throws: WebRTCError.self) { try network.addNAT(.symmetric, outside: "nowhere", inside: "alice") }
    #expect(throws: WebRTCError.self) { try network.rebind("mallory") }
    #expect(throws: WebRTCError.self) { try network.statistics(from: "alice", to: "mallory") }
    #expect(try network.statistics(from: "alice", to: "bob").sentCount == 0)
  }

  private func selectedPair(
    of connection: RTCPeerConnection
  ) async throws -> (pair: RTCIceCandidatePairStats, remote: RTCIceCandidateStats) {
    let report = await connection.getStats()
    let transport = try #require(report.all(RTCTransportStats.self).first)
    let pair = try #require(report[transport.selectedCandidatePairId, as: RTCIceCandidatePairStats.self])
    return (pair, try #require(report[pair.remoteCandidateId, as: RTCIceCandidateStats.self]))
  }

  private func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while try !condition() {
      guard ContinuousClock.now < deadline else { return false }
      await Task.yield()
    }
    return true
  }
}
