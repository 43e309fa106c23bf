import RTCBase
import RTCICE
import Testing

@Suite struct FailureTests {
  private let a = TransportAddress("192.0.2.1", 5_000)
  private let b = TransportAddress("192.0.2.2", 6_000)

  private func failureTime(_ simulation: ICESimulation, _ index: Int = 0) -> TimeDelta? {
    simulation.states[index].first { $0.state == .failed }.map { $0.time - .zero }
  }

  @Test("IC-30: without a working pair the agent fails within 30 s and not before 5 s")
  func noWorkingPair() throws {
    let simulation = ICESimulation()
    simulation.tamper = { _ in [] }
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    simulation.run(for: .seconds(60))
    for index in 0...1 {
      let time = try #require(failureTime(simulation, index))
      #expect(time >= .seconds(5) && time <= .seconds(30))
      #expect(simulation.states[index].map(\.state) == [.checking, .failed])
      #expect(simulation.agents[index].pairs.allSatisfy { $0.state == .failed })
    }
  }

  @Test("IC-30: without end-of-candidates it waits the whole 30 s")
  func noEnd() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [])
    simulation.connect()
    simulation.run(for: .seconds(60))
    #expect(failureTime(simulation) == .seconds(30))
  }

  @Test("IC-30: an exhausted checklist is no failure while the peer may still find us (RFC 8863)")
  func patience() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.shareCredentials(of: 1, with: 0)
    simulation.agents[0].startGathering(now: .zero)
    simulation.agents[0].endOfRemoteCandidates(now: .zero)
    simulation.run(for: .seconds(10))
    #expect(simulation.agents[0].state == .checking)
    simulation.shareCredentials(of: 0, with: 1)
    for candidate in simulation.agents[0].localCandidates {
      simulation.agents[1].addRemoteCandidate(candidate.candidate, now: simulation.now)
    }
    #expect(simulation.run(for: .seconds(1)) { $0.agree })
  }

  @Test("IC-30: with nothing left to try patience ends after 15 s")
  func impatience() {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [])
    simulation.connect()
    simulation.agents[0].endOfRemoteCandidates(now: .zero)
    simulation.run(for: .seconds(60))
    #expect(failureTime(simulation) == .seconds(15))
  }

  @Test("IC-30: without any local candidate it fails at once")
  func noLocalCandidates() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    simulation.run(for: .seconds(1))
    #expect(simulation.agents[0].state == .failed)
  }

  @Test("the agent waits in new until there is a peer")
  func new() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [a])
    simulation.agents[0].startGathering(now: .zero)
    simulation.run(for: .seconds(300))
    #expect(simulation.agents[0].state == .new)
    #expect(simulation.agents[0].deadline == nil)
  }

  @Test("a closed agent sends nothing, answers nothing and wakes nobody")
  func closed() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    #expect(simulation.run(for: .seconds(1)) { $0.areCompleted })
    simulation.agents[0].close()
    #expect(simulation.agents[0].state == .closed && simulation.agents[0].deadline == nil)
    var sent = 0
    simulation.observe = { index, _ in if index == 0 { sent += 1 } }
    simulation.run(for: .seconds(10))
    #expect(sent == 0)
    #expect(simulation.agents[0].counters.dropped(.inactive) > 0)
    simulation.agents[0].restart(localCredentials: ICECredentials(random: .seeded(1)), now: simulation.now)
    #expect(simulation.agents[0].state == .closed)
  }
}
