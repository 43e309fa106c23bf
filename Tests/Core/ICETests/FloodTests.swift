import RTCBase
import RTCSTUN
import Testing

@testable import RTCICE

/// More candidates than an agent keeps.
@Suite struct FloodTests {
  private static let a = TransportAddress("192.0.2.1", 5_000)
  private static let b = TransportAddress("192.0.2.2", 6_000)
  private static let bases = [a, TransportAddress("192.0.2.50", 1), TransportAddress("192.0.2.51", 1)]

  /// What junk claims: less than any host candidate, or more than all.
  enum Claim: CaseIterable {
    case low, high

    func priority(_ number: Int) -> UInt32 { self == .low ? UInt32(1_000 + number) : .max - UInt32(number % 7) }
  }

  private func junk(_ number: Int, _ claim: Claim = .high, foundation: String? = nil) -> ICECandidate {
    let address = TransportAddress(IPAddress(v4: 0x0A00_0000 + UInt32(number)), port: 9_000)
    return ICECandidate(
      foundation: foundation ?? "f\(number)", priority: claim.priority(number), address: address, kind: .host)
  }

  private func flood(
    _ simulation: ICESimulation, _ index: Int, _ count: Int, _ claim: Claim = .high, foundation: String? = nil
  ) {
    for number in 0..<count {
      simulation.agents[index].addRemoteCandidate(junk(number, claim, foundation: foundation), now: simulation.now)
    }
    simulation.drain(index)
  }

  private func isWhole(_ simulation: ICESimulation) -> Bool {
    simulation.agents.allSatisfy { $0.inconsistency == nil }
  }

  /// Agents that know each other's credentials, and no candidate yet.
  private func agents(bases: Int = 1, signallingDelay: TimeDelta? = nil) -> ICESimulation {
    let simulation = ICESimulation()
    simulation.signallingDelay = signallingDelay
    simulation.addAgent(.controlling, Array(Self.bases.prefix(bases)))
    simulation.addAgent(.controlled, [Self.b])
    simulation.connect()
    return simulation
  }

  // MARK: - Who makes room

  @Test("IC-01: room is made by what failed, then by what keeps silent, then among what was never tried")
  func victims() {
    let now = MonotonicTime.zero
    let untried = (1...8).map { ICEStanding.untried(priority: UInt64($0 * 10)) }
    func victim(_ standings: [ICEStanding], _ isHeard: Bool = false) -> Int? {
      ICEStanding.victim(among: standings, isHeard: isHeard)
    }
    #expect(victim(untried + [.silent(since: now), .spent, .used]) == 9)
    #expect(victim(untried + [.silent(since: now + .seconds(1)), .silent(since: now), .used]) == 9)
    // The first two and the last two of eight stay.
    #expect(victim(untried) == 2)
    #expect(victim(untried.reversed()) == 5)
    #expect(victim(untried + [ICEStanding](repeating: .asked(at: now), count: 8)) == 3)
    #expect(victim([ICEStanding](repeating: .untried(priority: 7), count: 8)) == 5)
    #expect(victim([.untried(priority: 7)]) == 0)
    // Only who was heard displaces these.
    var better: [ICEStanding] = [
      .used, .used, .used, .used, .used, .working(lastHeard: now + .seconds(1)), .working(lastHeard: now),
      .heard(newestFirst: -1),
      .heard(newestFirst: -2), .heardAndAsked(at: now), .asked(at: now),
    ]
    while better.count > 5 {
      #expect(victim(better) == nil)
      #expect(victim(better, true) == better.count - 1)
      better.removeLast()
    }
    // Half of the list may be where the peer was heard and does not answer.
    let heard = [ICEStanding](repeating: .heard(newestFirst: 0), count: 4)
    #expect(victim(heard.dropLast() + untried.suffix(5), true) == 5)
    #expect(victim(heard + untried.suffix(4), true) == 0)
    #expect(victim(heard + untried.suffix(4)) == 5)
    #expect(victim(heard + untried.suffix(3)) == 0)
    #expect(victim([.used, .used], true) == nil)
  }

  // MARK: - Junk first

  static let floods: [(Int, Claim)] = [(100, .low), (100, .high), (2_500, .low), (5_000, .high)]

