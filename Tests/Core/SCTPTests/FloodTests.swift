import RTCBase
import Testing

@testable import RTCSCTP

/// What a peer sends to buy more work or memory than it pays for: each flood is as large as the limits let it be.
@Suite("Floods of an authenticated peer")
struct FloodTests {
  typealias Simulation = SCTPSimulation<SCTPAssociation>

  private func id(_ value: Int) -> SCTPStreamIdentifier { SCTPStreamIdentifier(rawValue: UInt16(value)) }

  private func simulation(interleaved: Bool, streams: UInt16 = 65_535) -> Simulation {
    var simulation = Simulation.connected { _, configuration in
      configuration.offersInterleaving = interleaved
      configuration.streamCount = streams
    }
    for index in 0..<2 { _ = simulation.events(at: index) }
    return simulation
  }

  /// Hands chunks of one byte to the second association, as many to a packet as fit.
  private func flood(_ simulation: inout Simulation, _ count: Int, _ make: (Int) -> DataChunk) {
    var index = 0
    while index < count {
      simulation.inject(into: 1) { packet in
        while index < count, packet.count < 1_100 {
          let chunk = make(index)
          [UInt8(truncatingIfNeeded: index)].withRawSpan { chunk.write($0, to: packet) }
          index += 1
        }
      }
    }
  }

  private func make(_ tsn: TSN, interleaved: Bool, stream: Int = 1, message: Int = 0, fragment: Int? = nil)
    -> DataChunk
  {
    var chunk = DataChunk(
      tsn: tsn, stream: id(stream), message: MessageIdentifier(rawValue: UInt32(message)), payloadProtocol: .binary)
    chunk.isInterleaved = interleaved
    if let fragment {
      chunk.isBeginning = fragment == 0
      chunk.isEnd = false
      chunk.fragment = FragmentSequenceNumber(rawValue: UInt32(fragment))
    }
    return chunk
  }

  /// Gives up the first message of every stream there could be.
  /// - Returns: the last TSN that was given up.
  private func skipEverywhere(_ simulation: inout Simulation, interleaved: Bool) -> TSN {
    var tsn = simulation.nextTSN(to: 1).previous
    for start in stride(from: 0, to: 65_536, by: 128) {
      tsn = tsn.next
      let skips = (start..<start + 128).map {
        ForwardTSNChunk.Skip(stream: id($0), message: MessageIdentifier(rawValue: 0))
      }
      let chunk = ForwardTSNChunk(cumulativeTSN: tsn, isInterleaved: interleaved, skips: skips)
      simulation.inject(into: 1) { chunk.write(to: $0) }
    }
    return tsn
  }

  private func resetAll(_ number: Int, from first: TSN, after tsn: TSN) -> ReconfigurationParameter {
    .outgoingReset(
      request: ReconfigurationNumber(rawValue: first.advanced(by: number).rawValue),
      response: ReconfigurationNumber(rawValue: 0), lastTSN: tsn, streams: [])
  }

  // MARK: Streams and resets

  @Test(
    "SC-04: a packet full of resets of all streams, all of them in use, makes one event for each request of a chunk")
  func resetsOfAll() {
    var simulation = simulation(interleaved: true)
    let tsn = skipEverywhere(&simulation, interleaved: true)
    let first = simulation.endpoints[0].localInitialTSN
    #expect(simulation.endpoints[1].receiver?.reassembly.streamCount == 65_535)
    simulation.inject(into: 1) { packet in
      for number in stride(from: 0, to: 56, by: 2) {
        ReconfigurationParameter.write(
          [resetAll(number, from: first, after: tsn), resetAll(number + 1, from: first, after: tsn)], to: packet)
      }
    }
    let events = simulation.events(at: 1)
    #expect(events == [.allIncomingStreamsReset, .allIncomingStreamsReset])
    // Streams begin anew by being forgotten.
    #expect(simulation.endpoints[1].receiver?.reassembly.streamCount == 0)
    #expect(simulation.endpoints[1].state == .connected)
    // What came too early is asked for again in its turn.
    simulation.inject(into: 1) { ReconfigurationParameter.write([resetAll(2, from: first, after: tsn)], to: $0) }
    let later = simulation.events(at: 1)
    #expect(later == [.allIncomingStreamsReset])
  }

