import RTCBase
import RTCCongestion
import RTCRTP
import RTCSend
import Testing

@Suite("A whole sender over a simulated link")
struct MediaSenderTests {
  /// A bottleneck with a drop-tail queue and a receiver that sends transport-wide feedback every 100 ms.
  private struct Link {
    var capacity: Bitrate
    var free = MonotonicTime.zero
    var worstDelay = TimeDelta.zero
    var carriedBytes = 0
    var arrived: [(number: UInt16, at: MonotonicTime)] = []
    var next: UInt16 = 1

    mutating func carry(_ packet: SentRTP) {
      guard let number = packet.extensions.transportSequenceNumber else { return }
      let start = max(free, packet.at)
      guard start - packet.at < .milliseconds(500) else { return }
      worstDelay = max(worstDelay, start - packet.at)
      free = start + capacity.duration(ofBytes: packet.bytes.count + 16)
      carriedBytes += packet.bytes.count + 16
      arrived.append((number, free + .milliseconds(20)))
    }

    mutating func feedback(now: MonotonicTime) -> TransportFeedback? {
      guard let index = arrived.lastIndex(where: { $0.at <= now }) else { return nil }
      let ready = arrived[...index]
      arrived.removeSubrange(...index)
      guard let first = ready.first, let last = ready.last else { return nil }
      let reference = TransportFeedback.referenceTime(covering: first.at)
      let zero = MonotonicTime(nanoseconds: Int64(reference) * 64_000_000)
      defer { next = last.number &+ 1 }
      return TransportFeedback(
        senderSSRC: SendFixture.peerSSRC, mediaSSRC: SendFixture.videoSSRC,
        baseSequenceNumber: SequenceNumber(rawValue: next), packetStatusCount: Int(last.number &- next) + 1,
        referenceTime: reference, feedbackCount: 0,
        arrivals: ready.map {
          .init(
            sequenceNumber: SequenceNumber(rawValue: $0.number), ticks: Int(($0.at - zero).nanoseconds / 250_000))
        })
    }
  }

  /// Runs a call whose encoder follows its target; answers the video target at the end of every second.
  private func call(
    _ fixture: inout SendFixture, _ link: inout Link, seconds: Int
  ) -> [Bitrate] {
    var targets: [Bitrate] = []
    var video = fixture.sender.encoderTarget(of: fixture.video) ?? .zero
    for step in 0..<seconds * 30 {
      let isKey = step == 0
      let size = video.byteCount(in: .milliseconds(33)) * (isKey ? 5 : 1)
      if isKey || !fixture.sender.isVideoCongested { _ = fixture.sendVideo(max(size, 200), isKeyFrame: isKey) }
      _ = fixture.sendAudio()
      for packet in fixture.run(for: .nanoseconds(33_333_333)) { link.carry(packet) }
      if step % 3 == 2, let feedback = link.feedback(now: fixture.now) {
        fixture.sender.handle(.transportFeedback(feedback), now: fixture.now)
      }
      for case .encoderTargetChanged(fixture.video, let bitrate) in fixture.events() { video = bitrate }
      if step % 30 == 29 { targets.append(video) }
    }
    return targets
  }

  @Test("RP-17: where the link allows, 720p has its bitrate from the first second")
  func isFullSizeAtOnce() throws {
    var fixture = try #require(SendFixture())
    #expect(fixture.sender.encoderTarget(of: fixture.video) ?? .zero > .kilobitsPerSecond(1_000))
    var link = Link(capacity: .kilobitsPerSecond(10_000))
    let targets = call(&fixture, &link, seconds: 3)
    #expect(targets.first == .kilobitsPerSecond(2_500))
    #expect(targets.last == .kilobitsPerSecond(2_500))
  }

  @Test("RP-16: with pacer, probes and audio, 1 Mbit/s is used to 70-100 % within 10 s, the queue below 200 ms")
  func convergesWithThePacer() throws {
    var fixture = try #require(SendFixture())
    var link = Link(capacity: .kilobitsPerSecond(1_000))
    _ = call(&fixture, &link, seconds: 10)
    link.worstDelay = .zero
    link.carriedBytes = 0
    _ = call(&fixture, &link, seconds: 20)
    #expect(Bitrate(byteCount: link.carriedBytes, over: .seconds(20)) >= .kilobitsPerSecond(700))
    #expect(link.worstDelay < .milliseconds(200))
  }

