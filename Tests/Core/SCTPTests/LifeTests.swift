import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Life and death of an association")
struct LifeTests {
  @Test("SC-10: a shutdown delivers what is queued first, on both sides")
  func graceful() {
    var simulation = SCTPSimulation.connected()
    simulation.send(TransferTests.pattern(100_000))
    simulation.endpoints[0].shutdown(now: simulation.now)
    simulation.send([1], from: 1)
    #expect(simulation.endpoints[0].state == .shuttingDown)
    simulation.run(for: .seconds(2))
    #expect(simulation.endpoints.map(\.state) == [.closed(nil), .closed(nil)])
    let received = simulation.receive()
    #expect(received.map(\.payload.count) == [100_000])
    #expect(simulation.endpoints.allSatisfy { $0.deadline == nil })
  }

  @Test("SC-10: shutdowns at once, and under loss, end on both sides", arguments: 1...15 as ClosedRange<UInt64>)
  func simultaneous(_ seed: UInt64) {
    var simulation = SCTPSimulation.connected(link: .init(loss: seed == 1 ? 0 : 0.3), seed: seed)
    for index in 0..<2 {
      simulation.send(TransferTests.pattern(5_000), from: index)
      if index == 0 || seed % 2 == 1 { simulation.endpoints[index].shutdown(now: simulation.now) }
    }
    simulation.run(for: .seconds(200))
    for index in 0..<2 {
      #expect(simulation.endpoints[index].state.isClosed)
      let received = simulation.receive(at: index)
      #expect(received.count == 1)
    }
  }

  @Test("SC-10: an ABORT ends the other side with its cause")
  func abort() {
    var simulation = SCTPSimulation.connected()
    simulation.endpoints[0].abort(reason: "enough", now: simulation.now)
    simulation.run(for: .seconds(1))
    guard case .closed(let own) = simulation.endpoints[0].state, case .closed(let other) = simulation.endpoints[1].state
    else {
      Issue.record("not closed")
      return
    }
    #expect(own?.reason == .abortedLocally && own?.causeCode == 12)
    #expect(other?.reason == .abortedByPeer && other?.causeCode == 12)
    #expect(other?.description == "the peer aborted: user-initiated abort: enough")
    // Over is over.
    simulation.send([1])
    simulation.send([1], from: 1)
    simulation.run(for: .seconds(60))
    #expect(simulation.endpoints[0].statistics.unacknowledgedChunks == 0)
    #expect(simulation.endpoints[0].bufferedAmount(on: SCTPStreamIdentifier(rawValue: 1)) == 0)
  }

  @Test("SC-10: when an ABORT is lost, the next packet of the peer gets another")
  func lostAbort() {
    var simulation = SCTPSimulation.connected()
    let isFirst = Counter()
    simulation.filter = { sender, bytes in
      guard sender == 0, bytes[12] == SCTPChunkType.abort.rawValue else { return true }
      isFirst.value += 1
      return isFirst.value > 1
    }
    simulation.endpoints[0].abort(reason: "", now: simulation.now)
    simulation.run(for: .seconds(1))
    #expect(simulation.endpoints[1].state == .connected)
    simulation.send([1], from: 1)
    simulation.run(for: .seconds(1))
    #expect(simulation.endpoints[1].state.isClosed)
  }

  @Test("SC-10: a peer that falls silent fails the association, with or without data", arguments: [false, true])
  func silence(_ hasData: Bool) {
    var simulation = SCTPSimulation.connected()
    simulation.filter = { _, _ in false }
    if hasData { simulation.send([1]) }
    simulation.run(for: .seconds(300))
    guard case .closed(let failure) = simulation.endpoints[0].state else {
      Issue.record("still \(simulation.endpoints[0].state)")
      return
    }
    #expect(failure?.reason == .timeout && failure?.causeCode == nil)
  }

  @Test("SC-10: heartbeats keep an idle association and measure its round trip")
  func heartbeats() {
    var simulation = SCTPSimulation.connected()
    let sent = simulation.endpoints[0].statistics.packetsSent
    simulation.run(for: .seconds(100))
    #expect(simulation.endpoints.allSatisfy { $0.state == .connected })
    // Three of ours, three answers to the peer's.
    #expect(simulation.endpoints[0].statistics.packetsSent - sent == 6)
    #expect(simulation.endpoints[0].statistics.smoothedRoundTripTime == .milliseconds(20))
  }

  @Test("SC-10: the end of the association closes every channel, with its cause")
  func closesChannels() throws {
    var simulation = SCTPSimulation<DataChannelSession>.connectedChannels()
    let (local, remote) = try simulation.open()
    let waiting = try simulation.endpoints[1].open(DataChannelOptions(isNegotiated: true, id: 9), now: simulation.now)
    for index in 0..<2 { _ = simulation.channelEvents(at: index) }
    try simulation.endpoints[0].send(DataChannelMessage(text: "unread"), on: local, now: simulation.now)
    simulation.run(for: .seconds(1))
    simulation.endpoints[0].abort(now: simulation.now)
    simulation.run(for: .seconds(1))
    let events = simulation.channelEvents(at: 1)
    let failures = events.compactMap { event -> DataChannelFailure? in
      if case .closed(_, let failure) = event { failure } else { nil }
    }
    #expect(failures.count == 2)
    for failure in failures {
      guard case .association(let cause) = failure else {
        Issue.record("\(failure)")
        continue
      }
      #expect(cause.causeCode == 12)
    }
    #expect(simulation.endpoints[1].description(of: remote)?.state == .closed)
    #expect(simulation.endpoints[1].description(of: waiting)?.state == .closed)
    // What came before can still be read.
    let message = simulation.endpoints[1].takeMessage(from: remote)
    #expect(message == DataChannelMessage(text: "unread"))
  }
}