  @Test(
    "SC-03: streams that were not agreed on are neither skipped nor reset, and take no memory",
    arguments: [false, true])
  func foreignStreams(_ interleaved: Bool) {
    var simulation = simulation(interleaved: interleaved, streams: 16)
    let tsn = skipEverywhere(&simulation, interleaved: interleaved)
    #expect(simulation.endpoints[1].receiver?.reassembly.streamCount == 16)
    let first = simulation.endpoints[0].localInitialTSN.rawValue
    let requests: [ReconfigurationParameter] = [
      .outgoingReset(
        request: ReconfigurationNumber(rawValue: first), response: ReconfigurationNumber(rawValue: 0), lastTSN: tsn,
        streams: [id(3), id(16)]),
      .incomingReset(request: ReconfigurationNumber(rawValue: first &+ 1), streams: [id(16)]),
    ]
    simulation.inject(into: 1) { ReconfigurationParameter.write(requests, to: $0) }
    #expect(simulation.endpoints[1].resets?.responses.map(\.result) == [.wrongStream, .wrongStream])
    #expect(simulation.endpoints[1].resets?.isIdle == true)
    let events = simulation.events(at: 1)
    #expect(events.isEmpty)
  }

  @Test("SC-04: a reset of all streams closes every channel of the peer once")
  func resetsOfAllChannels() throws {
    var simulation = SCTPSimulation<DataChannelSession>.connectedChannels()
    for _ in 0..<20 { _ = try simulation.open() }
    _ = simulation.channelEvents(at: 1)
    let association = simulation.endpoints[0].association
    let packet = PacketBuffer()
    for number in 0..<4 as Range<UInt32> {
      SCTPCommonHeader(
        sourcePort: 5_000, destinationPort: 5_000, verificationTag: simulation.endpoints[1].association.localTag
      ).write(to: packet)
      let request = ReconfigurationNumber(rawValue: association.localInitialTSN.rawValue &+ number)
      ReconfigurationParameter.write(
        [
          .outgoingReset(
            request: request, response: ReconfigurationNumber(rawValue: 0),
            lastTSN: association.sender.outstanding.nextTSN.previous, streams: [])
        ], to: packet)
      SCTPCommonHeader.seal(packet)
      simulation.endpoints[1].handle(packet.bytes, now: simulation.now)
    }
    let events = simulation.channelEvents(at: 1)
    #expect(events.count == 20)
    #expect(events.allSatisfy { if case .closing = $0 { true } else { false } })
  }

  @Test("SC-02: streams refused by the thousand are reset, each once")
  func refusals() {
    var simulation = SCTPSimulation<DataChannelSession>.connectedChannels()
    for _ in 0..<2 {
      for stream in 0..<3_000 {
        simulation.endpoints[0].association.send(
          SCTPOutgoingMessage(stream: id(stream), payloadProtocol: .dcep, payload: [0x77]), now: simulation.now)
      }
    }
    let first = simulation.endpoints[1].association.localInitialTSN.rawValue
    simulation.run(for: .seconds(10))
    #expect(simulation.endpoints[1].association.resets?.isIdle == true)
    // Some before all had come.
    let requests = simulation.endpoints[0].association.resets.map { Int($0.expected.rawValue &- first) }
    #expect(requests.map { $0 >= 3_000 / StreamResets.requestLimit && $0 < 100 } == true)
    #expect(simulation.endpoints.allSatisfy { $0.state == .connected })
  }

  // MARK: Chunks of a packet

