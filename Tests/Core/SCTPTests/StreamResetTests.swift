import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Stream resets")
struct StreamResetTests {
  private func id(_ value: UInt16) -> SCTPStreamIdentifier { SCTPStreamIdentifier(rawValue: value) }

  @Test("SC-04: a reset waits for what is queued, is confirmed, and numbering begins anew", arguments: [false, true])
  func reset(_ isInterleaved: Bool) {
    var simulation = SCTPSimulation.connected { _, configuration in configuration.offersInterleaving = isInterleaved }
    for _ in 0..<3 { simulation.send(TransferTests.pattern(50_000)) }
    simulation.endpoints[0].resetStream(id(1))
    var received: [SCTPReceivedMessage] = []
    for index in 0..<2 { _ = simulation.events(at: index) }
    simulation.run(for: .seconds(3), each: { received += $0.receive() })
    #expect(received.map(\.payload.count) == [50_000, 50_000, 50_000])
    let (own, others) = (simulation.events(at: 0), simulation.events(at: 1))
    #expect(own == [.outgoingStreamReset(id(1))])
    #expect(others == [.incomingStreamReset(id(1))])
    simulation.send([1])
    simulation.send([2])
    simulation.run(for: .seconds(1))
    let anew = simulation.receive()
    #expect(anew.map(\.payload) == [[1], [2]])
  }

  @Test("SC-04: resets survive loss, on many streams at once", arguments: 1...10 as ClosedRange<UInt64>)
  func lossy(_ seed: UInt64) {
    var simulation = SCTPSimulation.connected(link: .init(loss: 0.2), seed: seed)
    for index in 0..<2 { _ = simulation.events(at: index) }
    for stream in 0..<50 as Range<UInt16> {
      simulation.send(TransferTests.pattern(2_000), from: Int(stream % 2), stream: stream)
      simulation.endpoints[Int(stream % 2)].resetStream(id(stream))
    }
    simulation.run(for: .seconds(60))
    for index in 0..<2 {
      let events = simulation.events(at: index)
      let outgoing = events.filter { if case .outgoingStreamReset = $0 { true } else { false } }
      let incoming = events.filter { if case .incomingStreamReset = $0 { true } else { false } }
      #expect(outgoing.count == 25 && incoming.count == 25)
      #expect(simulation.endpoints[index].resets?.isIdle == true)
      let received = simulation.receive(at: index)
      #expect(received.count == 25)
    }
  }

  @Test("SC-04: a request that comes before the data it follows is put off and then carried out")
  func deferral() {
    var resets = StreamResets(localInitialTSN: TSN(rawValue: 1), peerInitialTSN: TSN(rawValue: 100))
    let number = ReconfigurationNumber(rawValue: 100)
    let request = { (resets: inout StreamResets, cumulative: UInt32) in
      resets.handleRequest(
        number, lastTSN: TSN(rawValue: 110), streams: [SCTPStreamIdentifier(rawValue: 3)],
        cumulativeTSN: TSN(rawValue: cumulative))
    }
    guard case .none = request(&resets, 105) else {
      Issue.record("carried out too early")
      return
    }
    #expect(resets.responses.map(\.result) == [.inProgress])
    if case .reset = resets.advanced(to: TSN(rawValue: 109)) { Issue.record("carried out too early") }
    guard case .reset(let streams) = resets.advanced(to: TSN(rawValue: 110)) else {
      Issue.record("not carried out")
      return
    }
    #expect(streams == [SCTPStreamIdentifier(rawValue: 3)])
    // Asked again, it is answered again and not carried out twice.
    guard case .none = request(&resets, 110) else {
      Issue.record("carried out twice")
      return
    }
    #expect(resets.responses.map(\.result) == [.inProgress, .performed, .performed])
    // Out of turn.
    _ = resets.handleRequest(ReconfigurationNumber(rawValue: 300), result: .performed)
    #expect(resets.responses.last?.result == .badSequenceNumber)
  }