  @Test("IC-01: junk first, then the candidate that works", arguments: floods)
  func junkFirst(count: Int, claim: Claim) throws {
    let simulation = agents()
    flood(simulation, 0, count, claim)
    let good = try #require(simulation.agents[1].localCandidates.first).candidate
    simulation.agents[0].addRemoteCandidate(good, now: simulation.now)
    #expect(simulation.agents[0].remoteCandidates.contains { $0.candidate == good })
    #expect(simulation.agents[0].remoteCandidates.count == 100)
    let counters = simulation.agents[0].counters
    #expect(counters.replacedRemoteCandidates + counters.ignoredRemoteCandidates == UInt64(count + 1 - 100))
    // A hundred checks at the pace of 20 ms, and the wait for a better pair.
    #expect(simulation.run(for: .milliseconds(2_100)) { $0.areConnected })
    #expect(simulation.run(for: .milliseconds(300)) { $0.agree })
    #expect(isWhole(simulation))
  }

  @Test("IC-01: junk first where several interfaces make several pairs of each candidate")
  func junkFirstForManyBases() throws {
    let simulation = agents(bases: 3)
    flood(simulation, 0, 1_000)
    simulation.agents[0].addRemoteCandidate(
      try #require(simulation.agents[1].localCandidates.first).candidate, now: simulation.now)
    #expect(simulation.agents[0].remoteCandidates.count <= 100 && simulation.agents[0].pairs.count == 200)
    // Two hundred checks.
    #expect(simulation.run(for: .milliseconds(4_100)) { $0.areConnected })
    #expect(isWhole(simulation))
  }

  @Test("IC-01: junk first, while the one that works is learnt from the peer's check", arguments: [100, 2_500, 5_000])
  func junkAndCheck(count: Int) throws {
    let simulation = agents()
    flood(simulation, 0, count)
    simulation.run(for: .milliseconds(300))
    simulation.agents[1].addRemoteCandidate(
      try #require(simulation.agents[0].localCandidates.first).candidate, now: simulation.now)
    #expect(simulation.run(for: .milliseconds(100)) { $0.areConnected })
    #expect(simulation.run(for: .milliseconds(300)) { $0.agree })
    #expect(simulation.agents[0].remoteCandidates.count { $0.candidate.kind == .peerReflexive } == 1)
    #expect(isWhole(simulation))
  }

  @Test("IC-01: both agents flooded, then one candidate each that works", arguments: floods)
  func bothFlooded(count: Int, claim: Claim) {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [Self.a])
    simulation.addAgent(.controlled, [Self.b])
    for index in 0...1 { simulation.shareCredentials(of: index, with: index ^ 1) }
    for index in 0...1 { flood(simulation, index, count, claim) }
    simulation.connect()
    #expect(simulation.run(for: .milliseconds(2_100)) { $0.areConnected })
    #expect(simulation.run(for: .milliseconds(300)) { $0.agree })
    #expect(isWhole(simulation))
  }

  @Test("IC-01: junk of one foundation, which is also that of the candidate that works")
  func sameFoundation() throws {
    let simulation = agents()
    var good = try #require(simulation.agents[1].localCandidates.first).candidate
    good.foundation = "x"
    flood(simulation, 0, 99, .low, foundation: "x")
    simulation.agents[0].addRemoteCandidate(good, now: simulation.now)
    // All thaw after a second.
    #expect(simulation.run(for: .milliseconds(3_100)) { $0.areConnected })
    flood(simulation, 0, 500, foundation: "x")
    #expect(isWhole(simulation))
  }

  // MARK: - Storms that last

  /// Trickles junk of the highest priority for as long as the simulation runs.
  private func storm(_ simulation: ICESimulation, _ index: Int, every interval: TimeDelta, number: Int = 0) {
    simulation.agents[index].addRemoteCandidate(junk(number), now: simulation.now)
    simulation.drain(index)
    simulation.schedule(in: interval) { [self] in storm($0, index, every: interval, number: number + 1) }
  }

  @Test("IC-01: a candidate that came before an endless storm is tried", arguments: [1, 5, 20])
  func beforeStorm(interval: Int64) throws {
    let simulation = agents()
    flood(simulation, 0, 20, .high)
    simulation.agents[0].addRemoteCandidate(
      try #require(simulation.agents[1].localCandidates.first).candidate, now: simulation.now)
    storm(simulation, 0, every: .milliseconds(interval), number: 1_000)
    // A second by priority, then every other check.
    #expect(simulation.run(for: .milliseconds(1_900)) { $0.areConnected })
    #expect(isWhole(simulation))
  }

  @Test("IC-01: a candidate that comes in a storm no faster than the checks is tried")
  func duringStorm() throws {
    let simulation = agents()
    storm(simulation, 0, every: .milliseconds(20))
    simulation.run(for: .seconds(10))
    #expect(simulation.agents[0].remoteCandidates.count == 100)
    simulation.agents[0].addRemoteCandidate(
      try #require(simulation.agents[1].localCandidates.first).candidate, now: simulation.now)
    #expect(simulation.run(for: .milliseconds(1_200)) { $0.areConnected })
    #expect(isWhole(simulation))
  }

  @Test("IC-01: in any storm a peer that checks is found at once, and the path stays")
  func checkDuringStorm() throws {
    let simulation = agents()
    storm(simulation, 0, every: .milliseconds(5))
    simulation.run(for: .seconds(3))
    simulation.agents[1].addRemoteCandidate(
      try #require(simulation.agents[0].localCandidates.first).candidate, now: simulation.now)
    #expect(simulation.run(for: .milliseconds(100)) { $0.areConnected })
    #expect(simulation.run(for: .milliseconds(300)) { $0.agree })
    let path = simulation.agents[0].path
    simulation.states = [[], []]
    simulation.run(for: .seconds(40))
    #expect(simulation.agents[0].path == path && simulation.agents[1].state != .failed)
    #expect(!simulation.states.joined().contains { $0.state == .disconnected || $0.state == .failed })
    #expect(isWhole(simulation))
  }

  @Test(
    "IC-01: checks copied from thousands of addresses keep neither the peer nor a signalled candidate from their turn")
  func copiedChecks() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlled, [Self.a])
    let credentials = ICECredentials(random: .seeded(8))
    simulation.agents[0].setRemoteCredentials(credentials, now: .zero)
    let peer = TestPeer(local: credentials, remote: try #require(simulation.agents[0].localCredentials))
    let copy = peer.makeCheck()
    var number = 0
    func copies(_ count: Int) {
      for _ in 0..<count {
        number += 1
        _ = simulation.inject(
          copy, from: TransportAddress(IPAddress(v4: 0x0A00_0000 + UInt32(number)), port: 9), to: Self.a)
      }
    }
    copies(500)
    var asked: [TransportAddress: MonotonicTime] = [:]
    simulation.observe = { [unowned simulation] _, transmit in
      guard transmit.bytes.withRawSpan({ STUNUsername.localUfrag(of: $0) }) != nil else { return }
      asked[transmit.destination] = asked[transmit.destination] ?? simulation.now
    }
    let signalled = TransportAddress("198.51.100.1", 1)
    simulation.agents[0].addRemoteCandidate(
      ICECandidate(foundation: "s", priority: 5, address: signalled, kind: .host), now: simulation.now)
    for _ in 0..<100 {
      simulation.run(for: .milliseconds(1))
      copies(1)
    }
    #expect(asked[signalled] != nil)
    // A storm of a thousand a second, and the peer among them, who repeats what is not answered.
    var attempts = 0
    while asked[Self.b] == nil, attempts < 20 {
      attempts += 1
      _ = simulation.inject(peer.makeCheck(), from: Self.b, to: Self.a)
      // At another time between two checks each time.
      for _ in 0..<253 {
        simulation.run(for: .milliseconds(1))
        copies(1)
      }
    }
    #expect(asked[Self.b] != nil && attempts <= 8)
    #expect(isWhole(simulation))
  }

  @Test("A peer that answered from more addresses than are kept is let in at the next one, and keeps its path")
  func manyWorkingPairs() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlled, [Self.a])
    let credentials = ICECredentials(random: .seeded(8))
    simulation.agents[0].setRemoteCredentials(credentials, now: .zero)
    let peer = TestPeer(local: credentials, remote: try #require(simulation.agents[0].localCredentials))
    peer.check(simulation, from: Self.b, to: Self.a, priority: 2_000, nominating: true)
    for port in UInt16(0)...300 {
      simulation.run(for: .milliseconds(20))
      peer.answerAll(simulation)
      peer.check(simulation, from: TransportAddress(Self.b.ip, port: 10_000 + port), to: Self.a, priority: 1_000)
    }
    let agent = simulation.agents[0]
    #expect(agent.path?.remote == Self.b && agent.remoteCandidates.count == 100)
    #expect(agent.remoteCandidates.last?.candidate.address.port == 10_300)
    #expect(agent.pairs.count { $0.state == .succeeded } == 99)
    // One that was only signalled displaces none of them.
    simulation.agents[0].addRemoteCandidate(junk(1), now: simulation.now)
    #expect(simulation.agents[0].counters.ignoredRemoteCandidates == 0 || agent.pairs.count == 100)
    #expect(isWhole(simulation))
  }
}