  @Test("SC-01: of the FORWARD TSNs, acknowledgements and cookies of one packet the first counts")
  func repeatedChunks() {
    var simulation = simulation(interleaved: true)
    let next = simulation.nextTSN(to: 1)
    simulation.inject(into: 1) { packet in
      for step in 0..<100 {
        ForwardTSNChunk(cumulativeTSN: next.advanced(by: step), isInterleaved: true, skips: []).write(to: packet)
      }
    }
    #expect(simulation.endpoints[1].receiver?.tsns.cumulative == next)
    #expect(simulation.endpoints[1].statistics.invalidChunks == 99)
    simulation = self.simulation(interleaved: true)
    simulation.send(TransferTests.pattern(5_000))
    simulation.flush()
    let base = simulation.endpoints[0].sender.cumulativeTSN
    simulation.inject(into: 0) { packet in
      for step in 0..<40 {
        SelectiveAcknowledgement(cumulativeTSN: base.advanced(by: step % 5), window: 9_999).write(
          to: packet, gaps: [], duplicates: [])
      }
      for _ in 0..<40 { packet.appendChunk(.cookieEcho) }
      for _ in 0..<50 { packet.appendChunk(.cookieAcknowledgement) }
    }
    #expect(simulation.endpoints[0].sender.cumulativeTSN == base)
    // The one cookie is bad; 32 other control chunks are looked at.
    #expect(simulation.endpoints[0].statistics.invalidChunks == 39 + 40 + 18)
    simulation.run(for: .seconds(1))
    let received = simulation.receive()
    #expect(received.count == 1)
    // A SHUTDOWN acknowledges as well.
    let last = simulation.endpoints[0].sender.cumulativeTSN
    simulation.inject(into: 0) { packet in
      for _ in 0..<20 {
        let chunk = packet.beginChunk(.shutdown)
        packet.append(last.rawValue)
        packet.endChunk(chunk)
      }
    }
    #expect(simulation.endpoints[0].statistics.invalidChunks == 39 + 40 + 18 + 19)
  }

