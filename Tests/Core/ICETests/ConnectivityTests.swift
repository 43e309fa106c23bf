import RTCBase
import RTCICE
import RTCSTUN
import Testing

@Suite struct ConnectivityTests {
  private let a = TransportAddress("192.0.2.1", 5_000)
  private let b = TransportAddress("192.0.2.2", 6_000)
  private let a6 = TransportAddress("2001:db8::1", 5_000)
  private let b6 = TransportAddress("2001:db8::2", 6_000)

  @Test("IC-02: two agents on one network complete within 100 ms of the candidates")
  func host() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    #expect(simulation.run(for: .seconds(1)) { $0.areCompleted })
    #expect(simulation.now <= .zero + .milliseconds(120))
    #expect(simulation.agree)
    for index in 0...1 {
      let states = simulation.states[index].map(\.state)
      #expect(states.first == .checking && states.last == .completed)
      #expect(simulation.events[index].contains { if case .selectedPairChanged = $0 { true } else { false } })
    }
  }

  @Test("IC-02: a path for media and DTLS is there before nomination")
  func pathBeforeNomination() throws {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    #expect(simulation.run(for: .seconds(1)) { $0.agents[1].path != nil })
    let path = try #require(simulation.agents[1].path)
    #expect(path.base == b && path.remote == a && !path.isNominated)
    #expect(simulation.agents[1].state == .connected)
  }

  @Test("IC-13: on a dual-stack network IPv6 is preferred")
  func dualStack() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [a, a6])
    simulation.addAgent(.controlled, [b, b6])
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.areCompleted })
    #expect(simulation.agents[0].path?.base == a6)
    #expect(simulation.agree)
  }

  @Test("IC-13: where IPv6 leads nowhere IPv4 connects as fast, and the nomination does not wait for it")
  func brokenV6() {
    let simulation = ICESimulation()
    simulation.tamper = { $0.destination.family == .v6 ? [] : [$0] }
    simulation.addAgent(.controlling, [a, a6])
    simulation.addAgent(.controlled, [b, b6])
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.areConnected })
    #expect(simulation.now <= .zero + .milliseconds(120))
    #expect(simulation.run(for: .seconds(2)) { $0.areCompleted })
    #expect(simulation.now <= .zero + .milliseconds(400))
    #expect(simulation.agents[0].path?.base == a)
  }

  @Test("IC-13: networks with one family connect", arguments: [IPAddress.Family.v4, .v6])
  func singleStack(family: IPAddress.Family) {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, family == .v4 ? [a] : [a6])
    simulation.addAgent(.controlled, [b, b6])
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.areCompleted })
    #expect(simulation.agents[1].path?.base.family == family)
  }

  @Test("IC-01: behind a NAT the server-reflexive candidate connects, and its pair says so")
  func serverReflexive() throws {
    let simulation = ICESimulation()
    let server = TransportAddress("198.51.100.1", 3_478)
    simulation.servers = [server]
    simulation.nats = [
      TestNAT(inside: [a.ip], outside: IPAddress(v4: 203, 0, 113, 1)),
      TestNAT(inside: [b.ip], outside: IPAddress(v4: 203, 0, 113, 2)),
    ]
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.useServer(0, [server])
    simulation.useServer(1, [server])
    simulation.connect()
    #expect(simulation.run(for: .seconds(3)) { $0.areCompleted })
    let pair = try #require(simulation.selectedPair(0))
    #expect(pair.local.candidate.kind == .serverReflexive)
    #expect(pair.remoteAddress.ip == IPAddress(v4: 203, 0, 113, 2))
    let candidate = try #require(simulation.candidates(of: 0).first { $0.candidate.kind == .serverReflexive })
    #expect(candidate.candidate.relatedAddress == a && candidate.serverIndex == 0)
  }

  @Test("IC-01: a symmetric NAT connects through peer-reflexive candidates on both sides")
  func peerReflexive() throws {
    let simulation = ICESimulation()
    simulation.nats = [
      TestNAT(inside: [a.ip], outside: IPAddress(v4: 203, 0, 113, 1), mapping: .perDestination)
    ]
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    #expect(simulation.run(for: .seconds(3)) { $0.areCompleted })
    #expect(try #require(simulation.selectedPair(0)).local.candidate.kind == .peerReflexive)
    let remote = try #require(simulation.selectedPair(1)).remote.candidate
    #expect(remote.kind == .peerReflexive && remote.address.ip == IPAddress(v4: 203, 0, 113, 1))
    #expect(!simulation.agents[0].localCandidates.contains { $0.candidate.kind == .peerReflexive && $0.isAnnounced })
  }

  @Test("IC-02: every one of 60 calls over a link that loses 20 % connects, most within a second")
  func loss() {
    var connected: [TimeDelta] = []
    for seed in UInt64(1)...60 {
      let simulation = ICESimulation(seed: seed)
      simulation.loss = 0.2
      simulation.delay = .milliseconds(25)
      simulation.addAgent(.controlling, [a])
      simulation.addAgent(.controlled, [b])
      simulation.connect()
      #expect(simulation.run(for: .seconds(15)) { $0.areConnected }, "seed \(seed)")
      connected.append(simulation.now - .zero)
      #expect(simulation.run(for: .seconds(15)) { $0.areCompleted }, "seed \(seed)")
    }
    #expect(connected.count { $0 <= .seconds(1) } >= 50)
  }

  @Test("IC-07: checks before the answer arrives are answered, their sender learnt, and checked when credentials come")
  func earlyChecks() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    // The offer has arrived, the answer is on its way.
    simulation.shareCredentials(of: 0, with: 1)
    for candidate in simulation.agents[0].localCandidates {
      simulation.agents[1].addRemoteCandidate(candidate.candidate, now: simulation.now)
    }
    #expect(simulation.run(for: .seconds(1)) { $0.agents[1].path != nil })
    #expect(simulation.agents[0].path == nil)
    #expect(simulation.agents[0].state == .new)
    #expect(simulation.agents[0].isValidated(b, at: a) == true)
    let learnt = try #require(simulation.agents[0].remoteCandidates.first)
    #expect(learnt.candidate.kind == .peerReflexive && learnt.candidate.address == b)
    // The answer, without any candidate.
    simulation.shareCredentials(of: 1, with: 0)
    #expect(simulation.run(for: .milliseconds(100)) { $0.agree })
    // The candidate by name, late.
    let named = try #require(simulation.agents[1].localCandidates.first?.candidate)
    simulation.agents[0].addRemoteCandidate(named, now: simulation.now)
    #expect(simulation.agents[0].remoteCandidates.map(\.candidate.kind) == [.host])
    #expect(simulation.selectedPair(0)?.remote.candidate.kind == .host)
  }

  @Test("IC-07: early checks of an endpoint that did not answer the offer are forgotten")
  func earlyChecksOfAnother() {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.shareCredentials(of: 0, with: 1)
    for candidate in simulation.agents[0].localCandidates {
      simulation.agents[1].addRemoteCandidate(candidate.candidate, now: simulation.now)
    }
    simulation.run(for: .milliseconds(200))
    #expect(simulation.agents[0].remoteCandidates.count == 1)
    simulation.agents[0].setRemoteCredentials(ICECredentials(random: .seeded(99)), now: simulation.now)
    #expect(simulation.agents[0].remoteCandidates.isEmpty)
    #expect(simulation.agents[0].pairs.isEmpty)
  }

  @Test("IC-07: candidates that trickle in late connect, one at a time")
  func trickle() {
    let simulation = ICESimulation()
    simulation.signallingDelay = .seconds(3)
    simulation.nats = [TestNAT(inside: [a.ip], outside: IPAddress(v4: 203, 0, 113, 1))]
    simulation.addAgent(.controlling, [TransportAddress("10.9.9.9", 1), a])
    simulation.addAgent(.controlled, [TransportAddress("10.8.8.8", 1), b])
    simulation.connect()
    #expect(!simulation.run(for: .seconds(2)) { $0.areConnected })
    #expect(simulation.run(for: .seconds(3)) { $0.areCompleted })
  }

  @Test("IC-08: a peer that hides all its candidates behind names is reached by its own checks")
  func hiddenCandidates() {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    simulation.agents[0].endOfRemoteCandidates(now: simulation.now)
    for candidate in simulation.agents[0].localCandidates {
      simulation.agents[1].addRemoteCandidate(candidate.candidate, now: simulation.now)
    }
    #expect(simulation.run(for: .seconds(1)) { $0.agree })
  }

  @Test("A lite peer makes us control, whatever the signalling said")
  func litePeer() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlled, [a])
    simulation.addAgent(.controlled, [b])
    simulation.shareCredentials(of: 1, with: 0, isLite: true)
    #expect(simulation.agents[0].role == .controlling)
    simulation.agents[0].setRole(.controlled, now: simulation.now)
    #expect(simulation.agents[0].role == .controlling)
    simulation.agents[0].startGathering(now: simulation.now)
    simulation.agents[1].startGathering(now: simulation.now)
    // The peer answers and never checks, as it has no credentials of ours.
    #expect(simulation.run(for: .seconds(1)) { $0.agents[0].state == .completed })
    #expect(simulation.selectedPair(0)?.isNominated == true)
  }

  @Test("IC-05: a peer of RFC 5245 that nominates with every check is followed to its best pair")
  func aggressiveNomination() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlled, [a])
    let credentials = ICECredentials(random: .seeded(8))
    simulation.agents[0].setRemoteCredentials(credentials, now: .zero)
    let peer = TestPeer(local: credentials, remote: try #require(simulation.agents[0].localCredentials))
    peer.listen(simulation)
    let low = TransportAddress("192.0.2.2", 6_000)
    let high = TransportAddress("192.0.2.2", 6_001)
    peer.check(simulation, from: low, to: a, priority: 1_000, nominating: true)
    simulation.run(for: .milliseconds(50))
    peer.answerAll(simulation)
    #expect(simulation.agents[0].path?.remote == low)
    peer.check(simulation, from: high, to: a, priority: 2_000_000, nominating: true)
    simulation.run(for: .milliseconds(50))
    peer.answerAll(simulation)
    #expect(simulation.agents[0].path?.remote == high)
    // A late check of the pair before does not take the peer back (RFC 5245 §8.1.1.2).
    peer.check(simulation, from: low, to: a, priority: 1_000, nominating: true)
    simulation.run(for: .milliseconds(50))
    peer.answerAll(simulation)
    #expect(simulation.agents[0].path?.remote == high)
  }

  @Test("IC-02: success behind a translator thaws the pairs of its foundation at once")
  func thawBehindNAT() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.nats = [TestNAT(inside: [a.ip], outside: IPAddress(v4: 203, 0, 113, 1))]
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    let good = ICECandidate(foundation: "x", priority: 100, address: b, kind: .host)
    var other = good
    other.address.port = 9
    for candidate in [good, other] { simulation.agents[0].addRemoteCandidate(candidate, now: simulation.now) }
    #expect(simulation.agents[0].pairs.map(\.state) == [.inProgress, .frozen])
    #expect(simulation.run(for: .milliseconds(50)) { $0.agents[0].path != nil })
    #expect(simulation.agents[0].pairs[0].local.candidate.kind == .peerReflexive)
    #expect(simulation.agents[0].pairs[1].state != .frozen)
  }
}
