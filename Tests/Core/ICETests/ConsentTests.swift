import RTCBase
import RTCSTUN
import Testing

@testable import RTCICE

@Suite struct ConsentTests {
  private let a = TransportAddress("192.0.2.1", 5_000)
  private let b = TransportAddress("192.0.2.2", 6_000)

  private func call(seed: UInt64 = 1) -> ICESimulation {
    let simulation = ICESimulation(seed: seed)
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.areCompleted })
    simulation.states = [[], []]
    return simulation
  }

  @Test("IC-11: consent is checked every 4 to 6 s at random, with a new transaction each time")
  func interval() {
    let simulation = call()
    var times: [MonotonicTime] = []
    var ids: Set<STUNTransactionID> = []
    simulation.observe = { [unowned simulation] index, transmit in
      guard index == 0, let message = transmit.bytes.withRawSpan({ STUNMessage(parsing: $0) }),
        message.type.messageClass == .request
      else { return }
      times.append(simulation.now)
      ids.insert(message.transactionID)
    }
    simulation.run(for: .seconds(600))
    let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
    #expect(gaps.count > 95 && gaps.count < 150)
    #expect(gaps.allSatisfy { $0 >= .seconds(4) && $0 <= .seconds(6) + .milliseconds(1) })
    #expect(Set(gaps.map(\.wholeMilliseconds)).count > 50)
    #expect(ids.count == times.count)
    #expect(simulation.states.allSatisfy { $0.isEmpty })
    #expect(simulation.agents[0].activePair?.statistics.consentRequestsSent == UInt64(times.count))
  }

  @Test("IC-12: no path in use is silent for 15 s")
  func keepalive() {
    let simulation = call()
    var last = [simulation.now, simulation.now]
    var longest = TimeDelta.zero
    simulation.observe = { [unowned simulation] index, _ in
      longest = max(longest, simulation.now - last[index])
      last[index] = simulation.now
    }
    simulation.run(for: .seconds(300))
    #expect(longest > .zero && longest <= .seconds(15))
  }

  @Test("IC-12: the binding towards a STUN server is refreshed within 15 s until a pair is selected")
  func serverKeepalive() {
    let simulation = ICESimulation()
    let server = TransportAddress("198.51.100.1", 3_478)
    simulation.servers = [server]
    simulation.addAgent(.controlling, [a])
    simulation.useServer(0, [server])
    var times: [MonotonicTime] = []
    simulation.observe = { [unowned simulation] _, transmit in
      if transmit.destination == server { times.append(simulation.now) }
    }
    simulation.agents[0].startGathering(now: .zero)
    simulation.run(for: .seconds(100))
    #expect(times.count == 7)
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 <= .seconds(15) + .milliseconds(20) })
  }

  @Test("IC-11: a dead path is disconnected after 5 to 8 s and failed, with sending stopped, at 30 s", arguments: 1...6)
  func expiry(seed: Int) throws {
    let simulation = call(seed: UInt64(seed))
    simulation.run(for: .seconds(Int64(30 + seed)))
    let cut = simulation.now
    var lastSent = MonotonicTime.zero
    simulation.observe = { [unowned simulation] _, _ in lastSent = simulation.now }
    simulation.tamper = { _ in [] }
    simulation.run(for: .seconds(60))
    for index in 0...1 {
      let states = simulation.states[index]
      #expect(states.map(\.state) == [.disconnected, .failed])
      let disconnected = try #require(states.first).time - cut
      let failed = try #require(states.last).time - cut
      // The silence counts from the last thing heard, up to 6 s before the cut.
      #expect(disconnected >= .milliseconds(500) && disconnected <= .seconds(8), "\(disconnected.seconds)")
      #expect(failed >= .seconds(24) && failed <= .seconds(30) + .milliseconds(20), "\(failed.seconds)")
      #expect(simulation.agents[index].path == nil)
      #expect(simulation.agents[index].deadline == nil)
    }
    #expect(lastSent - cut <= .seconds(30) + .milliseconds(20))
    #expect(simulation.events[0].contains(.pathChanged(nil)))
  }

  @Test("IC-11: a path that comes back within 30 s goes from disconnected to completed")
  func recovery() {
    let simulation = call()
    simulation.tamper = { _ in [] }
    simulation.run(for: .seconds(15))
    #expect(simulation.agents.allSatisfy { $0.state == .disconnected })
    simulation.tamper = { [$0] }
    #expect(simulation.run(for: .seconds(7)) { $0.areCompleted })
    simulation.run(for: .seconds(60))
    #expect(simulation.areCompleted)
  }

  @Test("IC-11: media from the peer prevents disconnected but is no consent")
  func mediaIsNoConsent() {
    let simulation = call()
    simulation.tamper = { _ in [] }
    for _ in 0..<290 {
      simulation.run(for: .milliseconds(100))
      simulation.agents[0].recordReceived(byteCount: 1_000, from: b, to: a, now: simulation.now)
    }
    #expect(simulation.states[0].map(\.state).contains(.disconnected) == false)
    for _ in 0..<20 {
      simulation.run(for: .milliseconds(100))
      simulation.agents[0].recordReceived(byteCount: 1_000, from: b, to: a, now: simulation.now)
    }
    #expect(simulation.agents[0].state == .failed)
  }

  @Test("IC-11: media ends a disconnected state at once")
  func mediaReconnects() {
    let simulation = call()
    simulation.tamper = { _ in [] }
    simulation.run(for: .seconds(12))
    #expect(simulation.agents[0].state == .disconnected)
    simulation.agents[0].recordReceived(byteCount: 100, from: b, to: a, now: simulation.now)
    #expect(simulation.agents[0].state == .completed)
  }

  @Test("IC-11: a link that loses 20 % of the checks keeps consent for an hour", arguments: 1...3)
  func lossyConsent(seed: Int) {
    let simulation = call(seed: UInt64(seed))
    simulation.loss = 0.2
    simulation.run(for: .seconds(3_600))
    #expect(!simulation.states.joined().contains { $0.state == .failed })
    #expect(simulation.agents.allSatisfy { $0.path != nil })
  }

  @Test("IC-11: consent is kept on the best pair while an old peer takes its time to nominate")
  func beforeNomination() throws {
    let simulation = ICESimulation()
    simulation.addAgent(.controlled, [a])
    let credentials = ICECredentials(random: .seeded(8))
    simulation.agents[0].setRemoteCredentials(credentials, now: .zero)
    let peer = TestPeer(local: credentials, remote: try #require(simulation.agents[0].localCredentials))
    peer.check(simulation, from: b, to: a, priority: 1)
    for _ in 0..<600 {
      simulation.run(for: .milliseconds(100))
      peer.answerAll(simulation)
    }
    #expect(simulation.agents[0].state == .connected)
    #expect((10...16).contains(simulation.agents[0].activePair?.statistics.consentRequestsSent ?? 0))
  }

  @Test("IC-06: a restart keeps the old path, with consent, until the new generation has one")
  func restart() throws {
    let simulation = call()
    let old = try #require(simulation.agents[0].path)
    for index in 0...1 {
      let credentials = ICECredentials(random: .seeded(UInt64(60 + index)))
      simulation.agents[index].restart(localCredentials: credentials, now: simulation.now)
      #expect(simulation.agents[index].generation == 1)
      #expect(simulation.agents[index].path == old || index == 1)
      #expect(simulation.agents[index].gatheringState == .complete)
    }
    // The signalling takes its time.
    simulation.run(for: .seconds(40))
    #expect(simulation.agents[0].path == old)
    #expect(simulation.agents.allSatisfy { $0.state == .connected })
    simulation.agents[0].recordSent(byteCount: 500, now: simulation.now)
    #expect(simulation.agents[0].activePair?.statistics.packetsSent == 1)
    simulation.events = [[], []]
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.agree && $0.agents[0].path != old })
    #expect(!simulation.events.joined().contains(.pathChanged(nil)))
    #expect(simulation.agents.allSatisfy { $0.path?.isNominated == true })
  }

  @Test("IC-06: a failed agent lives again after a restart")
  func restartAfterFailure() {
    let simulation = call()
    simulation.tamper = { _ in [] }
    simulation.run(for: .seconds(60))
    #expect(simulation.agents.allSatisfy { $0.state == .failed })
    simulation.tamper = { [$0] }
    for index in 0...1 {
      let credentials = ICECredentials(random: .seeded(UInt64(60 + index)))
      simulation.agents[index].restart(localCredentials: credentials, now: simulation.now)
    }
    simulation.connect()
    #expect(simulation.run(for: .seconds(2)) { $0.areConnected && $0.agree })
  }

  @Test("IC-11: a pair that takes over when its consent has almost run out is asked at once")
  func lateConsent() throws {
    let random = RandomSource.seeded(1)
    let configuration = ICEConfiguration()
    let now = MonotonicTime.zero + .seconds(100)
    let fresh = ICEConsent(pairID: 1, grantedAt: now, now: now, configuration, random)
    #expect(fresh.nextCheck >= now + .seconds(4) && fresh.nextCheck <= now + .seconds(6))
    let old = ICEConsent(pairID: 1, grantedAt: now - .seconds(28), now: now, configuration, random)
    #expect(old.nextCheck == now && old.expiry == now + .seconds(2))
  }

  @Test("IC-11: a path that moved and was nominated anew ends with its consent, not before")
  func outageAfterMove() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlling, [a])
    let credentials = ICECredentials(random: .seeded(8))
    simulation.agents[0].setRemoteCredentials(credentials, now: .zero)
    let peer = TestPeer(local: credentials, remote: try #require(simulation.agents[0].localCredentials))
    func check(from source: TransportAddress) {
      peer.listen(simulation)
      _ = simulation.inject(peer.makeCheck(role: .iceControlled), from: source, to: a)
    }
    func answer(for span: TimeDelta, from address: TransportAddress) {
      let end = simulation.now + span
      while simulation.now < end {
        simulation.run(for: .milliseconds(20))
        peer.answerAll(simulation, from: address)
      }
    }
    check(from: b)
    answer(for: .seconds(2), from: b)
    #expect(simulation.agents[0].path?.isNominated == true)
    // The peer moves, and says so with a check and with media.
    let other = TransportAddress("192.0.2.3", 6_000)
    simulation.agents[0].recordReceived(byteCount: 100, from: b, to: a, now: simulation.now)
    answer(for: .milliseconds(400), from: other)
    check(from: other)
    simulation.agents[0].recordReceived(byteCount: 100, from: other, to: a, now: simulation.now)
    answer(for: .seconds(3), from: other)
    #expect(simulation.agents[0].path?.remote == other && simulation.agents[0].path?.isNominated == true)
    // Nothing for 25 s, while the endangered path is checked.
    answer(for: .seconds(25), from: b)
    #expect(simulation.agents[0].path?.remote == other)
    answer(for: .seconds(7), from: other)
    #expect(simulation.agents[0].path?.remote == other)
    #expect(simulation.agents[0].state == .connected)
  }
}