  @Test(
    "SC-06: gaps that are told again, changed or taken back acknowledge each chunk once",
    arguments: 1...10 as ClosedRange<UInt64>)
  func repeatedGaps(_ seed: UInt64) throws {
    var simulation = simulation(interleaved: true)
    for message in 0..<9 { simulation.send(TransferTests.pattern(1_000, seed: UInt8(message))) }
    simulation.flush()
    let random = RandomSource.seeded(seed)
    let base = simulation.endpoints[0].sender.cumulativeTSN
    let count = simulation.endpoints[0].sender.outstanding.count
    #expect(count == 9)
    var acknowledged: Set<Int> = []
    var advance = 0
    for round in 0..<40 {
      if round == 20 {
        // Two timeouts, after which nothing told before counts any more.
        for _ in 0..<2 {
          let deadline = try #require(simulation.endpoints[0].sender.retransmissionDeadline)
          simulation.endpoints[0].handleTimeout(now: deadline)
        }
        acknowledged = []
      }
      if round % 13 == 12 { advance += 1 }
      var gaps: [SelectiveAcknowledgement.Gap] = []
      var first = 2
      while first + advance <= count {
        let last = min(count - advance, first + Int(random.uint16() % 3))
        if random.uint16() % 3 > 0 {
          gaps.append(.init(first: UInt16(first), last: UInt16(last)))
          acknowledged.formUnion((first...last).map { $0 + advance })
        }
        first = last + 2
      }
      let sack = SelectiveAcknowledgement(
        cumulativeTSN: base.advanced(by: advance), window: 1 << 20, gapCount: gaps.count)
      simulation.inject(into: 0) { sack.write(to: $0, gaps: gaps, duplicates: []) }
      let outstanding = simulation.endpoints[0].sender.outstanding
      #expect(outstanding.count == count - advance)
      for position in 0..<outstanding.count {
        #expect(
          (outstanding[position].state == .acknowledged) == acknowledged.contains(position + 1 + advance),
          "\(position) in round \(round)")
      }
      // The next time each gap is passed by in one step.
      for gap in gaps {
        let end = outstanding[Int(gap.first) - 1].links.settledEnd.distance(from: outstanding.firstTSN)
        #expect(end >= Int(gap.last), "\(gap) in round \(round)")
      }
    }
    #expect(simulation.endpoints[0].statistics.invalidChunks == 0)
  }

  /// Two associations that know their round trip of 60 ms, and that from now on lose all packets: what is acknowledged is told by the test.
  /// - Returns: with the last TSN that is acknowledged.
  private func silentSimulation() -> (Simulation, TSN) {
    var simulation = Simulation.connected(link: .init(delay: .milliseconds(30)))
    simulation.send([0])
    simulation.run(for: .seconds(1))
    simulation.filter = { _, _ in false }
    return (simulation, simulation.endpoints[0].sender.cumulativeTSN)
  }

  /// Sends what there is to send, and acknowledges a while later, as the peer would after a round trip.
  private func acknowledge(
    _ simulation: inout Simulation, cumulative: TSN, _ gaps: SelectiveAcknowledgement.Gap...
  ) {
    simulation.run(for: .milliseconds(70))
    let sack = SelectiveAcknowledgement(cumulativeTSN: cumulative, window: 1 << 20, gapCount: gaps.count)
    simulation.inject(into: 0) { sack.write(to: $0, gaps: gaps, duplicates: []) }
  }

  @Test("SC-06: every chunk that loss detection looks at is lost, but the last, also when a recovery is over")
  func looksAtLostChunks() {
    let (connected, base) = silentSimulation()
    var simulation = connected
    for _ in 0..<10 { simulation.send([1]) }
    acknowledge(&simulation, cumulative: base, .init(first: 3, last: 5))
    #expect(simulation.endpoints[0].sender.outstanding.lostCount == 2)
    // The two go again before these.
    for _ in 0..<2_000 { simulation.send([2]) }
    acknowledge(&simulation, cumulative: base, .init(first: 3, last: 11))
    #expect(simulation.endpoints[0].sender.outstanding.lostCount == 2)
    // And once more after them: all that follows was sent earlier than what is acknowledged now.
    acknowledge(&simulation, cumulative: base.advanced(by: 11))
    for _ in 0..<3 {
      let sender = simulation.endpoints[0].sender
      #expect(sender.outstanding.lostCount > 100)
      let first = sender.outstanding.firstSent.map { sender.outstanding[$0].order }
      #expect(first ?? .max > sender.recovery.newestOrder)
      let again = SelectiveAcknowledgement(cumulativeTSN: base.advanced(by: 11), window: 1 << 20, gapCount: 1)
      simulation.inject(into: 0) { again.write(to: $0, gaps: [.init(first: 1, last: 1)], duplicates: []) }
    }
    #expect(simulation.endpoints[0].statistics.retransmissionTimeouts == 0)
  }

  @Test("SC-03 SC-06: messages of several fragments, all lost at once, are each given up")
  func givesUpManyAtOnce() {
    let (connected, base) = silentSimulation()
    var simulation = connected
    for _ in 0..<3 { simulation.send(TransferTests.pattern(2_500), reliability: .retransmissions(0)) }
    simulation.send(TransferTests.pattern(10))
    acknowledge(&simulation, cumulative: base, .init(first: 10, last: 10))
    acknowledge(&simulation, cumulative: base, .init(first: 10, last: 10))
    let sender = simulation.endpoints[0].sender
    #expect((0..<10).map { sender.outstanding[$0].state } == Array(repeating: .abandoned, count: 9) + [.acknowledged])
    #expect(sender.outstanding.firstSent == nil && sender.outstanding.bytesInFlight == 0)
    #expect(simulation.endpoints[0].statistics.messagesAbandoned == 3)
  }

  @Test("SC-03: a peer that goes past what is given up step by step is told where to go once a round trip")
  func tellsOfSkipsOnce() {
    let (connected, base) = silentSimulation()
    var simulation = connected
    let skips = Counter()
    simulation.filter = { sender, bytes in
      if sender == 0, bytes[SCTPCommonHeader.byteCount] == SCTPChunkType.interleavedForwardTSN.rawValue {
        skips.value += 1
      }
      return false
    }
    for _ in 0..<200 { simulation.send([1], reliability: .lifetime(milliseconds: 1)) }
    simulation.run(for: .milliseconds(900))
    #expect(simulation.endpoints[0].sender.outstanding.abandonedCount == 200)
    let before = skips.value
    #expect(before > 0)
    func step(_ position: Int) {
      let sack = SelectiveAcknowledgement(cumulativeTSN: base.advanced(by: position), window: 1 << 20)
      simulation.inject(into: 0) { sack.write(to: $0, gaps: [], duplicates: []) }
      simulation.flush()
    }
    for position in 1...50 { step(position) }
    #expect(skips.value - before <= 1)
    let told = skips.value
    simulation.run(for: .milliseconds(100))
    step(51)
    #expect(skips.value == told + 1)
  }

  // MARK: Fragments and messages

  @Test(
    "SC-09: messages that come in reverse all fit the window, come in order in the end, and their room is given back",
    arguments: [false, true])
  func reversedMessages(_ interleaved: Bool) {
    var simulation = simulation(interleaved: interleaved)
    var tsn = simulation.nextTSN(to: 1)
    for stream in 0..<4 {
      let count = 8_000
      flood(&simulation, count) {
        make(tsn.advanced(by: $0), interleaved: interleaved, stream: stream, message: count - 1 - $0)
      }
      tsn = tsn.advanced(by: count)
      let received = simulation.receive()
      #expect(received.count == count)
      let isInOrder = received.indices.allSatisfy {
        received[$0].payload == [UInt8(truncatingIfNeeded: count - 1 - $0)]
      }
      #expect(isInOrder)
      #expect(simulation.endpoints[1].receiver?.used == 0)
      #expect(simulation.endpoints[1].receiver.map { $0.reassembly.capacity < 200 } == true)
    }
  }

  @Test("SC-09: messages that wait without end are bounded by what keeping them costs", arguments: [false, true])
  func waitingMessages(_ interleaved: Bool) {
    var simulation = simulation(interleaved: interleaved)
    let tsn = simulation.nextTSN(to: 1)
    flood(&simulation, 32_000) { make(tsn.advanced(by: $0), interleaved: interleaved, message: 32_767 - $0) }
    let receiver = simulation.endpoints[1].receiver
    let limit = 2 * (4 << 20) / (2 * Reassembly.overhead)
    #expect(receiver.map { $0.used <= 2 * $0.capacity && $0.reassembly.capacity < 2 * limit } == true)
    #expect(simulation.endpoints[1].state == .connected)
    // All of them are skipped at once.
    guard let last = receiver?.tsns.cumulative.next else { return }
    let skip = ForwardTSNChunk.Skip(stream: id(1), message: MessageIdentifier(rawValue: 32_767))
    simulation.inject(into: 1) {
      ForwardTSNChunk(cumulativeTSN: last, isInterleaved: interleaved, skips: [skip]).write(to: $0)
    }
    let received = simulation.receive()
    #expect(received.count > 10_000)
    #expect(simulation.endpoints[1].receiver?.used == 0)
    #expect(simulation.endpoints[1].receiver.map { $0.reassembly.capacity < 200 } == true)
  }

  @Test("SC-09: fragments that come in reverse make a message, and their room is given back")
  func reversedFragments() {
    var simulation = simulation(interleaved: true)
    let tsn = simulation.nextTSN(to: 1)
    let count = 20_000
    flood(&simulation, count) { index in
      var chunk = make(tsn.advanced(by: index), interleaved: true, fragment: count - 1 - index)
      chunk.isEnd = index == 0
      return chunk
    }
    let received = simulation.receive()
    #expect(received.map(\.payload.count) == [count])
    #expect(received.first?.payload.first == UInt8(truncatingIfNeeded: count - 1))
    #expect(simulation.endpoints[1].receiver?.used == 0)
  }

  @Test("SC-09: strays that were joined leave no room behind, though the message goes on")
  func joinedStrays() {
    var message = PartialMessage()
    var cost = 0
    let limits = Reassembly.Limits(messageSize: 1 << 20, isRoomy: false)
    let count: UInt32 = 10_000
    for number in (0..<count).reversed() {
      // All but the last hundred are joined at the end.
      let fragment = number < count - 100 ? number : number + 1
      let chunk = make(TSN(rawValue: fragment), interleaved: true, fragment: Int(fragment))
      [1].withRawSpan { _ = message.insert(chunk, number: fragment, payload: $0, limits: limits, cost: &cost) }
    }
    #expect(message.strays.count == 100 && message.strays.capacity < 1_000)
    #expect(message.buffer.count == Int(count) - 100 && cost == message.cost - PartialMessage.overhead)
  }

  @Test("DC-11 SC-09: unordered fragments without interleaving, of all streams and in reverse, find their messages")
  func reversedUnordered() {
    var simulation = simulation(interleaved: false)
    let tsn = simulation.nextTSN(to: 1)
    let count = 6_000
    // Messages of three fragments on streams in turn.
    flood(&simulation, count) { index in
      let position = count - 1 - index
      var chunk = make(
        tsn.advanced(by: position), interleaved: false, stream: position / 3 % 50, fragment: position % 3)
      chunk.isUnordered = true
      chunk.isEnd = position % 3 == 2
      return chunk
    }
    let received = simulation.receive()
    #expect(received.count == count / 3 && received.allSatisfy { $0.payload.count == 3 })
    #expect(simulation.endpoints[1].receiver?.used == 0)
    #expect(simulation.endpoints[1].receiver.map { $0.reassembly.capacity < 200 } == true)
  }

  @Test("SC-03: unordered fragments without interleaving that are given up are forgotten on every stream")
  func skippedUnordered() {
    var simulation = simulation(interleaved: false)
    let tsn = simulation.nextTSN(to: 1)
    // Beginnings, and continuations of others that never began, with a hole behind each.
    flood(&simulation, 2_000) { index in
      var chunk = make(tsn.advanced(by: 2 * index + 1), interleaved: false, stream: index, fragment: index % 2)
      chunk.isUnordered = true
      return chunk
    }
    let held = simulation.endpoints[1].receiver?.reassembly.heldCost
    #expect(held.map { $0 > 2_000 * Reassembly.overhead } == true)
    simulation.inject(into: 1) {
      ForwardTSNChunk(cumulativeTSN: tsn.advanced(by: 4_000), isInterleaved: false, skips: []).write(to: $0)
    }
    #expect(simulation.endpoints[1].receiver?.used == 0)
    #expect(simulation.endpoints[1].receiver?.tsns.runs.isEmpty == true)
  }

  @Test("SC-01: an unordered message that goes on, on another stream, ends the association")
  func straddlingMessage() {
    var simulation = simulation(interleaved: false)
    let tsn = simulation.nextTSN(to: 1)
    flood(&simulation, 2) { index in
      var chunk = make(tsn.advanced(by: index), interleaved: false, stream: index, fragment: index)
      chunk.isUnordered = true
      return chunk
    }
    #expect(simulation.endpoints[1].state.isClosed)
  }

  @Test("SC-09: holes are counted wherever they open, and what fills one is always taken")
  func holesBelowTheHighest() {
    var simulation = simulation(interleaved: true)
    let tsn = simulation.nextTSN(to: 1)
    let below = { (index: Int) in
      var chunk = make(tsn.advanced(by: 65_534 - 2 * index), interleaved: true, message: index)
      chunk.isUnordered = true
      return chunk
    }
    flood(&simulation, 32_000, below)
    #expect(simulation.endpoints[1].receiver?.tsns.runs.count == ReceivedTSNs.runLimit)
    #expect(simulation.endpoints[1].statistics.overflowChunks == UInt64(32_000 - ReceivedTSNs.runLimit))
    _ = simulation.receive()
    // Between two runs, at the edge of one, and what is next in line.
    for distance in [65_533, 65_534 - 2 * ReceivedTSNs.runLimit + 1, 0] {
      flood(&simulation, 1) { _ in
        var chunk = make(tsn.advanced(by: distance), interleaved: true, message: 100_000 + distance)
        chunk.isUnordered = true
        return chunk
      }
    }
    let received = simulation.receive()
    #expect(received.count == 3)
  }

  // MARK: Structures

  @Test(
    "A map of serial numbers gives what a sorted list would, across the wrap", arguments: 1...6 as ClosedRange<UInt64>)
  func serialNumberMap(_ seed: UInt64) {
    let random = RandomSource.seeded(seed)
    var map = SerialNumberMap<UInt32>()
    var model: [UInt32] = []
    var base = UInt32.max - 500
    let spread = seed % 2 == 0 ? 12 : 900 as UInt32
    for _ in 0..<6_000 {
      let number = base &+ random.uint32() % spread
      switch random.uint16() % 8 {
      case 0...3:
        guard map.position(of: number) == nil else { continue }
        _ = map.insert(number, for: number)
        model.append(number)
      case 4:
        guard let position = map.position(of: number) else { continue }
        let removed = map.remove(at: position)
        #expect(removed == number)
        model.removeAll { $0 == number }
      case 5:
        guard let position = map.position(of: number), map.position(of: number &+ spread) == nil else { continue }
        map.renumber(at: position, to: number &+ spread)
        map[position] = number &+ spread
        model.removeAll { $0 == number }
        model.append(number &+ spread)
      case 6:
        base &+= random.uint32() % 4
      default:
        let earliest = model.min { Int32(bitPattern: $0 &- $1) < 0 }
        let removed = map.removeEarliest(through: number)
        let expected = earliest.flatMap { Int32(bitPattern: $0 &- number) <= 0 ? $0 : nil }
        #expect(removed == expected)
        if let removed { model.removeAll { $0 == removed } }
      }
      if map.count != model.count { Issue.record("\(map.count) instead of \(model.count)") }
      if map.capacity > 8 * model.count + 100 { Issue.record("room for \(map.capacity) with \(model.count)") }
    }
    #expect(model.allSatisfy { map.position(of: $0).map { position in map[position] } == $0 })
  }

  @Test("A queue that was long keeps little once it is empty")
  func ringQueue() {
    var queue = RingQueue<Int>()
    for number in 0..<10_000 { queue.append(number) }
    for number in 0..<10_000 { #expect(queue.popFirst() == number) }
    #expect(queue.capacity <= 256 && queue.popFirst() == nil)
    queue.append(1)
    #expect(queue.popFirst() == 1)
  }

  @Test("SC-09: a message of a long and a short fragment takes no more than twice its bytes")
  func reservedRoom() {
    var simulation = simulation(interleaved: false)
    let tsn = simulation.nextTSN(to: 1)
    let payload = TransferTests.pattern(1_000)
    for index in 0..<2 {
      var chunk = make(tsn.advanced(by: index), interleaved: false, fragment: index)
      chunk.isEnd = index == 1
      simulation.inject(into: 1) { packet in
        Array(payload.prefix(index == 0 ? 1_000 : 1)).withRawSpan { chunk.write($0, to: packet) }
      }
    }
    let received = simulation.receive()
    #expect(received.map(\.payload.count) == [1_001])
    #expect(received.allSatisfy { $0.payload.capacity <= 2_200 })
  }
}
