import RTCBase
import RTCSTUN
import Testing

@testable import RTCICE

@Suite struct ChecklistTests {
  private let a = TransportAddress("192.0.2.1", 5_000)
  private let b = TransportAddress("192.0.2.2", 6_000)

  private func pair(_ id: Int, remoteFoundation: String, priority: UInt32) -> ICECandidatePair {
    let local = ICELocalCandidate(
      id: 1_000, candidate: ICECandidate(foundation: "1", priority: 100, address: a, kind: .host), base: a,
      serverIndex: nil, isAnnounced: true)
    let remote = ICECandidate(
      foundation: remoteFoundation, priority: priority, address: TransportAddress(b.ip, port: UInt16(id)), kind: .host)
    return ICECandidatePair(
      id: id, local: local, remote: ICERemoteCandidate(id: 2_000 + id, candidate: remote), role: .controlling)
  }

  private func checklist(limit: Int = 10, _ pairs: [ICECandidatePair]) -> ICEChecklist {
    var checklist = ICEChecklist(limit: limit)
    for pair in pairs { _ = checklist.insert(pair) }
    return checklist
  }

  @Test("IC-02: one pair of a foundation waits, the others are frozen until it succeeds")
  func freezing() throws {
    var list = checklist([
      pair(1, remoteFoundation: "x", priority: 9), pair(2, remoteFoundation: "x", priority: 8),
      pair(3, remoteFoundation: "y", priority: 7),
    ])
    #expect(list.pairs.map(\.state) == [.waiting, .frozen, .waiting])
    #expect(list.nextOrdinary == 0)
    list[0].state = .inProgress
    #expect(list.nextOrdinary == 2)
    list[2].state = .inProgress
    #expect(list.nextOrdinary == nil)
    list[0].state = .succeeded
    list.unfreeze(like: 0)
    #expect(list.pairs[1].state == .waiting)
    #expect(list.nextOrdinary == 1)
  }

  @Test("IC-02: a frozen pair gets its turn when its foundation has failed")
  func unfreezingAfterFailure() {
    var list = checklist([
      pair(1, remoteFoundation: "x", priority: 9), pair(2, remoteFoundation: "x", priority: 8),
    ])
    list[0].state = .failed
    #expect(list.nextOrdinary == 1)
  }

  @Test("IC-02: a pair of a foundation that works waits at once")
  func knownFoundation() {
    var list = checklist([pair(1, remoteFoundation: "x", priority: 9)])
    list[0].state = .succeeded
    _ = list.insert(pair(2, remoteFoundation: "x", priority: 1))
    #expect(list.pairs[1].state == .waiting)
  }

  @Test("IC-02: at the limit the pair of the lowest priority goes, unless the peer uses the new one")
  func limit() {
    var list = checklist(
      limit: 2, [pair(1, remoteFoundation: "x", priority: 9), pair(2, remoteFoundation: "y", priority: 8)])
    #expect(list.insert(pair(3, remoteFoundation: "z", priority: 7)) == 1)
    #expect(list.pairs.map(\.id) == [1, 2])
    #expect(list.insert(pair(4, remoteFoundation: "z", priority: 20)) == 1)
    #expect(list.pairs.map(\.id) == [1, 4])
    #expect(list.insert(pair(5, remoteFoundation: "z", priority: 1), isUsedByPeer: true) == 1)
    #expect(list.pairs.map(\.id) == [5, 4])
  }

  @Test("IC-02: triggered checks keep their order and are not repeated")
  func triggered() {
    var list = checklist([
      pair(1, remoteFoundation: "x", priority: 9), pair(2, remoteFoundation: "y", priority: 8),
    ])
    for id in [2, 1, 2, 7] { list.enqueueTriggered(id) }
    #expect(list.nextTriggered() == 1)
    #expect(list.nextTriggered() == 0)
    #expect(list.nextTriggered() == nil)
  }

  @Test("IC-02: checks start at once and keep the pace, triggered ones at least 5 ms apart")
  func pacing() {
    let simulation = ICESimulation()
    simulation.tamper = { _ in [] }
    simulation.signallingDelay = nil
    simulation.addAgent(.controlling, [a])
    var times: [MonotonicTime] = []
    simulation.observe = { [unowned simulation] _, _ in times.append(simulation.now) }
    simulation.run(for: .seconds(3))
    for port in UInt16(1)...10 {
      let candidate = ICECandidate(
        foundation: "\(port)", priority: 1_000 - UInt32(port), address: TransportAddress(b.ip, port: port), kind: .host)
      simulation.agents[0].addRemoteCandidate(candidate, now: simulation.now)
    }
    let start = simulation.now
    simulation.agents[0].setRemoteCredentials(ICECredentials(random: .seeded(1)), now: start)
    simulation.run(for: .milliseconds(199))
    #expect(times.map { ($0 - start).wholeMilliseconds } == Array(stride(from: 0, to: 200, by: 20)))
  }