  @Test("SC-04: a reset of unknown streams, and of all, is harmless")
  func unknownStreams() {
    var simulation = SCTPSimulation.connected()
    for index in 0..<2 { _ = simulation.events(at: index) }
    simulation.endpoints[0].resetStream(id(60_000))
    simulation.send([9], from: 1, stream: 4)
    simulation.run(for: .seconds(1))
    let events = simulation.events(at: 1)
    #expect(events == [.incomingStreamReset(id(60_000))])
    let received = simulation.receive(at: 0)
    #expect(received.map(\.payload) == [[9]])
    for message in 0..<2 as Range<UInt8> {
      simulation.send([message])
      simulation.send([message], stream: 3)
      simulation.run(for: .seconds(1))
      // The number after that of the reset above.
      let request = ReconfigurationNumber(
        rawValue: simulation.endpoints[0].localInitialTSN.rawValue &+ 1 &+ UInt32(message))
      let all = ReconfigurationParameter.outgoingReset(
        request: request, response: ReconfigurationNumber(rawValue: 0),
        lastTSN: simulation.nextTSN(to: 1).previous, streams: [])
      simulation.inject(into: 1) { ReconfigurationParameter.write([all], to: $0) }
      for stream in [1, 3] as [UInt16] { simulation.endpoints[0].sender.queue.restart(id(stream)) }
      simulation.run(for: .seconds(1))
    }
    let resets = simulation.events(at: 1)
    #expect(resets == [.allIncomingStreamsReset, .allIncomingStreamsReset])
    let numberedAnew = simulation.receive()
    #expect(numberedAnew.map(\.payload) == [[0], [0], [1], [1]])
    #expect(simulation.endpoints[1].state == .connected)
  }

  @Test("SC-04: a peer may add streams to those that it announced")
  func addedStreams() {
    var simulation = SCTPSimulation.connected { index, configuration in
      if index == 0 { configuration.streamCount = 256 }
    }
    #expect(simulation.endpoints[1].negotiatedStreams?.incoming == 256)
    let number = ReconfigurationNumber(rawValue: simulation.endpoints[0].localInitialTSN.rawValue)
    for (step, count) in [(0, 65_535), (1, 512)] as [(UInt32, UInt16)] {
      let request = ReconfigurationNumber(rawValue: number.rawValue &+ step)
      simulation.inject(into: 1) {
        ReconfigurationParameter.write([.addOutgoingStreams(request: request, count: count)], to: $0)
      }
    }
    #expect(simulation.endpoints[1].resets?.responses.map(\.result) == [.denied, .performed])
    #expect(simulation.endpoints[1].negotiatedStreams?.incoming == 768)
    simulation.send([1], stream: 700)
    simulation.run(for: .seconds(1))
    let received = simulation.receive()
    #expect(received.count == 1)
  }

  @Test("SC-04: what the peer may ask for besides is answered")
  func otherRequests() {
    var simulation = SCTPSimulation.connected()
    let tsn = simulation.endpoints[0].localInitialTSN.rawValue
    let requests: [ReconfigurationParameter] = [
      .addOutgoingStreams(request: ReconfigurationNumber(rawValue: tsn), count: 10),
      .addIncomingStreams(request: ReconfigurationNumber(rawValue: tsn &+ 1), count: 10),
      .associationReset(request: ReconfigurationNumber(rawValue: tsn &+ 2)),
      .incomingReset(request: ReconfigurationNumber(rawValue: tsn &+ 3), streams: [id(5)]),
    ]
    for request in requests {
      simulation.inject(into: 1) { ReconfigurationParameter.write([request], to: $0) }
    }
    simulation.run(for: .seconds(2))
    #expect(simulation.endpoints[1].state == .connected)
    let events = simulation.events(at: 1)
    #expect(events.last == .outgoingStreamReset(id(5)))
    #expect(simulation.endpoints[1].resets?.responses.isEmpty == true)
  }
}
