import RTCBase
import RTCICE
import Testing

@Suite struct GatheringTests {
  private let a = TransportAddress("192.0.2.1", 5_000)
  private let a6 = TransportAddress("2001:db8::1", 5_000)
  private let server = TransportAddress("198.51.100.1", 3_478)
  private let outside = IPAddress(v4: 203, 0, 113, 1)

  private func gather(_ configuration: ICEConfiguration, _ setUp: (ICESimulation) -> Void) -> ICESimulation {
    let simulation = ICESimulation()
    simulation.servers = [server]
    simulation.addAgent(.controlling, [], configuration: configuration)
    setUp(simulation)
    simulation.agents[0].startGathering(now: .zero)
    simulation.run(for: .seconds(30))
    return simulation
  }

  @Test("IC-01: host and server-reflexive candidates have the priorities of RFC 8445 §5.1.2 and sound foundations")
  func priorities() throws {
    let simulation = gather(ICEConfiguration()) {
      $0.nats = [TestNAT(inside: [a.ip], outside: outside)]
      for address in [a, a6, TransportAddress("192.0.2.9", 7), TransportAddress(a.ip, port: 5_001)] {
        $0.addHost(0, address)
      }
      $0.useServer(0, [server])
    }
    let candidates = simulation.candidates(of: 0)
    #expect(candidates.map(\.candidate.kind) == [.host, .host, .host, .host, .serverReflexive, .serverReflexive])
    for candidate in candidates.map(\.candidate) {
      #expect(candidate.priority >> 24 == (candidate.kind == .host ? 126 : 100))
      #expect(candidate.priority & 255 == 255)
    }
    #expect(Set(candidates.map(\.candidate.priority)).count == candidates.count)
    // RFC 8421: IPv6 first.
    #expect(candidates.max { $0.candidate.priority < $1.candidate.priority }?.candidate.address == a6)
    // The same address makes the same foundation, another one or another kind a different one.
    let foundations = candidates.map(\.candidate.foundation)
    #expect(foundations[0] == foundations[3])
    #expect(Set(foundations).count == 4)
    #expect(foundations[4] == foundations[5])
    #expect(simulation.events[0].last == .gatheringStateChanged(.complete))
  }

  @Test("IC-01: a reflexive candidate equal to its base is redundant")
  func redundant() {
    let simulation = gather(ICEConfiguration()) {
      $0.addHost(0, a)
      $0.useServer(0, [server])
    }
    #expect(simulation.candidates(of: 0).map(\.candidate.kind) == [.host])
    #expect(simulation.agents[0].gatheringState == .complete)
    #expect(simulation.errors(of: 0).isEmpty)
  }

  @Test("IC-01: a server that does not answer is error 701, once, and ends gathering after 10 s")
  func unreachable() throws {
    let silent = TransportAddress("198.51.100.99", 3_478)
    var sent: [MonotonicTime] = []
    let simulation = gather(ICEConfiguration()) { simulation in
      simulation.addHost(0, a)
      simulation.addHost(0, TransportAddress("192.0.2.9", 7))
      simulation.useServer(0, number: 4, [silent])
      simulation.observe = { [unowned simulation] _, transmit in
        if transmit.source == a { sent.append(simulation.now) }
      }
    }
    let errors = simulation.errors(of: 0)
    #expect(errors.map(\.code) == [701])
    #expect(errors.first?.serverIndex == 4 && errors.first?.server == silent)
    #expect(sent.map { ($0 - .zero).wholeMilliseconds } == [0, 500, 1_500, 3_500, 7_500])
    #expect(simulation.agents[0].gatheringState == .complete)
  }

  @Test("IC-01: a server whose name has no address is error 701; gathering waits for its resolution")
  func unresolved() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [a])
    simulation.agents[0].addSTUNServer(0)
    simulation.agents[0].startGathering(now: .zero)
    simulation.run(for: .seconds(60))
    #expect(simulation.agents[0].gatheringState == .gathering)
    simulation.agents[0].resolveSTUNServer(0, addresses: [], now: simulation.now)
    simulation.drain(0)
    #expect(simulation.agents[0].gatheringState == .complete)
    #expect(simulation.errors(of: 0).map(\.code) == [701])
  }

  @Test("IC-01: a base that appears later is gathered too")
  func lateBase() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [a])
    simulation.agents[0].startGathering(now: .zero)
    simulation.run(for: .seconds(1))
    simulation.addHost(0, a6)
    #expect(simulation.candidates(of: 0).map(\.candidate.address) == [a, a6])
    let states = simulation.events[0].compactMap {
      if case .gatheringStateChanged(let state) = $0 { state } else { nil as ICEGatheringState? }
    }
    #expect(states == [.gathering, .complete, .gathering, .complete])
  }

  @Test("IC-29: mode 1 uses and tells every interface")
  func mode1() {
    let simulation = gather(ICEConfiguration()) {
      $0.addHost(0, a)
      $0.addHost(0, TransportAddress("10.0.0.1", 1), isDefaultRoute: false)
    }
    #expect(simulation.candidates(of: 0).count == 2)
    #expect(ICEConfiguration().privacyMode == .allInterfaces)
  }

  @Test("IC-29: mode 2 keeps to the default route")
  func mode2() {
    var configuration = ICEConfiguration()
    configuration.privacyMode = .defaultRouteWithLocalAddresses
    let simulation = gather(configuration) {
      $0.addHost(0, a)
      $0.addHost(0, TransportAddress("10.0.0.1", 1), isDefaultRoute: false)
    }
    #expect(simulation.candidates(of: 0).map(\.candidate.address) == [a])
  }

  @Test("IC-29: mode 3 tells no local address, uses it nevertheless, and hides it in the related address")
  func mode3() throws {
    var configuration = ICEConfiguration()
    configuration.privacyMode = .defaultRouteOnly
    let simulation = ICESimulation()
    let b = TransportAddress("192.0.2.2", 6_000)
    simulation.servers = [server]
    simulation.nats = [TestNAT(inside: [a.ip], outside: outside)]
    simulation.addAgent(.controlling, [a], configuration: configuration)
    simulation.addAgent(.controlled, [b])
    simulation.useServer(0, [server])
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.areCompleted })
    let candidates = simulation.candidates(of: 0)
    #expect(candidates.map(\.candidate.kind) == [.serverReflexive])
    #expect(candidates[0].candidate.relatedAddress == TransportAddress(.anyV4, port: 9))
  }

  @Test("IC-29: mode 4 and the relay policy use no address of this machine")
  func mode4() {
    var proxied = ICEConfiguration()
    proxied.privacyMode = .forceProxy
    var relayed = ICEConfiguration()
    relayed.usesOnlyRelays = true
    for configuration in [proxied, relayed] {
      var sent = 0
      let simulation = gather(configuration) {
        $0.observe = { _, _ in sent += 1 }
        $0.addHost(0, a)
        $0.useServer(0, [server])
      }
      #expect(simulation.agents[0].localCandidates.isEmpty && sent == 0)
      #expect(simulation.agents[0].gatheringState == .complete)
    }
  }
}
