import RTCBase
import RTCSTUN
import Testing

@testable import RTCICE

@Suite struct ChaosTests {
  private static let bases = [
    TransportAddress("192.0.2.1", 5_000), TransportAddress("2001:db8::1", 5_001), TransportAddress("10.0.0.1", 5_002),
    TransportAddress("192.0.2.2", 6_000), TransportAddress("2001:db8::2", 6_001), TransportAddress("10.0.0.2", 6_002),
  ]

  @Test(
    "calls with loss, damage, repetition, restarts, garbage and floods of candidates stay whole, and connect once it is over"
  )
  func calls() {
    for seed in UInt64(1)...150 {
      let random = RandomSource.seeded(seed)
      let simulation = ICESimulation(seed: seed)
      simulation.delay = .milliseconds(Int64(random.next() % 80))
      simulation.loss = Double(random.next() % 40) / 100
      simulation.tamper = { damage($0, random) }
      simulation.addAgent(.controlling, Array(Self.bases[0..<Int(1 + random.next() % 3)]))
      simulation.addAgent(random.next() % 4 == 0 ? .controlling : .controlled, Array(Self.bases[3..<6]))
      simulation.connect()
      for _ in 0..<20 {
        disturb(simulation, random)
        simulation.run(for: .milliseconds(Int64(random.next() % 1_500)))
        for agent in simulation.agents {
          if let inconsistency = agent.inconsistency { preconditionFailure("\(inconsistency), seed \(seed)") }
          #expect(agent.remoteCandidates.count <= 100 && agent.pairs.count <= 200)
          #expect(agent.path == nil || agent.state != .failed)
        }
      }
      simulation.tamper = { [$0] }
      simulation.loss = 0
      for index in 0...1 {
        let credentials = ICECredentials(random: random)
        simulation.agents[index].restart(localCredentials: credentials, now: simulation.now)
      }
      simulation.connect()
      #expect(simulation.run(for: .seconds(10)) { $0.agree && $0.areConnected }, "seed \(seed)")
      #expect(simulation.agents[0].role == simulation.agents[1].role.opposite, "seed \(seed)")
    }
  }

  private func damage(_ datagram: ICESimulation.Datagram, _ random: RandomSource) -> [ICESimulation.Datagram] {
    var copy = datagram
    switch random.next() % 12 {
    case 0:
      copy.bytes[Int(random.next() % UInt64(copy.bytes.count))] ^= UInt8(truncatingIfNeeded: random.next())
      return [copy]
    case 1: return [datagram, datagram]
    case 2:
      copy.source = TransportAddress(IPAddress(v4: 203, 0, 113, 9), port: UInt16(1 + random.next() % 9))
      return [datagram, copy]
    case 3:
      copy.bytes.removeLast(Int(random.next() % UInt64(copy.bytes.count)))
      return [copy]
    default: return [datagram]
    }
  }

  private func disturb(_ simulation: ICESimulation, _ random: RandomSource) {
    let index = Int(random.next() % 2)
    let now = simulation.now
    switch random.next() % 10 {
    case 0:
      simulation.agents[index].restart(localCredentials: ICECredentials(random: random), now: now)
      simulation.connect()
    case 1: simulation.agents[index].setRole(random.next() % 2 == 0 ? .controlling : .controlled, now: now)
    case 2: simulation.agents[index].setRemoteCredentials(ICECredentials(random: random), now: now)
    case 3: simulation.shareCredentials(of: index ^ 1, with: index)
    case 4:
      let address = TransportAddress(IPAddress(v4: random.uint32()), port: random.uint16())
      simulation.agents[index].addRemoteCandidate(
        ICECandidate(foundation: "x", priority: random.uint32(), address: address, kind: .host), now: now)
    case 8: flood(simulation, index, random)
    case 9: copyChecks(simulation, random)
    case 5: simulation.agents[index].endOfRemoteCandidates(now: now)
    case 6:
      _ = simulation.inject(random.bytes(Int(random.next() % 200)), from: Self.bases[0], to: Self.bases[3])
    default: simulation.agents[index].handleTimeout(now: now)
    }
    simulation.drain(index)
  }

  /// Up to 300 candidates at once, some of them again, some of a family or foundation of their own.
  private func flood(_ simulation: ICESimulation, _ index: Int, _ random: RandomSource) {
    let foundations = 1 + random.next() % 5
    let top = random.next() % 2 == 0
    for number in 0..<(random.next() % 300) {
      let v6 = TransportAddress("2001:db8::1:\(number % 100)", 9)
      let v4 = TransportAddress(IPAddress(v4: random.uint32() | 1), port: 9)
      simulation.agents[index].addRemoteCandidate(
        ICECandidate(
          foundation: "\(random.next() % foundations)", priority: top ? .max : random.uint32(),
          address: random.next() % 3 == 0 ? v6 : v4, kind: .host), now: simulation.now)
    }
  }

  /// The peer's next checks arrive from many addresses as well, until the next disturbance.
  private func copyChecks(_ simulation: ICESimulation, _ random: RandomSource) {
    var left = 200
    simulation.tamper = { datagram in
      let copies = min(left, 20)
      left -= copies
      return damage(datagram, random)
        + (0..<copies).map { _ in
          var copy = datagram
          copy.source = TransportAddress(IPAddress(v4: 198, 51, 100, 1), port: UInt16(1 + random.next() % 60_000))
          return copy
        }
    }
  }
}