  @Test("REMB-only peers: the encoder follows the receiver's estimate")
  func followsREMB() throws {
    var fixture = try #require(SendFixture(map: RTPExtensionMap()))
    _ = fixture.sendVideo(1_000)
    _ = fixture.run(for: .seconds(1))
    for bitrate in [Bitrate.kilobitsPerSecond(500), .zero, Bitrate(bitsPerSecond: .max)] {
      fixture.sender.handle(
        .receiverEstimatedMaximumBitrate(
          ReceiverEstimatedMaximumBitrate(
            senderSSRC: SendFixture.peerSSRC, bitrate: bitrate, ssrcs: [SendFixture.videoSSRC])), now: fixture.now)
      let target = fixture.sender.estimator.estimate.target
      #expect(target >= .kilobitsPerSecond(50) && target <= .kilobitsPerSecond(1_200))
    }
  }

  @Test("Random RTCP of any content neither traps nor grows anything", arguments: 1...4 as ClosedRange<UInt64>)
  func survivesNonsense(seed: UInt64) throws {
    var fixture = try #require(SendFixture(seed: seed))
    let random = RandomSource.seeded(seed)
    let ssrcs = [SendFixture.videoSSRC, SendFixture.audioSSRC, SendFixture.rtxSSRC, SSRC(rawValue: 5)]
    func ssrc() -> SSRC { ssrcs[Int(random.next() % 4)] }
    for _ in 0..<3_000 {
      if random.next() % 3 == 0 {
        _ = fixture.sendVideo(Int(random.next() % 5_000), isKeyFrame: random.next() % 9 == 0)
      }
      if random.next() % 3 == 0 { _ = fixture.sendAudio(Int(random.next() % 300)) }
      let peer = SendFixture.peerSSRC
      let packet: RTCPPacket
      switch random.next() % 7 {
      case 0:
        packet = .negativeAcknowledgement(
          NegativeAcknowledgement(
            senderSSRC: peer, mediaSSRC: ssrc(),
            sequenceNumbers: (0..<50).map { _ in SequenceNumber(rawValue: random.uint16()) }))
      case 1: packet = .pictureLossIndication(PictureLossIndication(senderSSRC: peer, mediaSSRC: ssrc()))
      case 2:
        packet = .fullIntraRequest(
          FullIntraRequest(
            senderSSRC: peer, entries: [.init(ssrc: ssrc(), sequenceNumber: UInt8(truncatingIfNeeded: random.next()))]))
      case 3:
        packet = .receiverEstimatedMaximumBitrate(
          ReceiverEstimatedMaximumBitrate(
            senderSSRC: peer, bitrate: Bitrate(bitsPerSecond: Int64(bitPattern: random.next())), ssrcs: [ssrc()]))
      case 4:
        let base = SequenceNumber(rawValue: random.uint16())
        packet = .transportFeedback(
          TransportFeedback(
            senderSSRC: peer, mediaSSRC: ssrc(), baseSequenceNumber: base,
            packetStatusCount: Int(random.uint16() % 500), referenceTime: random.uint32(), feedbackCount: 0,
            arrivals: (0..<Int(random.next() % 40)).map {
              .init(sequenceNumber: base.advanced(by: $0 * 2), ticks: Int(Int16(bitPattern: random.uint16())))
            }))
      default:
        packet = .receiverReport(
          ReceiverReport(
            ssrc: peer,
            reportBlocks: [
              ReportBlock(
                ssrc: ssrc(), fractionLost: UInt8(truncatingIfNeeded: random.next()),
                cumulativePacketsLost: Int32(bitPattern: random.uint32()) >> 8,
                extendedHighestSequenceNumber: random.uint32(), interarrivalJitter: random.uint32(),
                lastSenderReport: random.uint32(), delaySinceLastSenderReport: random.uint32())
            ]))
      }
      fixture.sender.handle(packet, now: fixture.now)
      _ = fixture.run(for: .milliseconds(Int64(random.next() % 20)))
      if random.next() % 50 == 0 { _ = fixture.events() }
    }
    #expect(fixture.pool.createdCount < 4_000)
    #expect(fixture.sender.pacer.queuedPacketCount <= 4_096 + 512 + 64)
  }
}
