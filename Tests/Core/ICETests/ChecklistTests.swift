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

  private func checklist(_ pairs: [ICECandidatePair]) -> ICEChecklist {
    var checklist = ICEChecklist()
    for pair in pairs { checklist.insert(pair, now: .zero) }
    return checklist
  }

  @Test("IC-02: one pair of a foundation waits, the others are frozen until it succeeds")
  func freezing() throws {
    var list = checklist([
      pair(1, remoteFoundation: "x", priority: 9), pair(2, remoteFoundation: "x", priority: 8),
      pair(3, remoteFoundation: "y", priority: 7),
    ])
    #expect(list.pairs.map(\.state) == [.waiting, .frozen, .waiting])
    #expect(list.nextOrdinary(now: .zero) == 0)
    list.pairs[0].state = .inProgress
    #expect(list.nextOrdinary(now: .zero) == 2)
    list.pairs[2].state = .inProgress
    #expect(list.nextOrdinary(now: .zero) == nil)
    list.pairs[0].state = .succeeded
    list.unfreeze(like: 0)
    #expect(list.pairs[1].state == .waiting)
    #expect(list.nextOrdinary(now: .zero) == 1)
  }

  @Test("IC-02: a frozen pair gets its turn when its foundation has failed")
  func unfreezingAfterFailure() {
    var list = checklist([
      pair(1, remoteFoundation: "x", priority: 9), pair(2, remoteFoundation: "x", priority: 8),
    ])
    list.pairs[0].state = .failed
    #expect(list.nextOrdinary(now: .zero) == 1)
  }

  @Test("IC-02: a pair of a foundation that works waits at once")
  func knownFoundation() {
    var list = checklist([pair(1, remoteFoundation: "x", priority: 9)])
    list.pairs[0].state = .succeeded
    list.insert(pair(2, remoteFoundation: "x", priority: 1), now: .zero)
    #expect(list.pairs[1].state == .waiting)
  }

  @Test("IC-02: who has waited for a second gets every other check, whatever its priority")
  func fairness() {
    let later = MonotonicTime.zero + .seconds(1)
    var list = checklist([pair(1, remoteFoundation: "x", priority: 1)])
    for id in 2...6 { list.insert(pair(id, remoteFoundation: "\(id)", priority: UInt32(id)), now: later) }
    var order: [Int] = []
    while let index = list.nextOrdinary(now: later) {
      order.append(list.pairs[index].id)
      list.recordCheck(index, now: later)
    }
    #expect(order == [6, 1, 5, 4, 3, 2])
  }

  @Test("IC-02: a frozen pair whose foundation keeps silent thaws after a second")
  func thaw() {
    var list = checklist([
      pair(1, remoteFoundation: "x", priority: 9), pair(2, remoteFoundation: "x", priority: 8),
    ])
    list.recordCheck(0, now: .zero)
    #expect(list.nextThaw == .zero + .seconds(1))
    list.thaw(now: .zero + .milliseconds(999))
    #expect(list.nextOrdinary(now: .zero + .milliseconds(999)) == nil)
    list.thaw(now: .zero + .seconds(1))
    #expect(list.nextOrdinary(now: .zero + .seconds(1)) == 1)
    #expect(list.nextThaw == nil)
  }

  @Test("IC-02: triggered checks keep their order and are not repeated")
  func triggered() {
    var list = checklist([
      pair(1, remoteFoundation: "x", priority: 9), pair(2, remoteFoundation: "y", priority: 8),
    ])
    for id in [2, 1, 2] { list.enqueueTriggered(id) }
    #expect(list.nextTriggered == 1)
    list.recordCheck(1, now: .zero)
    #expect(list.nextTriggered == 0)
    #expect(list.remove { $0.id == 1 } == [1])
    #expect(list.nextTriggered == nil)
  }

  @Test("IC-02: checks start at once and keep the pace, which agents of one connection share", arguments: [1, 3])
  func pacing(_ agents: Int) {
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
    simulation.agents[0].sharePace(among: agents, now: start)
    simulation.agents[0].setRemoteCredentials(ICECredentials(random: .seeded(1)), now: start)
    simulation.run(for: .milliseconds(199))
    #expect(times.map { ($0 - start).wholeMilliseconds } == Array(stride(from: 0, to: 200, by: 20 * agents)))
  }

  @Test("IC-02: an agent whose pair is selected leaves the pace to others, until it restarts")
  func needOfPace() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [a])
    simulation.addAgent(.controlled, [b])
    #expect(simulation.agents[0].needsPace)
    simulation.connect()
    simulation.run(for: .seconds(2))
    #expect(!simulation.agents[0].needsPace && !simulation.agents[1].needsPace)
    simulation.agents[0].restart(localCredentials: ICECredentials(random: .seeded(3)), now: simulation.now)
    #expect(simulation.agents[0].needsPace)
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
