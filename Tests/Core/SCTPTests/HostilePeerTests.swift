import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Hostile data channels")
struct HostilePeerTests {
  private func id(_ value: UInt16) -> SCTPStreamIdentifier { SCTPStreamIdentifier(rawValue: value) }

  private func raw(_ type: SCTPChunkType, flags: UInt8 = 0, length: UInt16, _ value: [UInt8] = []) -> [UInt8] {
    [type.rawValue, flags, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)] + value
  }

  private func isAlive(_ simulation: inout SCTPSimulation<SCTPAssociation>) -> Bool {
    simulation.send([42])
    simulation.send([43], from: 1)
    simulation.run(for: .seconds(3))
    return simulation.receive().last?.payload == [42] && simulation.receive(at: 0).last?.payload == [43]
  }

  @Test("SC-01: chunks of no length, and lengths beyond the packet, end the packet and nothing else")
  func lengths() {
    var simulation = SCTPSimulation.connected()
    for type in [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 14, 64, 130, 192, 194, 255, 63, 127] as [UInt8] {
      for length in [0, 1, 3, 4, 5, 8, 200, 65_535] as [UInt16] where !(type == 14 && length >= 4) {
        guard !([8, 7].contains(type) && length >= 4) else { continue }
        simulation.inject(into: 1) { packet in packet.appendBytes(raw(SCTPChunkType(rawValue: type), length: length)) }
        simulation.run(for: .milliseconds(1))
      }
    }
    #expect(simulation.endpoints[1].statistics.invalidPackets + simulation.endpoints[1].statistics.invalidChunks > 60)
    let survives = isAlive(&simulation)
    #expect(survives)
  }

  @Test("SC-01: packets with wrong tags, ports and checksums are dropped")
  func headers() {
    var simulation = SCTPSimulation.connected { _, configuration in configuration.offersZeroChecksum = false }
    simulation.send([1])
    let packet = PacketBuffer()
    let isWritten = simulation.endpoints[0].pollPacket(into: packet, now: simulation.now)
    #expect(isWritten)
    let good = packet.bytes.copied()
    for offset in 0..<good.count where !(0..<2).contains(offset) {
      var bad = good
      bad[offset] ^= 1
      bad.withRawSpan { simulation.endpoints[1].handle($0, now: simulation.now) }
    }
    for count in 0..<good.count {
      Array(good[..<count]).withRawSpan { simulation.endpoints[1].handle($0, now: simulation.now) }
    }
    #expect(simulation.endpoints[1].statistics.invalidPackets == UInt64(good.count - 2 + good.count))
    // A right checksum does not help a wrong tag.
    simulation.endpoints[0].peerTag.rawValue ^= 1
    simulation.send([2])
    simulation.run(for: .milliseconds(100))
    let received = simulation.receive()
    #expect(received.isEmpty)
  }

  @Test("SC-01: acknowledgements that lie about counts, gaps or what was sent change nothing")
  func lyingAcknowledgements() {
    var simulation = SCTPSimulation.connected()
    let window = simulation.endpoints[0].statistics.congestionWindow
    simulation.send(TransferTests.pattern(5_000))
    simulation.flush()
    let base = simulation.endpoints[0].sender.cumulativeTSN
    let lies: [(SelectiveAcknowledgement, [SelectiveAcknowledgement.Gap])] = [
      (.init(cumulativeTSN: base.advanced(by: 100), window: 9_999), []),
      (.init(cumulativeTSN: base.advanced(by: -100), window: 9_999), []),
      (.init(cumulativeTSN: base.advanced(by: 1 << 31), window: 9_999), []),
      (.init(cumulativeTSN: base, window: 9_999, gapCount: 1), [.init(first: 3, last: 2)]),
      (.init(cumulativeTSN: base, window: 9_999, gapCount: 1), [.init(first: 0, last: 0)]),
      (.init(cumulativeTSN: base, window: 9_999, gapCount: 1), [.init(first: 2, last: 60_000)]),
    ]
    for (sack, gaps) in lies {
      simulation.inject(into: 0) { sack.write(to: $0, gaps: gaps, duplicates: []) }
    }
    simulation.inject(into: 0) { packet in
      packet.appendBytes(raw(.selectiveAcknowledgement, length: 16, [0, 0, 0, 0, 0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF]))
    }
    #expect(simulation.endpoints[0].sender.outstanding.count == 5)
    #expect(simulation.endpoints[0].statistics.congestionWindow == window)
    #expect(simulation.endpoints[0].statistics.invalidChunks == 5)
    let survives = isAlive(&simulation)
    #expect(survives)
  }

  @Test("SC-01: an INIT with every bad parameter is answered or dropped, and leaves an association as it is")
  func badInits() {
    let good = InitChunk(
      tag: VerificationTag(rawValue: 9), window: 100_000, outgoingStreams: 10, incomingStreams: 10,
      initialTSN: TSN(rawValue: 1), extensions: [.interleaving])
    var variants = [InitChunk](repeating: good, count: 4)
    variants[0].tag = .none
    variants[1].window = 100
    variants[2].outgoingStreams = 0
    variants[3].incomingStreams = 0
    for variant in variants {
      var fresh = SCTPSimulation.pair()
      fresh.injectInit(into: 1) { variant.write(to: $0, isAcknowledgement: false) }
      fresh.run(for: .milliseconds(100))
      #expect(fresh.endpoints[1].state == .new)
      var connected = SCTPSimulation.connected()
      connected.injectInit(into: 1) { variant.write(to: $0, isAcknowledgement: false) }
      let survives = isAlive(&connected)
      #expect(survives)
    }
    // In the middle of a handshake it ends it, with the cause.
    for variant in variants.dropFirst() {
      var connecting = SCTPSimulation.pair()
      connecting.endpoints[1].connect(remotePort: 5_000, now: .zero)
      connecting.injectInit(into: 1) { variant.write(to: $0, isAcknowledgement: false) }
      guard case .closed(let failure) = connecting.endpoints[1].state else {
        Issue.record("\(connecting.endpoints[1].state)")
        continue
      }
      #expect(failure?.causeCode == SCTPErrorCause.invalidParameter)
    }
    // An INIT ACK without a cookie.
    var waiting = SCTPSimulation.pair()
    waiting.endpoints[1].connect(remotePort: 5_000, now: .zero)
    waiting.inject(into: 1) { good.write(to: $0, isAcknowledgement: true) }
    guard case .closed(let failure) = waiting.endpoints[1].state else {
      Issue.record("\(waiting.endpoints[1].state)")
      return
    }
    #expect(failure?.causeCode == SCTPErrorCause.missingParameter)
    // A flood of good ones keeps nothing.
    var flooded = SCTPSimulation.connected()
    for tag in 1...2_000 as ClosedRange<UInt32> {
      var variant = good
      variant.tag = VerificationTag(rawValue: tag)
      flooded.injectInit(into: 1) { variant.write(to: $0, isAcknowledgement: false) }
    }
    let survives = isAlive(&flooded)
    #expect(survives)
  }

  @Test(
    "SC-01: a cookie that fills a packet, with errors to report beside it, fits all the same",
    arguments: [1_144, 1_145])
  func largeCookie(_ size: Int) {
    var simulation = SCTPSimulation.pair()
    simulation.endpoints[1].connect(remotePort: 5_000, now: .zero)
    simulation.flush()
    var chunk = InitChunk(
      tag: VerificationTag(rawValue: 9), window: 100_000, outgoingStreams: 10, incomingStreams: 10,
      initialTSN: TSN(rawValue: 1), extensions: [])
    chunk.cookie = [UInt8](repeating: 1, count: size)
    simulation.inject(into: 1) { chunk.write(to: $0, isAcknowledgement: true) }
    for _ in 0..<6 {
      simulation.inject(into: 1) { packet in
        packet.appendBytes(raw(SCTPChunkType(rawValue: 0x70), length: 304, [UInt8](repeating: 2, count: 300)))
      }
    }
    let isClosed = simulation.endpoints[1].state.isClosed
    #expect(isClosed == (size > 1_144))
    var sizes: [Int] = []
    let packet = PacketBuffer()
    while simulation.endpoints[1].pollPacket(into: packet, now: simulation.now) { sizes.append(packet.count) }
    #expect(sizes.allSatisfy { $0 <= 1_160 } && sizes.first == (isClosed ? 20 : 1_160))
    #expect(sizes.count == (isClosed ? 1 : 2))
  }

  private func fragment(
    _ simulation: SCTPSimulation<SCTPAssociation>, step: Int, message: UInt32 = 0, fragment: UInt32, isEnd: Bool = false
  ) -> DataChunk {
    var chunk = DataChunk(
      tsn: simulation.nextTSN(to: 1).advanced(by: step), stream: id(1), message: MessageIdentifier(rawValue: message),
      payloadProtocol: .binary)
    chunk.isInterleaved = true
    chunk.isBeginning = fragment == 0
    chunk.isEnd = isEnd
    chunk.fragment = FragmentSequenceNumber(rawValue: fragment)
    return chunk
  }

  @Test("SC-09: a message without end stops at the announced size, and ends the association with a cause")
  func endlessFragments() {
    var simulation = SCTPSimulation.connected { _, configuration in configuration.maximumMessageSize = 100_000 }
    let payload = TransferTests.pattern(1_000)
    for number in 0..<200 {
      let chunk = fragment(simulation, step: number, fragment: UInt32(number))
      simulation.inject(into: 1) { packet in payload.withRawSpan { chunk.write($0, to: packet) } }
    }
    guard case .closed(let failure) = simulation.endpoints[1].state else {
      Issue.record("\(simulation.endpoints[1].state)")
      return
    }
    #expect(failure?.reason == .protocolViolation && failure?.causeCode == SCTPErrorCause.protocolViolation)
  }

  @Test("SC-09: holes without end fill no more than the window", arguments: [1, 500])
  func endlessHoles(_ size: Int) {
    var simulation = SCTPSimulation.connected { _, configuration in configuration.receiveWindow = 1 << 19 }
    let payload = TransferTests.pattern(size)
    for number in 1..<30_000 {
      let chunk = fragment(simulation, step: 2 * number, message: UInt32(number), fragment: 1)
      simulation.inject(into: 1) { packet in payload.withRawSpan { chunk.write($0, to: packet) } }
    }
    #expect(simulation.endpoints[1].receiver.map { $0.used <= 1 << 20 } == true)
    #expect(simulation.endpoints[1].receiver.map { $0.tsns.runs.count <= ReceivedTSNs.runLimit } == true)
    #expect(simulation.endpoints[1].statistics.overflowChunks > 10_000)
    #expect(simulation.endpoints[1].state == .connected)
  }

  @Test("SC-01: DATA without data, and fragments that contradict each other, end the association")
  func badData() {
    var empty = SCTPSimulation.connected()
    let chunk = fragment(empty, step: 0, fragment: 0, isEnd: true)
    empty.inject(into: 1) { packet in [UInt8]().withRawSpan { chunk.write($0, to: packet) } }
    guard case .closed(let failure) = empty.endpoints[1].state else {
      Issue.record("\(empty.endpoints[1].state)")
      return
    }
    #expect(failure?.causeCode == SCTPErrorCause.noUserData)
    var double = SCTPSimulation.connected()
    for step in 0..<2 {
      let chunk = fragment(double, step: step, fragment: 0)
      double.inject(into: 1) { packet in [1].withRawSpan { chunk.write($0, to: packet) } }
    }
    #expect(double.endpoints[1].state.isClosed)
  }

  @Test("SC-01: data on streams beyond those agreed is reported and dropped")
  func invalidStream() {
    var simulation = SCTPSimulation.connected { _, configuration in configuration.streamCount = 16 }
    simulation.send([1], stream: 16)
    simulation.send([2], stream: 15)
    simulation.run(for: .seconds(1))
    let received = simulation.receive()
    #expect(received.map(\.payload) == [[2]])
    let survives = isAlive(&simulation)
    #expect(survives)
  }

  @Test("SC-03: FORWARD TSN that leaps, or comes unnegotiated, is refused")
  func leaps() {
    var simulation = SCTPSimulation.connected()
    let next = simulation.nextTSN(to: 1)
    for (tsn, isInterleaved) in [(next.advanced(by: 100_000), true), (next.advanced(by: 3), false)] {
      let chunk = ForwardTSNChunk(cumulativeTSN: tsn, isInterleaved: isInterleaved, skips: [])
      simulation.inject(into: 1) { chunk.write(to: $0) }
    }
    #expect(simulation.endpoints[1].statistics.invalidChunks == 2)
    let survives = isAlive(&simulation)
    #expect(survives)
  }

  @Test("SC-02: control messages that lie close their stream, and 5,000 channels stay within the limit")
  func controlMessages() throws {
    var simulation = SCTPSimulation<DataChannelSession>.connectedChannels { index, configuration in
      configuration.maximumChannels = index == 1 ? 3_000 : 10_000
    }
    let (local, remote) = try simulation.open()
    for (stream, bytes) in [
      (2, [0x03, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]), (4, [0x03]), (6, [0x77, 1, 2, 3]),
      (8, [0x02]), (0, [0x03, 0]), (10, DataChannelControlMessage.open(DataChannelOptions()).bytes + [0]),
    ] as [(UInt16, [UInt8])] {
      simulation.endpoints[0].association.send(
        SCTPOutgoingMessage(stream: id(stream), payloadProtocol: .dcep, payload: bytes), now: simulation.now)
    }
    simulation.run(for: .seconds(3))
    #expect(simulation.endpoints[1].handles == [remote])
    #expect(simulation.endpoints[1].description(of: remote)?.state == .closed)
    #expect(simulation.endpoints[0].description(of: local)?.state == .closed)

    var handles: [DataChannelHandle] = []
    for _ in 0..<5_000 {
      handles.append(try simulation.endpoints[0].open(DataChannelOptions(label: "x"), now: simulation.now))
    }
    simulation.run(for: .seconds(30))
    #expect(simulation.endpoints[1].handles.count == 3_000)
    let open = handles.filter { simulation.endpoints[0].description(of: $0)?.state == .open }
    #expect(open.count == 2_999)
    #expect(simulation.endpoints.allSatisfy { $0.state == .connected })
    while simulation.endpoints[1].pollEvent() != nil {}
  }

  @Test("SC-02: labels without end take bounded memory")
  func labels() throws {
    var simulation = SCTPSimulation<DataChannelSession>.connectedChannels()
    let label = String(repeating: "l", count: 65_535)
    for _ in 0..<200 {
      _ = try simulation.endpoints[0].open(DataChannelOptions(label: label), now: simulation.now)
      simulation.run(for: .milliseconds(100))
    }
    simulation.run(for: .seconds(5))
    #expect(simulation.endpoints[1].handles.count == DataChannelSession.remoteTextLimit / 65_535)
    #expect(simulation.endpoints[1].state == .connected)
  }

  @Test("SC-01: garbage under a right header never traps", arguments: 1...8 as ClosedRange<UInt64>)
  func garbage(_ seed: UInt64) throws {
    var simulation = SCTPSimulation<DataChannelSession>.connectedChannels(seed: seed)
    let (local, _) = try simulation.open()
    let random = RandomSource.seeded(seed)
    let types: [UInt8] = [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 64, 130, 192, 194, 250]
    let packet = PacketBuffer()
    for round in 0..<3_000 {
      let index = round % 2
      SCTPCommonHeader(
        sourcePort: 5_000, destinationPort: 5_000, verificationTag: simulation.endpoints[index].association.localTag
      ).write(to: packet)
      for _ in 0..<1 + Int(random.uint16() % 4) {
        let start = packet.beginChunk(
          SCTPChunkType(rawValue: types[Int(random.uint16()) % types.count]),
          flags: UInt8(truncatingIfNeeded: random.next()))
        var body = random.bytes(Int(random.uint16() % 60))
        // Half of the time with numbers that make sense.
        if random.uint16() % 2 == 0, body.count >= 8 {
          let peer = simulation.endpoints[1 - index].association.sender.outstanding.nextTSN
          let tsn = peer.advanced(by: Int(random.uint16() % 6)).rawValue
          for offset in 0..<4 { body[offset] = UInt8(truncatingIfNeeded: tsn >> UInt32(24 - 8 * offset)) }
          body[4] = 0
          body[5] &= 3
        }
        packet.appendBytes(body)
        packet.endChunk(start)
      }
      SCTPCommonHeader.seal(packet)
      simulation.endpoints[index].handle(packet.bytes, now: simulation.now)
      if round % 50 == 0 {
        try? simulation.endpoints[0].send(DataChannelMessage(text: "x"), on: local, now: simulation.now)
        simulation.run(for: .milliseconds(20))
        for side in 0..<2 {
          while simulation.endpoints[side].pollEvent() != nil {}
          for handle in simulation.endpoints[side].handles {
            while simulation.endpoints[side].takeMessage(from: handle) != nil {}
          }
        }
      }
    }
    simulation.run(for: .seconds(30))
  }
}
