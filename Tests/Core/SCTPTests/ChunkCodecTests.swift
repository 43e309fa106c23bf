import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Chunk codecs")
struct ChunkCodecTests {
  private func id(_ value: UInt16) -> SCTPStreamIdentifier { SCTPStreamIdentifier(rawValue: value) }

  /// Writes a chunk and gives back its bytes, padding included.
  private func bytes(_ write: (PacketBuffer) -> Void) -> [UInt8] {
    let packet = PacketBuffer()
    write(packet)
    #expect(packet.count % 4 == 0)
    return packet.bytes.copied()
  }

  /// Reads a chunk back whole, and cut at every length: cut in front of its value's end it is no chunk at all, and its value cut is refused
  /// or read as something else, but never beyond its end.
  private func check<Value: Equatable>(
    _ bytes: [UInt8], _ expected: Value, shortest: Int, _ read: (SCTPChunk, RawSpan) -> Value?
  ) {
    bytes.withRawSpan { span in
      guard let chunk = SCTPChunk(span, at: 0) else {
        Issue.record("no chunk")
        return
      }
      #expect(read(chunk, span) == expected)
      #expect(chunk.end == bytes.count)
      for count in 0..<chunk.value.upperBound {
        let cut = Array(bytes[..<count])
        cut.withRawSpan { #expect(SCTPChunk($0, at: 0) == nil) }
      }
      // The length says less than there should be.
      for length in 4..<chunk.value.upperBound {
        var lie = bytes
        lie[2] = UInt8(length >> 8)
        lie[3] = UInt8(truncatingIfNeeded: length)
        lie.withRawSpan { span in
          guard let chunk = SCTPChunk(span, at: 0) else {
            Issue.record("no chunk")
            return
          }
          let value = read(chunk, span)
          if length - 4 < shortest { #expect(value == nil) } else { #expect(value != expected) }
        }
      }
    }
  }

  @Test("SC-01 SC-05: DATA and I-DATA", arguments: [false, true], [false, true])
  func data(_ isInterleaved: Bool, _ isBeginning: Bool) {
    var chunk = DataChunk(
      tsn: TSN(rawValue: 0xFFFF_FFFE), stream: id(513),
      message: MessageIdentifier(rawValue: isInterleaved ? 0xABCD_EF01 : 0xABCD),
      payloadProtocol: isInterleaved && !isBeginning ? .init(rawValue: 0) : .binary)
    chunk.isInterleaved = isInterleaved
    chunk.isBeginning = isBeginning
    chunk.isEnd = !isBeginning
    chunk.isUnordered = true
    chunk.isImmediate = true
    if isInterleaved, !isBeginning { chunk.fragment = FragmentSequenceNumber(rawValue: 77) }
    let payload: [UInt8] = [1, 2, 3, 4, 5]
    let bytes = bytes { packet in payload.withRawSpan { chunk.write($0, to: packet) } }
    #expect(bytes.count == DataChunk.overhead(isInterleaved: isInterleaved) + 8)
    struct Read: Equatable {
      var chunk: DataChunk
      var payload: [UInt8]
    }
    check(bytes, Read(chunk: chunk, payload: payload), shortest: chunk.payloadOffset) { header, span in
      DataChunk(header, in: span).map {
        Read(
          chunk: $0,
          payload: span.extracting(header.value.lowerBound + $0.payloadOffset..<header.value.upperBound).copied())
      }
    }
  }

  @Test("SC-01: INIT and INIT ACK")
  func initiation() {
    var chunk = InitChunk(
      tag: VerificationTag(rawValue: 0x0102_0304), window: 131_072, outgoingStreams: 65_535, incomingStreams: 1_024,
      initialTSN: TSN(rawValue: 7), extensions: [.partialReliability, .reconfiguration, .interleaving, .zeroChecksum])
    check(bytes { chunk.write(to: $0, isAcknowledgement: false) }, chunk, shortest: 16) { header, span in
      InitChunk(span.extracting(header.value))
    }
    chunk.cookie = Array(0..<63)
    chunk.extensions = []
    let acknowledgement = bytes { chunk.write(to: $0, isAcknowledgement: true) }
    #expect(acknowledgement[0] == SCTPChunkType.initiationAcknowledgement.rawValue)
    check(acknowledgement, chunk, shortest: 16) { header, span in InitChunk(span.extracting(header.value)) }
  }

  @Test("SC-01: parameters nobody knows are skipped, stop the reading, or are reported, as their type says")
  func unknownParameters() {
    let chunk = InitChunk(
      tag: VerificationTag(rawValue: 1), window: 9_000, outgoingStreams: 1, incomingStreams: 1,
      initialTSN: TSN(rawValue: 7), extensions: [])
    for (type, isReported, goesOn) in [
      (0x3F00, false, false), (0x7F00, true, false), (0xBF00, false, true), (0xFF00, true, true),
    ] as [(UInt16, Bool, Bool)] {
      var value = bytes { chunk.write(to: $0, isAcknowledgement: false) }[4...]
      value = value.prefix(16)
      value += [UInt8(type >> 8), 0, 0, 6, 1, 2, 0, 0]
      value += [0xC0, 0, 0, 4]
      let read = Array(value).withRawSpan { InitChunk($0) }
      #expect(read?.unrecognized == (isReported ? [UInt8(type >> 8), 0, 0, 6, 1, 2, 0, 0] : []))
      #expect(read?.extensions == (goesOn ? [.partialReliability] : []))
    }
    // Lengths that lie.
    for length in [0, 3, 9, 255] as [UInt8] {
      let value = Array(bytes { chunk.write(to: $0, isAcknowledgement: false) }[4..<20]) + [0xC0, 0, 0, length]
      let read = value.withRawSpan { InitChunk($0) }
      #expect(read == nil)
    }
  }

  @Test("SC-01: SACK, and counts that promise more than there is")
  func acknowledgement() {
    let gaps = [SelectiveAcknowledgement.Gap(first: 2, last: 3), .init(first: 6, last: 65_535)]
    let sack = SelectiveAcknowledgement(
      cumulativeTSN: TSN(rawValue: 9), window: 1_000_000, gapCount: 2, duplicateCount: 1)
    let bytes = bytes { sack.write(to: $0, gaps: gaps, duplicates: [TSN(rawValue: 5)]) }
    check(bytes, sack, shortest: 24) { header, span in SelectiveAcknowledgement(span.extracting(header.value)) }
    bytes.withRawSpan { span in
      #expect((0..<2).map { sack.gap($0, in: span.extracting(4..<span.byteCount)) } == gaps)
    }
    for offset in [12, 13, 14, 15] {
      var lie = bytes
      lie[offset] = 0xFF
      let read = lie.withRawSpan { SelectiveAcknowledgement($0.extracting(4..<$0.byteCount)) }
      #expect(read == nil)
    }
  }

  @Test("SC-03: FORWARD TSN and I-FORWARD-TSN", arguments: [false, true])
  func forward(_ isInterleaved: Bool) {
    let chunk = ForwardTSNChunk(
      cumulativeTSN: TSN(rawValue: 0x8000_0000), isInterleaved: isInterleaved,
      skips: [
        .init(stream: id(1), isUnordered: isInterleaved, message: MessageIdentifier(rawValue: 65_535)),
        .init(stream: id(65_534), message: MessageIdentifier(rawValue: isInterleaved ? 70_000 : 3)),
      ])
    check(bytes { chunk.write(to: $0) }, chunk, shortest: 4) { header, span in
      ForwardTSNChunk(span.extracting(header.value), isInterleaved: header.type == .interleavedForwardTSN)
    }
  }

  @Test("SC-04: RE-CONFIG with every parameter")
  func reconfiguration() {
    let number = ReconfigurationNumber(rawValue: 0xFFFF_FFFF)
    let all: [[ReconfigurationParameter]] = [
      [
        .outgoingReset(
          request: number, response: ReconfigurationNumber(rawValue: 2), lastTSN: TSN(rawValue: 3),
          streams: [id(1), id(2), id(3)])
      ], [.outgoingReset(request: number, response: number, lastTSN: TSN(rawValue: 3), streams: [])],
      [.incomingReset(request: number, streams: [id(9)])], [.associationReset(request: number)],
      [.response(to: number, result: .inProgress)], [.addOutgoingStreams(request: number, count: 12)],
      [.addIncomingStreams(request: number, count: 65_535)],
      [
        .incomingReset(request: number, streams: [id(9)]),
        .outgoingReset(request: number, response: number, lastTSN: TSN(rawValue: 3), streams: [id(4)]),
      ],
    ]
    for parameters in all {
      check(bytes { ReconfigurationParameter.write(parameters, to: $0) }, parameters, shortest: 0) { header, span in
        ReconfigurationParameter.parse(span.extracting(header.value))
      }
    }
    let three = bytes { ReconfigurationParameter.write([all[3][0], all[3][0], all[3][0]], to: $0) }
    let read = three.withRawSpan { ReconfigurationParameter.parse($0.extracting(4..<$0.byteCount)) }
    #expect(read == nil)
  }

  @Test("SC-10: ABORT and ERROR with their causes")
  func causes() {
    let causes = [
      SCTPErrorCause(SCTPErrorCause.staleCookie, [0, 0, 1, 0]),
      SCTPErrorCause(SCTPErrorCause.userInitiatedAbort, text: "bye"), SCTPErrorCause(SCTPErrorCause.outOfResources),
    ]
    for type in [SCTPChunkType.abort, .error] {
      check(bytes { SCTPErrorCause.write(causes, type: type, to: $0) }, causes, shortest: 0) { header, span in
        SCTPErrorCause.parse(span.extracting(header.value))
      }
    }
    #expect(SCTPErrorCause(SCTPErrorCause.protocolViolation, text: "why").description == "protocol violation: why")
    #expect(SCTPErrorCause(99).description == "cause 99")
  }

  @Test("SC-01: other stacks' packets are read without a complaint or refused as a whole")
  func corpus() throws {
    for packet in try CRC32cVectors.load().sctp_packets {
      var simulation = SCTPSimulation.connected()
      packet.bytes.withRawSpan { simulation.endpoints[0].handle($0, now: simulation.now) }
      // Under our own tag, so that the chunks are looked at.
      guard packet.bytes.count >= 12 else { continue }
      simulation.inject(into: 1) { buffer in
        packet.bytes.withRawSpan { _ = buffer.append($0.extracting(12..<$0.byteCount)) }
      }
      simulation.run(for: .seconds(1))
      _ = simulation.receive()
    }
  }

  @Test("SC-01: the state cookie carries what the handshake needs, and only under its signature")
  func cookie() {
    let peer = InitChunk(
      tag: VerificationTag(rawValue: 3), window: 5_000, outgoingStreams: 4, incomingStreams: 5,
      initialTSN: TSN(rawValue: 6), extensions: [.interleaving, .zeroChecksum])
    let cookie = StateCookie(
      createdAt: MonotonicTime(nanoseconds: -5), localTag: VerificationTag(rawValue: 1),
      localInitialTSN: TSN(rawValue: 2), peer: peer, peerPort: 5_001)
    let sealed = cookie.sealed(by: TestAuthenticator(key: 1))
    let opened = sealed.withRawSpan { StateCookie($0, authenticator: TestAuthenticator(key: 1)) }
    #expect(opened == cookie)
    for count in 0..<sealed.count {
      let cut = Array(sealed[..<count]).withRawSpan { StateCookie($0, authenticator: TestAuthenticator(key: 1)) }
      #expect(cut == nil)
      var changed = sealed
      changed[count] ^= 1
      let opened = changed.withRawSpan { StateCookie($0, authenticator: TestAuthenticator(key: 1)) }
      #expect(opened == nil)
    }
    let foreign = sealed.withRawSpan { StateCookie($0, authenticator: TestAuthenticator(key: 2)) }
    #expect(foreign == nil)
  }
}
