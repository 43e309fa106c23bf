import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Partial reliability")
struct PartialReliabilityTests {
  private func simulation(
    interleaved: Bool, seed: UInt64 = 1, loss: Double = 0, others: Bool = true
  ) -> SCTPSimulation<SCTPAssociation> {
    SCTPSimulation.connected(link: .init(delay: .milliseconds(20), loss: loss), seed: seed) { _, configuration in
      configuration.offersInterleaving = interleaved
    }
  }

  @Test(
    "DC-10 SC-03: without retransmissions what is lost is skipped, and the rest comes in order",
    arguments: [false, true])
  func noRetransmissions(_ interleaved: Bool) {
    var simulation = simulation(interleaved: interleaved)
    let counter = Counter()
    // The second and fifth message, and part of the seventh.
    simulation.filter = { sender, bytes in
      guard sender == 0, bytes.count > 500 else { return true }
      counter.value += 1
      return ![2, 5, 8].contains(counter.value)
    }
    var received: [SCTPReceivedMessage] = []
    for index in 0..<10 {
      let size = index == 6 ? 4_000 : 800
      simulation.send(TransferTests.pattern(size, seed: UInt8(index)), reliability: .retransmissions(0))
      simulation.run(for: .milliseconds(30), each: { received += $0.receive() })
    }
    simulation.run(for: .seconds(3), each: { received += $0.receive() })
    #expect(received.count == 7)
    #expect(received.map { $0.payload.first } == [0, 2, 3, 5, 7, 8, 9])
    #expect(simulation.endpoints[0].statistics.messagesAbandoned == 3)
    #expect(simulation.endpoints[0].sender.hasEverythingAcknowledged)
    #expect(simulation.endpoints[1].receiver?.used == 0)
  }

  @Test("DC-10 SC-03: a message is sent again as often as allowed", arguments: [0, 1, 3] as [UInt32])
  func countsRetransmissions(_ limit: UInt32) {
    var simulation = simulation(interleaved: false)
    let counter = Counter()
    simulation.filter = { sender, bytes in
      guard sender == 0, bytes.count > 700, bytes.count < 900 else { return true }
      counter.value += 1
      return false
    }
    simulation.send(TransferTests.pattern(800), reliability: .retransmissions(limit))
    simulation.send(TransferTests.pattern(1_120, seed: 1))
    simulation.run(for: .seconds(30))
    #expect(counter.value == Int(limit) + 1)
    let received = simulation.receive()
    #expect(received.map { $0.payload.first } == [1])
  }

  @Test("DC-10 SC-03: a message is given up after its lifetime", arguments: [false, true])
  func lifetime(_ interleaved: Bool) {
    var simulation = simulation(interleaved: interleaved)
    let isBroken = Counter()
    simulation.filter = { _, _ in isBroken.value == 0 }
    isBroken.value = 1
    simulation.send([1], reliability: .lifetime(milliseconds: 300))
    simulation.run(for: .seconds(1))
    isBroken.value = 0
    simulation.send([2], reliability: .lifetime(milliseconds: 300))
    simulation.send([3])
    simulation.run(for: .seconds(5))
    let received = simulation.receive()
    #expect(received.map(\.payload) == [[2], [3]])
  }

  @Test("SC-03: what expires before any of it is sent leaves no trace")
  func expiresUnsent() {
    var simulation = SCTPSimulation.connected(
      link: .init(rate: .kilobitsPerSecond(200), delay: .milliseconds(10)))
    simulation.send(TransferTests.pattern(60_000), stream: 1)
    simulation.send(TransferTests.pattern(5_000, seed: 1), stream: 1, reliability: .lifetime(milliseconds: 100))
    simulation.send(TransferTests.pattern(10, seed: 2), stream: 1)
    simulation.run(for: .seconds(10))
    let received = simulation.receive()
    #expect(received.map(\.payload.count) == [60_000, 10])
    #expect(simulation.endpoints[0].bufferedAmount(on: SCTPStreamIdentifier(rawValue: 1)) == 0)
    #expect(simulation.endpoints[0].sender.queue.cost == 0)
  }

