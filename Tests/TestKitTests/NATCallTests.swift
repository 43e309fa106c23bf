import RTCTestKit
import Testing

/// Kinds of translators, by the names that they had before RFC 4787.
enum Translator: String, CaseIterable {
  case none, fullCone, restrictedCone, portRestrictedCone, addressDependent, symmetric

  var behavior: NATBehavior? {
    switch self {
    case .none: nil
    case .fullCone: .fullCone
    case .restrictedCone: .restrictedCone
    case .portRestrictedCone: .portRestrictedCone
    case .addressDependent: NATBehavior(mapping: .addressDependent, filtering: .addressAndPortDependent)
    case .symmetric: .symmetric
    }
  }

  /// What a STUN server sees is what another host sees.
  var keepsItsMapping: Bool { behavior.map { $0.mapping == .endpointIndependent } ?? true }
  /// Whoever was sent to may answer from other ports.
  var admitsOtherPorts: Bool { behavior.map { $0.filtering != .addressAndPortDependent } ?? true }

  /// Without a relay, checks of one side must come through the other's filter (RFC 4787 §4.1, §5; RFC 8445 §5.1.1.2): the filter knows the
  /// address that STUN has told, so the checks come from there, or the filter does not mind the port.
  static func canReach(_ one: Translator, _ other: Translator) -> Bool {
    one.keepsItsMapping && other.keepsItsMapping || one.keepsItsMapping && one.admitsOtherPorts
      || other.keepsItsMapping && other.admitsOtherPorts
  }
}

@Suite("Calls through translators of addresses")
struct NATCallTests {
  private struct Call {
    let simulation: Simulation
    let alice: SimulatedPeer
    let bob: SimulatedPeer
    var peers: [SimulatedPeer] { [alice, bob] }

    init(_ one: Translator, _ other: Translator, sending kinds: [MediaStreamTrackKind]) throws {
      simulation = Simulation(seed: 4, impairments: .init(delay: .milliseconds(20)))
      let modest = SimulatedPeer.Configuration(startBitrate: 200_000, maximumBitrate: 200_000)
      alice = try #require(simulation.addPeer("alice", host: "192.168.1.2", configuration: modest))
      bob = try #require(simulation.addPeer("bob", host: "192.168.2.2", configuration: modest))
      for (peer, translator, outside) in [(alice, one, "203.0.113.1"), (bob, other, "203.0.113.2")] {
        if let behavior = translator.behavior { simulation.addNAT(behavior, outside: outside, inside: peer) }
      }
      try simulation.connect(alice, bob, sending: kinds)
    }

    /// When both peers had sound and pictures again after a time.
    func resumption(after time: Duration) -> Duration? {
      let arrivals = peers.flatMap { peer in
        [peer.audioArrivals, peer.videoArrivals].map { list in list.first { $0 > time } }
      }
      return arrivals.contains(nil) ? nil : arrivals.compactMap { $0 }.max()
    }
  }

  @Test(
    "Peers behind any two translators reach each other where the standards let them, and nowhere else",
    arguments: Translator.allCases, Translator.allCases)
  func reachability(one: Translator, other: Translator) throws {
    let call = try Call(one, other, sending: [.audio])
    let isReachable = Translator.canReach(one, other)
    call.simulation.run(for: Duration.seconds(isReachable ? 3 : 40))
    #expect(call.simulation.failures == [])
    for peer in call.peers {
      #expect(peer.connectionState == (isReachable ? .connected : .failed))
      #expect(peer.audioArrivals.isEmpty != isReachable)
    }
    if !isReachable { #expect(call.simulation.network.undeliverableCount > 10, "nothing knocked at the filters") }
  }

  @Test("The rule of the test above is that of the textbooks")
  func rule() {
    let cones: [Translator] = [.none, .fullCone, .restrictedCone, .portRestrictedCone]
    for one in cones { for other in cones { #expect(Translator.canReach(one, other)) } }
    #expect(Translator.canReach(.restrictedCone, .symmetric) && Translator.canReach(.symmetric, .fullCone))
    #expect(!Translator.canReach(.symmetric, .portRestrictedCone) && !Translator.canReach(.symmetric, .symmetric))
    #expect(!Translator.canReach(.portRestrictedCone, .addressDependent))
  }

  @Test(
    "A translator that forgets a call in which the other side lets it in again interrupts media for less than 3 s",
    arguments: Translator.allCases.filter { $0 != .none }, [Translator.none, .fullCone, .restrictedCone])
  func followedRebinding(one: Translator, other: Translator) throws {
    let call = try Call(one, other, sending: [.audio, .video])
    call.simulation.run(for: Duration.seconds(4))
    #expect(call.peers.allSatisfy { $0.connectionState == .connected })
    let time = call.simulation.time
    let isRebound = call.simulation.network.rebindNAT(of: "192.168.1.2")
    #expect(isRebound)
    call.simulation.run(for: Duration.seconds(5))
    let resumption = try #require(call.resumption(after: time + .milliseconds(200)))
    #expect(resumption < time + .seconds(3))
    for peer in call.peers {
      #expect(peer.connectionState == .connected)
      #expect(peer.audioArrivals.last.map { $0 > time + .seconds(4.9) } == true)
      let arrivals = [time] + peer.audioArrivals.filter { $0 > time }
      #expect(zip(arrivals, arrivals.dropFirst()).allSatisfy { $1 - $0 < .seconds(3) })
    }
  }

  @Test(
    "Where the other side's filter keeps the new address out the call fails, and a restart brings it back",
    arguments: [
      (Translator.fullCone, Translator.portRestrictedCone, nil), (.restrictedCone, .portRestrictedCone, nil),
      (.portRestrictedCone, .portRestrictedCone, nil), (.restrictedCone, .addressDependent, nil),
      (.fullCone, .restrictedCone, "203.0.113.9"), (.symmetric, .restrictedCone, "203.0.113.9"),
    ] as [(Translator, Translator, String?)])
  func restartedRebinding(one: Translator, other: Translator, outside: String?) throws {
    let call = try Call(one, other, sending: [.audio, .video])
    call.simulation.run(for: Duration.seconds(4))
    #expect(call.peers.allSatisfy { $0.connectionState == .connected })
    let isRebound = call.simulation.network.rebindNAT(of: "192.168.1.2", to: outside)
    #expect(isRebound)
    call.simulation.run(for: Duration.seconds(36))
    for peer in call.peers { #expect(peer.connectionState == .failed) }
    let time = call.simulation.time
    try call.simulation.restartICE(by: call.alice)
    call.simulation.run(for: Duration.seconds(4))
    #expect(call.simulation.failures == [])
    #expect(call.peers.allSatisfy { $0.connectionState == .connected })
    let resumption = try #require(call.resumption(after: time))
    #expect(resumption < time + .seconds(3))
  }
}