  @Test("IC-02: a checklist without an answer retransmits as RFC 8489 says and each pair fails after 19.75 s")
  func retransmission() {
    let simulation = ICESimulation()
    simulation.tamper = { _ in [] }
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    var times: [Int64] = []
    var start: MonotonicTime?
    simulation.observe = { [unowned simulation] index, transmit in
      guard index == 0 else { return }
      start = start ?? simulation.now
      times.append((simulation.now - (start ?? .zero)).wholeMilliseconds)
    }
    simulation.run(for: .seconds(19))
    #expect(times == [0, 250, 750, 1_750, 3_750, 7_750, 15_750])
    #expect(simulation.agents[0].pairs.first?.statistics.requestsSent == 1)
    #expect(simulation.agents[0].pairs.first?.statistics.retransmissionsSent == 6)
    #expect(simulation.agents[0].pairs.first?.state == .inProgress)
    simulation.run(for: .seconds(1))
    #expect(simulation.agents[0].pairs.first?.state == .failed)
  }

  @Test("IC-01: hundreds of candidates are bounded and do not keep the working one from connecting")
  func manyCandidates() throws {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlling, [a, TransportAddress("192.0.2.50", 1), TransportAddress("192.0.2.51", 1)])
    simulation.addAgent(.controlled, [b])
    for index in 0..<500 {
      let address = TransportAddress(IPAddress(v4: 0x0A00_0000 + UInt32(index)), port: 9_000)
      let candidate = ICECandidate(
        foundation: "f\(index % 3)", priority: 1_000 + UInt32(index), address: address, kind: .host)
      simulation.agents[0].addRemoteCandidate(candidate, now: .zero)
    }
    #expect(simulation.agents[0].remoteCandidates.count == 100)
    #expect(simulation.agents[0].pairs.count == 200)
    #expect(simulation.agents[0].counters.ignoredRemoteCandidates == 400)
    #expect(simulation.agents[0].counters.discardedPairs == 100)
    simulation.connect()
    // The peer knows us, but we have no room to learn of it: checks on our side find nothing.
    simulation.run(for: .seconds(1))
    #expect(simulation.agents[0].remoteCandidates.count == 100)

    let other = ICESimulation()
    other.addAgent(.controlling, [a])
    other.addAgent(.controlled, [b])
    for index in 0..<90 {
      let address = TransportAddress(IPAddress(v4: 0x0A00_0000 + UInt32(index)), port: 9_000)
      other.agents[0].addRemoteCandidate(
        ICECandidate(foundation: "f\(index)", priority: .max - 1, address: address, kind: .host), now: .zero)
    }
    other.connect()
    #expect(other.run(for: .seconds(1)) { $0.agree })
  }

  @Test("The statistics of a pair count checks, answers, round trips and payload")
  func statistics() throws {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    simulation.connect()
    #expect(simulation.run(for: .seconds(1)) { $0.areCompleted })
    simulation.agents[0].recordSent(byteCount: 100, now: simulation.now)
    simulation.agents[0].recordReceived(byteCount: 40, from: b, to: a, now: simulation.now)
    let statistics = try #require(simulation.agents[0].activePair).statistics
    #expect(statistics.requestsSent >= 2 && statistics.responsesReceived >= 2)
    #expect(statistics.requestsReceived == statistics.responsesSent && statistics.requestsReceived >= 1)
    #expect(statistics.currentRoundTripTime == .milliseconds(20))
    #expect(statistics.totalRoundTripTime == .milliseconds(20) * Int64(statistics.responsesReceived))
    #expect(statistics.packetsSent == 1 && statistics.bytesSent == 100)
    #expect(statistics.packetsReceived == 1 && statistics.bytesReceived == 40)
    #expect(statistics.lastPacketSent == simulation.now)
  }

  @Test("queues refuse what exceeds their bound and keep their order")
  func queue() {
    var queue = BoundedQueue<Int>(limit: 3)
    #expect((0..<4).map { queue.append($0) } == [true, true, true, false])
    #expect(queue.popFirst() == 0)
    #expect(queue.append(4) == true)
    #expect([queue.popFirst(), queue.popFirst(), queue.popFirst(), queue.popFirst()] == [1, 2, 4, nil])
    for round in 0..<100 {
      #expect(queue.append(round) == true)
      #expect(queue.append(round + 1) == true)
      #expect(queue.popFirst() == round)
      #expect(queue.popFirst() == round + 1)
    }
  }
}