  @Test("SC-03: a long message that expires half-way is dropped at the receiver", arguments: [false, true])
  func expiresHalfway(_ interleaved: Bool) {
    var simulation = SCTPSimulation.connected(
      link: .init(rate: .kilobitsPerSecond(500), delay: .milliseconds(10), queueLimit: 5_000)
    ) { _, configuration in configuration.offersInterleaving = interleaved }
    simulation.send(TransferTests.pattern(200_000), reliability: .lifetime(milliseconds: 400))
    simulation.send(TransferTests.pattern(2_000, seed: 5), stream: 2)
    simulation.send(TransferTests.pattern(10, seed: 9))
    simulation.run(for: .seconds(10))
    let received = simulation.receive()
    #expect(Set(received.map(\.payload.count)) == [10, 2_000])
    #expect(simulation.endpoints[1].receiver?.used == 0)
    #expect(simulation.endpoints[0].sender.hasEverythingAcknowledged)
    #expect(simulation.endpoints[0].sender.queue.messages.count == 0)
  }

  @Test(
    "DC-10 DC-11 SC-03: heavy loss, all kinds at once: nothing comes twice, reliable ones all come",
    arguments: 1...12 as ClosedRange<UInt64>)
  func mixture(_ seed: UInt64) {
    var simulation = simulation(interleaved: seed % 2 == 0, seed: seed, loss: 0.1)
    var received: [SCTPReceivedMessage] = []
    for index in 0..<200 {
      let payload = [UInt8(index)] + TransferTests.pattern(index * 53 % 3_500)
      let reliability: DataChannelReliability =
        switch index % 4 {
        case 0: .reliable
        case 1: .retransmissions(0)
        case 2: .retransmissions(2)
        default: .lifetime(milliseconds: 100)
        }
      simulation.send(
        payload, stream: UInt16(index % 4 + (index % 3) * 4), isOrdered: index % 3 != 0, reliability: reliability)
      simulation.run(for: .milliseconds(5), each: { received += $0.receive() })
    }
    simulation.run(for: .seconds(60), each: { received += $0.receive() })
    var seen: Set<UInt8> = []
    for message in received {
      let index = Int(message.payload[0])
      #expect(seen.insert(message.payload[0]).inserted)
      #expect(message.payload == [UInt8(index)] + TransferTests.pattern(index * 53 % 3_500))
    }
    for index in stride(from: 0, to: 200, by: 4) { #expect(seen.contains(UInt8(index))) }
    for stream in Set(received.map(\.stream.rawValue)) where stream >= 4 {
      let order = received.filter { $0.stream.rawValue == stream }.map { $0.payload[0] }
      #expect(order == order.sorted())
    }
    #expect(simulation.endpoints[0].sender.hasEverythingAcknowledged)
    #expect(simulation.endpoints[0].sender.queue.messages.count == 0)
    #expect(simulation.endpoints[1].receiver?.used == 0)
  }

  @Test("DC-11: an unordered message passes a lost earlier one", arguments: [false, true])
  func unordered(_ interleaved: Bool) {
    var simulation = simulation(interleaved: interleaved)
    let counter = Counter()
    simulation.filter = { sender, _ in
      guard sender == 0 else { return true }
      counter.value += 1
      return counter.value != 1
    }
    simulation.send(TransferTests.pattern(3_000, seed: 1), isOrdered: false)
    simulation.send(TransferTests.pattern(2_000, seed: 2), isOrdered: false)
    simulation.run(for: .seconds(2))
    let received = simulation.receive()
    #expect(received.map(\.payload.count) == [2_000, 3_000])
    #expect(received.last?.payload == TransferTests.pattern(3_000, seed: 1))
  }

  @Test("SC-03: a peer without FORWARD TSN gets everything")
  func withoutSupport() {
    var simulation = simulation(interleaved: false, loss: 0.2)
    simulation.endpoints[0].sender.start(peerWindow: 1 << 20, extensions: [])
    for index in 0..<20 {
      simulation.send(TransferTests.pattern(900, seed: UInt8(index)), reliability: .retransmissions(0))
    }
    simulation.run(for: .seconds(60))
    let received = simulation.receive()
    #expect(received.count == 20)
  }
}
