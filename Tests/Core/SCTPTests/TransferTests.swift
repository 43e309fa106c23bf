import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Transfer") struct TransferTests {
  static func pattern(_ count: Int, seed: UInt8 = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) &+ seed }
  }

  @Test("SC-01: messages of all sizes arrive in order", arguments: [false, true]) func sizes(_ isInterleaved: Bool) {
    var simulation = SCTPSimulation.connected { _, configuration in
      configuration.offersInterleaving = isInterleaved
      configuration.offersZeroChecksum = isInterleaved
    }
    let sizes = [1, 2, 3, 4, 1_000, 1_127, 1_128, 1_129, 1_132, 1_133, 2_264, 65_535, 65_536, 262_144]
    for size in sizes { simulation.send(Self.pattern(size)) }
    simulation.run(for: .seconds(5))
    let received = simulation.receive()
    #expect(received.map(\.payload.count) == sizes)
    for message in received { #expect(message.payload == Self.pattern(message.payload.count)) }
  }

  @Test(
    "SC-01: under loss and reordering everything arrives once and in order", arguments: 1...12 as ClosedRange<UInt64>)
  func lossy(_ seed: UInt64) {
    var simulation = SCTPSimulation.connected(
      link: .init(delay: .milliseconds(20), loss: 0.05, jitter: seed % 2 == 0 ? .milliseconds(15) : .zero), seed: seed
    ) { _, configuration in configuration.offersInterleaving = seed % 3 == 0 }
    let count = 120
    for index in 0..<count {
      simulation.send(Self.pattern(1 + index * 97 % 5_000, seed: UInt8(index)), stream: UInt16(index % 3))
    }
    var received: [SCTPReceivedMessage] = []
    simulation.run(for: .seconds(120), each: { received += $0.receive() }, until: { _ in received.count == count })
    #expect(received.count == count)
    for stream in 0..<3 {
      let sent = (0..<count).filter { $0 % 3 == stream }.map { Self.pattern(1 + $0 * 97 % 5_000, seed: UInt8($0)) }
      #expect(received.filter { Int($0.stream.rawValue) == stream }.map(\.payload) == sent)
    }
  }
}
