import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Handshake") struct HandshakeTests {
  @Test("SC-01: one side connects to one that only listens") func oneSided() {
    var simulation = SCTPSimulation.pair()
    simulation.endpoints[0].connect(remotePort: 5_000, now: .zero)
    let isConnected = simulation.run(for: .seconds(1), until: { $0.endpoints.allSatisfy { $0.state == .connected } })
    #expect(isConnected)
    #expect(simulation.now == .zero + .milliseconds(40))
    for index in 0..<2 {
      let events = simulation.events(at: index)
      #expect(events == [.stateChanged(.connecting), .stateChanged(.connected)])
    }
  }

  @Test("SC-01: both sides connect at once") func collision() {
    let simulation = SCTPSimulation.connected()
    #expect(simulation.endpoints.allSatisfy { $0.state == .connected })
    #expect(simulation.now <= .zero + .milliseconds(40))
    for endpoint in simulation.endpoints {
      #expect(endpoint.negotiatedStreams?.outgoing == 65_535 && endpoint.negotiatedStreams?.incoming == 65_535)
      #expect(endpoint.statistics.usesInterleaving && endpoint.statistics.usesZeroChecksum)
    }
  }

  @Test("SC-01: extensions are used only when both sides have them", arguments: [0, 1]) func extensionsNeedBoth(
    _ without: Int
  ) {
    let simulation = SCTPSimulation.connected { index, configuration in
      guard index == without else { return }
      configuration.offersInterleaving = false
      configuration.offersZeroChecksum = false
      configuration.streamCount = 1_024
    }
    for (index, endpoint) in simulation.endpoints.enumerated() {
      #expect(endpoint.state == .connected, "\(index)")
      #expect(!endpoint.statistics.usesInterleaving && !endpoint.statistics.usesZeroChecksum)
      #expect(endpoint.negotiatedStreams?.outgoing == 1_024)
    }
  }

  @Test("SC-01: a lost handshake packet is made up for within 500 ms", arguments: 0..<8, [false, true]) func loss(
    _ lost: Int, _ isCollision: Bool
  ) {
    var simulation = SCTPSimulation.pair()
    let counter = Counter()
    simulation.filter = { _, _ in
      counter.value += 1
      return counter.value - 1 != lost
    }
    simulation.endpoints[0].connect(remotePort: 5_000, now: .zero)
    if isCollision { simulation.endpoints[1].connect(remotePort: 5_000, now: .zero) }
    let isConnected = simulation.run(for: .seconds(2), until: { $0.endpoints.allSatisfy { $0.state == .connected } })
    #expect(isConnected)
    #expect(simulation.now <= .zero + .milliseconds(540))
    simulation.send([1, 2, 3])
    simulation.send([4], from: 1)
    simulation.run(for: .seconds(3))
    let (there, here) = (simulation.receive(), simulation.receive(at: 0))
    #expect(there.map(\.payload) == [[1, 2, 3]])
    #expect(here.map(\.payload) == [[4]])
  }

  @Test("SC-01: many lost packets are survived, for every seed", arguments: 1...20 as ClosedRange<UInt64>)
  func heavyLoss(_ seed: UInt64) {
    let simulation = SCTPSimulation.connected(link: .init(loss: 0.3), seed: seed)
    #expect(simulation.endpoints.allSatisfy { $0.state == .connected })
  }

  @Test("SC-10: nobody answers") func timeout() {
    var simulation = SCTPSimulation.pair()
    simulation.filter = { _, _ in false }
    simulation.endpoints[0].connect(remotePort: 5_000, now: .zero)
    simulation.run(for: .seconds(120))
    guard case .closed(let failure) = simulation.endpoints[0].state else {
      Issue.record("still \(simulation.endpoints[0].state)")
      return
    }
    #expect(failure?.reason == .timeout)
    #expect(simulation.endpoints[0].deadline == nil)
  }

  @Test("SC-01: a cookie that was tampered with establishes nothing") func tampering() {
    for offset in [0, 8, 16, 24, 40, 44, 63] {
      var simulation = SCTPSimulation.pair()
      simulation.endpoints[0].connect(remotePort: 5_000, now: .zero)
      let tampered = Counter()
      simulation.run(
        for: .milliseconds(400),
        each: { simulation in
          guard simulation.endpoints[0].phase == .cookieEchoed, tampered.value == 0 else { return }
          tampered.value = 1
          simulation.endpoints[0].cookie[offset] ^= 0x10
        })
      #expect(tampered.value == 1)
      #expect(simulation.endpoints[1].state == .new)
      #expect(simulation.endpoints[1].statistics.invalidChunks == 1)
    }
  }

  @Test("SC-01: a stale cookie is reported, and the handshake begins again") func staleness() {
    var simulation = SCTPSimulation.pair { _, configuration in configuration.timers.cookieLifetime = .milliseconds(600)
    }
    let counter = Counter()
    // Cookie echoes are lost until the cookie is stale.
    simulation.filter = { _, bytes in
      guard bytes[12] == SCTPChunkType.cookieEcho.rawValue, counter.value < 2 else { return true }
      counter.value += 1
      return false
    }
    simulation.endpoints[0].connect(remotePort: 5_000, now: .zero)
    let isConnected = simulation.run(for: .seconds(10), until: { $0.endpoints.allSatisfy { $0.state == .connected } })
    #expect(isConnected)
    #expect(simulation.endpoints[1].statistics.invalidChunks == 1)
  }
}

/// Counts inside closures.
final class Counter { var value = 0 }
