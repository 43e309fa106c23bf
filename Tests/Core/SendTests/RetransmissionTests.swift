import RTCBase
import RTCPayload
import RTCRTP
import RTCSend
import Testing

@Suite("Retransmission and key frames")
struct RetransmissionTests {
  @Test("RP-10: a lost packet comes again on the RTX stream with its original number")
  func repeatsOnRTX() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.sendVideo(5_000)
    let original = try #require(fixture.run(for: .milliseconds(100)).filter { $0.kind == .video }.dropFirst(2).first)
    fixture.nack([original.header.sequenceNumber])
    let again = fixture.run(for: .milliseconds(5)).filter { $0.kind == .retransmission }
    #expect(again.count == 1)
    let packet = try #require(again.first)
    #expect(packet.header.ssrc == SendFixture.rtxSSRC)
    #expect(packet.header.payloadType.rawValue == 97)
    #expect(packet.header.timestamp == original.header.timestamp)
    let number = original.header.sequenceNumber.rawValue
    #expect(packet.payload == [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] + original.payload)
    let numbers = [packet, original].compactMap(\.extensions.transportSequenceNumber)
    #expect(numbers.count == 2 && numbers[0] > numbers[1])
    let statistics = try #require(fixture.sender.statistics(of: fixture.video))
    #expect(statistics.nackCount == 1 && statistics.retransmittedPacketsSent == 1)
  }

  @Test("Without RTX the packet itself comes again")
  func repeatsPlainly() throws {
    var fixture = try #require(SendFixture(usesRTX: false))
    _ = fixture.sendVideo(5_000)
    let original = try #require(fixture.run(for: .milliseconds(100)).first { $0.kind == .video })
    fixture.nack([original.header.sequenceNumber])
    let packet = try #require(fixture.run(for: .milliseconds(5)).first { $0.kind == .retransmission })
    #expect(packet.header == original.header)
    #expect(packet.payload == original.payload)
    #expect(packet.extensions.transportSequenceNumber != original.extensions.transportSequenceNumber)
  }

  @Test("RP-09: a packet is not repeated twice within a round trip")
  func suppressesDuplicates() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.sendVideo(5_000)
    let original = try #require(fixture.run(for: .milliseconds(100)).first { $0.kind == .video })
    var repeats = 0
    for _ in 0..<20 {
      fixture.nack([original.header.sequenceNumber])
      repeats += fixture.run(for: .milliseconds(10)).filter { $0.kind == .retransmission }.count
    }
    // The round trip is taken for 100 ms while it is unknown.
    #expect(repeats == 2)
  }

  @Test("RP-09: a storm of requests takes no more than its share and no memory")
  func survivesStorms() throws {
    var fixture = try #require(SendFixture())
    var repeated = 0
    var media = 0
    let all = (0...UInt16.max).map { SequenceNumber(rawValue: $0) }
    var newest: [SequenceNumber] = []
    for index in 0..<150 {
      _ = fixture.sendVideo(4_000, isKeyFrame: index == 0)
      for _ in 0..<20 { fixture.nack(newest) }
      fixture.nack(all)
      for packet in fixture.run(for: .milliseconds(33)) {
        if packet.kind == .retransmission { repeated += packet.bytes.count }
        if packet.kind == .video {
          media += packet.bytes.count
          newest = (0..<100).map { packet.header.sequenceNumber.advanced(by: -$0) }
        }
      }
    }
    #expect(media >= 150 * 4_000)
    // Half of 1.2 Mbit/s for five seconds and a burst.
    #expect(repeated <= 375_000 + 80_000)
    #expect(fixture.sender.pacer.queuedPacketCount < 512)
    #expect(fixture.pool.createdCount < 2_000)
  }

  @Test("Requests for numbers never sent are counted and answered by nothing")
  func ignoresUnknownNumbers() throws {
    var fixture = try #require(SendFixture())
    fixture.nack((0..<100).map { SequenceNumber(rawValue: $0 &* 601) })
    #expect(fixture.run(for: .milliseconds(50)).isEmpty)
    #expect(fixture.sender.statistics(of: fixture.video)?.retransmissionsRefused == 100)
  }

  @Test("A packet that is too old is gone")
  func forgets() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.sendVideo(1_000)
    let original = try #require(fixture.run(for: .seconds(3)).first { $0.kind == .video })
    _ = fixture.sendVideo(1_000)
    _ = fixture.run(for: .milliseconds(100))
    fixture.nack([original.header.sequenceNumber])
    #expect(fixture.run(for: .milliseconds(100)).allSatisfy { $0.kind != .retransmission })
  }

  @Test("RP-11: a PLI asks for a key frame at once, more of them at a bounded rate")
  func boundsKeyFrames() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.events()
    var requested = 0
    for step in 0..<100 {
      fixture.sender.handle(
        .pictureLossIndication(
          PictureLossIndication(senderSSRC: SendFixture.peerSSRC, mediaSSRC: SendFixture.videoSSRC)), now: fixture.now)
      let events = fixture.events()
      if step == 0 { #expect(events == [.keyFrameRequested(fixture.video)]) }
      requested += events.count
      _ = fixture.run(for: .milliseconds(10))
      requested += fixture.events().count
    }
    #expect((3...5).contains(requested))
    #expect(fixture.sender.statistics(of: fixture.video)?.pliCount == 100)
  }

  @Test("RP-12: an FIR with a repeated number is the same command")
  func readsFIRNumbers() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.events()
    func request(_ number: UInt8) -> [MediaSender.Event] {
      fixture.sender.handle(
        .fullIntraRequest(
          FullIntraRequest(
            senderSSRC: SendFixture.peerSSRC,
            entries: [.init(ssrc: SendFixture.videoSSRC, sequenceNumber: number)])), now: fixture.now)
      defer { fixture.now += .seconds(1) }
      return fixture.events()
    }
    #expect(request(7) == [.keyFrameRequested(fixture.video)])
    #expect(request(7).isEmpty)
    #expect(request(8) == [.keyFrameRequested(fixture.video)])
    #expect(fixture.sender.statistics(of: fixture.video)?.firCount == 3)
  }
}
