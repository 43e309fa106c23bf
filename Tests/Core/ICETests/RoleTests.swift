import RTCBase
import RTCSTUN
import Testing

@testable import RTCICE

@Suite struct RoleTests {
  private let a = TransportAddress("192.0.2.1", 5_000)
  private let b = TransportAddress("192.0.2.2", 6_000)

  @Test(
    "IC-03: a role conflict is resolved by the larger tie-breaker", arguments: [ICERole.controlling, .controlled], 1...8
  )
  func conflict(role: ICERole, seed: Int) {
    let simulation = ICESimulation(seed: UInt64(seed))
    simulation.addAgent(role, [a])
    simulation.addAgent(role, [b])
    let winner = simulation.agents[0].tieBreaker >= simulation.agents[1].tieBreaker ? 0 : 1
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.areCompleted })
    #expect(simulation.agree)
    #expect(simulation.agents[winner].role == .controlling)
    #expect(simulation.agents[winner ^ 1].role == .controlled)
    let loser = role == .controlling ? winner ^ 1 : winner
    #expect(simulation.events[loser].contains(.roleChanged(role.opposite)))
  }

  @Test("IC-03: a 487 gives way in both roles, with a new tie-breaker", arguments: [ICERole.controlling, .controlled])
  func refused(role: ICERole) throws {
    let simulation = ICESimulation(seed: 3)
    simulation.addAgent(role, [a])
    simulation.addAgent(role, [b])
    // Agent 1 alone checks; agent 0 has the tie-breaker that makes it refuse.
    simulation.agents[0].tieBreaker = role == .controlling ? .max : 0
    let tieBreaker = simulation.agents[1].tieBreaker
    simulation.shareCredentials(of: 0, with: 1)
    simulation.agents[1].addRemoteCandidate(
      try #require(simulation.agents[0].localCandidates.first).candidate, now: .zero)
    #expect(simulation.run(for: .seconds(1)) { $0.agents[1].path != nil })
    #expect(simulation.agents[0].role == role)
    #expect(simulation.agents[1].role == role.opposite)
    #expect(simulation.agents[1].tieBreaker != tieBreaker)
  }

  @Test("IC-03: roles stay resolved, and conflicts are resolved again, after a restart")
  func afterRestart() {
    let simulation = ICESimulation(seed: 5)
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlling, [b])
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.areCompleted })
    for index in 0...1 {
      simulation.agents[index].restart(
        localCredentials: ICECredentials(random: .seeded(UInt64(50 + index))), now: simulation.now)
      simulation.agents[index].setRole(.controlled, now: simulation.now)
    }
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.areCompleted })
    #expect(simulation.agree)
    #expect(simulation.agents[0].role == simulation.agents[1].role.opposite)
  }

  @Test("IC-04: only the controlling agent nominates, and only one pair")
  func regularNomination() {
    let simulation = ICESimulation()
    var nominations: [Set<TransportAddress>] = [[], []]
    simulation.observe = { index, transmit in
      let message = transmit.bytes.withRawSpan { STUNMessage(parsing: $0) }
      if message?.usesCandidate == true { nominations[index].insert(transmit.destination) }
    }
    simulation.addAgent(.controlling, [a, TransportAddress("192.0.2.11", 1), TransportAddress("2001:db8::1", 1)])
    simulation.addAgent(.controlled, [b, TransportAddress("192.0.2.12", 1), TransportAddress("2001:db8::2", 1)])
    simulation.connect()
    #expect(simulation.run(for: .seconds(3)) { $0.areCompleted })
    simulation.run(for: .seconds(20))
    #expect(nominations[0].count == 1 && nominations[1].isEmpty)
    #expect(simulation.agree)
  }

  @Test("IC-04: of several pairs that an old peer nominates the best one is used")
  func aggressiveNomination() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlled, [a])
    let credentials = ICECredentials(random: .seeded(8))
    simulation.agents[0].setRemoteCredentials(credentials, now: .zero)
    let peer = TestPeer(local: credentials, remote: try #require(simulation.agents[0].localCredentials))
    let low = TransportAddress("203.0.113.1", 1)
    let high = TransportAddress("203.0.113.2", 2)
    for (address, priority) in [(low, UInt32(1_000)), (high, 2_000), (low, 1_000)] {
      peer.check(simulation, from: address, to: a, priority: priority, nominating: true)
      simulation.run(for: .milliseconds(50))
      peer.answerAll(simulation)
    }
    #expect(simulation.agents[0].path?.remote == high)
    #expect(simulation.agents[0].path?.isNominated == true)
    #expect(simulation.agents[0].pairs.count { $0.isNominated } == 2)
  }

  @Test("IC-04: USE-CANDIDATE that comes before our own check succeeds counts when it does")
  func earlyNomination() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlled, [a])
    let credentials = ICECredentials(random: .seeded(8))
    let peer = TestPeer(local: credentials, remote: try #require(simulation.agents[0].localCredentials))
    peer.check(simulation, from: b, to: a, priority: 99, nominating: true)
    #expect(simulation.agents[0].selectedPairID == nil)
    simulation.agents[0].setRemoteCredentials(credentials, now: simulation.now)
    simulation.drain(0)
    simulation.run(for: .milliseconds(10))
    peer.answerAll(simulation)
    #expect(
      simulation.agents[0].path
        == ICEPath(base: a, remote: b, pairID: simulation.agents[0].pairs[0].id, isNominated: true))
  }
}
