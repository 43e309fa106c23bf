import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Loss recovery")
struct RecoveryTests {
  /// Packets of the first endpoint with data, by their order.
  private static func isData(_ bytes: [UInt8]) -> Bool {
    bytes.withRawSpan { packet in
      var offset = SCTPCommonHeader.byteCount
      while let chunk = SCTPChunk(packet, at: offset) {
        if chunk.type == .data || chunk.type == .interleavedData { return true }
        offset = chunk.end
      }
      return false
    }
  }

  private func losing(_ lost: Set<Int>, delay: TimeDelta = .milliseconds(30)) -> SCTPSimulation<SCTPAssociation> {
    var simulation = SCTPSimulation.connected(link: .init(delay: delay))
    let counter = Counter()
    simulation.filter = { sender, bytes in
      guard sender == 0, Self.isData(bytes) else { return true }
      counter.value += 1
      return !lost.contains(counter.value)
    }
    // A round trip is known.
    simulation.send([0])
    simulation.run(for: .seconds(1))
    _ = simulation.receive()
    return simulation
  }

  @Test("SC-01: a hole with three chunks beyond it is filled without a timeout")
  func fastRetransmission() {
    var simulation = losing([3])
    let start = simulation.now
    simulation.send(TransferTests.pattern(9_000))
    var received: [SCTPReceivedMessage] = []
    simulation.run(for: .seconds(2), each: { received += $0.receive() }, until: { _ in !received.isEmpty })
    #expect(received.first?.payload == TransferTests.pattern(9_000))
    #expect(simulation.now - start <= .milliseconds(95))
    #expect(simulation.endpoints[0].statistics.retransmissionTimeouts == 0)
    #expect(simulation.endpoints[0].statistics.fastRecoveries == 1)
    #expect(simulation.endpoints[0].statistics.chunksRetransmitted == 1)
  }

  @Test("SC-08: a lost tail is probed for, long before the timeout", arguments: [[9], [8, 9], [6, 7, 8, 9]])
  func tailLoss(_ lost: [Int]) {
    var simulation = losing(Set(lost))
    let start = simulation.now
    simulation.send(TransferTests.pattern(9_000))
    var received: [SCTPReceivedMessage] = []
    simulation.run(for: .seconds(2), each: { received += $0.receive() }, until: { _ in !received.isEmpty })
    #expect(received.count == 1)
    #expect(simulation.now - start <= .milliseconds(480))
    #expect(simulation.endpoints[0].statistics.retransmissionTimeouts == 0)
    #expect(simulation.endpoints[0].statistics.tailLossProbes == 1)
  }

  @Test("SC-08: a retransmission that is lost too is found without a timeout")
  func lostRetransmission() {
    var simulation = losing([3, 10])
    let start = simulation.now
    for _ in 0..<20 {
      simulation.send(TransferTests.pattern(9_000))
      simulation.run(for: .milliseconds(20))
    }
    simulation.run(for: .seconds(1))
    let received = simulation.receive()
    #expect(received.count == 20 && received.allSatisfy { $0.payload == TransferTests.pattern(9_000) })
    #expect(simulation.endpoints[0].statistics.retransmissionTimeouts == 0)
    #expect(simulation.now - start < .seconds(2))
  }

  @Test("SC-01: when everything is lost, T3 doubles until an answer comes")
  func timeouts() {
    var simulation = losing([])
    let isBroken = Counter()
    isBroken.value = 1
    var times: [Int64] = []
    let start = simulation.now
    let log = Log()
    simulation.filter = { sender, bytes in
      if sender == 0, Self.isData(bytes) { log.count += 1 }
      return isBroken.value == 0
    }
    simulation.send([1])
    var seen = 0
    simulation.run(
      for: .seconds(4),
      each: { simulation in
        simulation.flush()
        while seen < log.count {
          seen += 1
          times.append((simulation.now - start).wholeMilliseconds)
        }
      })
    #expect(times == [0, 400, 1_200, 2_800])
    #expect(simulation.endpoints[0].statistics.retransmissionTimeouts >= 3)
    isBroken.value = 0
    simulation.run(for: .seconds(5))
    let received = simulation.receive()
    #expect(received.map(\.payload) == [[1]])
    #expect(simulation.endpoints[0].statistics.retransmissionTimeout == .milliseconds(400))
  }

  final class Log {
    var count = 0
  }

  @Test("SC-01: duplicates are reported and delivered once")
  func duplicates() {
    var simulation = SCTPSimulation.connected()
    simulation.send([1, 2, 3])
    let packet = PacketBuffer()
    let isWritten = simulation.endpoints[0].pollPacket(into: packet, now: simulation.now)
    #expect(isWritten)
    for _ in 0..<3 { simulation.endpoints[1].handle(packet.bytes, now: simulation.now) }
    let answer = PacketBuffer()
    let isAnswered = simulation.endpoints[1].pollPacket(into: answer, now: simulation.now)
    #expect(isAnswered)
    let sack = SCTPChunk(answer.bytes, at: 12).flatMap { SelectiveAcknowledgement(answer.bytes.extracting($0.value)) }
    #expect(sack?.duplicateCount == 2 && sack?.gapCount == 0)
    let received = simulation.receive()
    #expect(received.map(\.payload) == [[1, 2, 3]])
    #expect(simulation.endpoints[1].statistics.duplicateChunks == 2)
  }

  @Test("SC-01: reordering alone neither retransmits for long nor shrinks the window for good")
  func reordering() {
    var simulation = SCTPSimulation.connected(
      link: .init(rate: .kilobitsPerSecond(15_000), delay: .milliseconds(40), jitter: .milliseconds(8)))
    _ = simulation.saturate([0], for: .seconds(2))
    let statistics = simulation.endpoints[0].statistics
    #expect(statistics.chunksRetransmitted * 50 < statistics.packetsSent)
    #expect(statistics.congestionWindow > 100_000)
  }

  @Test("SC-01: TSNs wrap around", arguments: [UInt32.max - 3, UInt32.max / 2 - 3])
  func wrapping(_ first: UInt32) {
    var received = ReceivedTSNs(cumulative: TSN(rawValue: first))
    var order: [Int] = Array(2...40)
    order.swapAt(5, 20)
    for step in order { received.insert(TSN(rawValue: first).advanced(by: step)) }
    #expect(received.runs.count == 1 && received.cumulative.rawValue == first)
    if case .duplicate = received.check(TSN(rawValue: first).advanced(by: 7)) {
    } else {
      Issue.record("not a duplicate")
    }
    received.insert(TSN(rawValue: first).advanced(by: 1))
    #expect(received.cumulative == TSN(rawValue: first).advanced(by: 40) && received.runs.isEmpty)
  }
}
