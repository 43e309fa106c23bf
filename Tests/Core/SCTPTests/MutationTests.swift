import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Mutated packets")
struct MutationTests {
  /// Two live sessions, whose packets are changed, cut, doubled and lost on the way, while channels open, speak and close.
  @Test("SC-01: whatever happens to packets, both ends stay whole or end", arguments: 1...40 as ClosedRange<UInt64>)
  func mutations(_ seed: UInt64) {
    var simulation = SCTPSimulation<DataChannelSession>.channels(link: .init(delay: .milliseconds(3)), seed: seed) {
      index, configuration in
      configuration.sctp.offersInterleaving = seed % 3 != 0
      configuration.sctp.receiveWindow = 1 << 19
      configuration.maximumChannels = 64
      if index == 1 { configuration.stalledChannelLimit = 50_000 }
    }
    let random = RandomSource.seeded(seed &* 7_919)
    let isTampering = Counter()
    isTampering.value = 1
    // Rarely with odd seeds, so that the association lives to see more.
    let rarity: UInt16 = seed % 2 == 0 ? 20 : 150
    simulation.tamper = { _, bytes in
      guard isTampering.value == 1 else { return [bytes] }
      switch random.uint16() % rarity {
      case 0, 1: return [Self.mutated(bytes, random)]
      case 2: return [Array(bytes.prefix(Int(random.uint16()) % (bytes.count + 1)))]
      case 3: return [bytes, bytes]
      case 4: return []
      default: return [bytes]
      }
    }
    simulation.start()
    for _ in 0..<200 {
      act(&simulation, random)
      simulation.run(for: .milliseconds(Int64(random.uint16() % 40)), each: { Self.check($0) })
    }
    isTampering.value = 0
    simulation.run(for: .seconds(120), each: { Self.check($0) })
    for index in 0..<2 {
      let session = simulation.endpoints[index]
      guard session.state.isClosed else { continue }
      // The other side learns of it.
      #expect(simulation.endpoints[1 - index].state != .connected)
      #expect(session.handles.allSatisfy { session.description(of: $0)?.state == .closed })
    }
  }

  /// Changes some bytes behind the header, whose checksum of zero stays right.
  private static func mutated(_ bytes: [UInt8], _ random: RandomSource) -> [UInt8] {
    var bytes = bytes
    guard bytes.count > 12 else { return bytes }
    for _ in 0..<1 + Int(random.uint16() % 4) {
      // Heads are where it hurts.
      let reach = random.uint16() % 2 == 0 ? min(bytes.count - 12, 40) : bytes.count - 12
      bytes[12 + Int(random.uint16()) % reach] = UInt8(truncatingIfNeeded: random.next())
    }
    for offset in 8..<12 { bytes[offset] = 0 }
    return bytes
  }

  private func act(_ simulation: inout SCTPSimulation<DataChannelSession>, _ random: RandomSource) {
    let index = Int(random.uint16() % 2)
    let now = simulation.now
    let handles = simulation.endpoints[index].handles
    let handle = handles.isEmpty ? nil : handles[Int(random.uint16()) % handles.count]
    switch random.uint16() % 12 {
    case 0, 1:
      let reliability: DataChannelReliability =
        switch random.uint16() % 3 {
        case 0: .reliable
        case 1: .retransmissions(UInt32(random.uint16() % 3))
        default: .lifetime(milliseconds: UInt32(random.uint16() % 200))
        }
      _ = try? simulation.endpoints[index].open(
        DataChannelOptions(label: "\(now.nanoseconds)", isOrdered: random.uint16() % 2 == 0, reliability: reliability),
        now: now)
    case 2:
      if let handle { simulation.endpoints[index].close(handle, now: now) }
    case 3:
      if let handle { simulation.endpoints[index].release(handle) }
    case 4, 5:
      while simulation.endpoints[index].pollEvent() != nil {}
      for handle in handles { _ = simulation.messages(at: index, from: handle) }
    default:
      guard let handle else { return }
      let size = random.uint16() % 4 == 0 ? Int(random.uint16()) : Int(random.uint16() % 300)
      try? simulation.endpoints[index].send(
        DataChannelMessage(.binary, [UInt8](repeating: 5, count: size)), on: handle, now: now)
    }
  }

  /// What always holds.
  private static func check(_ simulation: SCTPSimulation<DataChannelSession>) {
    for session in simulation.endpoints {
      let sender = session.association.sender
      let isConsistent =
        sender.outstanding.bytesInFlight >= 0 && sender.outstanding.inFlightCount >= 0
        && sender.outstanding.lostCount >= 0 && sender.outstanding.abandonedCount >= 0 && sender.queue.cost >= 0
        && sender.outstanding.unacknowledgedPayload >= 0
      if !isConsistent { Issue.record("inconsistent sender") }
      if sender.hasEverythingAcknowledged, sender.queue.cost != 0 || sender.queue.messages.count != 0 {
        Issue.record("a sender that keeps \(sender.queue.cost) for \(sender.queue.messages.count) messages")
      }
      // Work that is left always has a deadline.
      if !sender.outstanding.isEmpty, session.deadline == nil { Issue.record("nothing would ever happen") }
      guard let receiver = session.association.receiver else { continue }
      if receiver.reassembly.heldCost < 0 || receiver.used > 3 << 20 { Issue.record("\(receiver.used) bytes held") }
    }
  }
}
