import RTCBase
import RTCCongestion
import RTCPayload
import RTCRTP
import RTCSend
import Testing

@Suite("Pacing")
struct PacerTests {
  @Test("RP-17: bursts stay within 5 ms of the pacing rate, two and a half times the target")
  func boundsBursts() throws {
    var fixture = try #require(SendFixture(map: RTPExtensionMap()))
    #expect(fixture.sender.pacer.rate == .kilobitsPerSecond(3_000))
    _ = fixture.sendVideo(60_000)
    let sent = fixture.run(for: .seconds(1))
    let total = sent.reduce(0) { $0 + $1.bytes.count }
    let span = (sent.last?.at ?? .zero) - MonotonicTime.zero
    let rate = Bitrate(byteCount: total, over: span)
    #expect(rate > .kilobitsPerSecond(2_700) && rate < .kilobitsPerSecond(3_300))
    let bound = Bitrate.kilobitsPerSecond(3_000).byteCount(in: .milliseconds(5)) + 1_200
    var index = 0
    while index < sent.count {
      let burst = sent[index...].prefix { $0.at == sent[index].at }
      #expect(burst.reduce(0) { $0 + $1.bytes.count } <= bound)
      index += burst.count
    }
  }

  @Test("Audio overtakes queued video, retransmissions overtake video")
  func keepsPriorities() throws {
    var fixture = try #require(SendFixture(map: RTPExtensionMap()))
    _ = fixture.sendVideo(3_000)
    let first = fixture.run(for: .milliseconds(50))
    _ = fixture.sendVideo(60_000)
    _ = fixture.drain()
    _ = fixture.sendAudio()
    let audio = fixture.drain()
    #expect(audio.map(\.kind) == [.audio])
    fixture.nack([try #require(first.first).header.sequenceNumber])
    let next = fixture.run(for: .milliseconds(10))
    #expect(next.first?.kind == .retransmission)
    #expect(next.dropFirst().allSatisfy { $0.kind == .video })
  }

  @Test("RP-17: the first media is a probe, filled up with retransmissions as padding")
  func probesWithPadding() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.sendVideo(2_000)
    _ = fixture.run(for: .milliseconds(33))
    _ = fixture.sendVideo(2_000, isKeyFrame: false)
    let sent = fixture.run(for: .milliseconds(33))
    let padding = sent.filter { $0.kind == .padding }
    #expect(!padding.isEmpty)
    #expect(padding.allSatisfy { $0.header.ssrc == SendFixture.rtxSSRC })
    // Two clusters: 15 ms at 3.6 Mbit/s are 6,750 bytes.
    #expect(sent.reduce(0) { $0 + $1.bytes.count } >= 6_750)
    #expect(Set(sent.compactMap(\.extensions.transportSequenceNumber)).count == sent.count)
  }

  @Test("Without a way to pad, a probe is given up and media goes on")
  func abandonsProbes() throws {
    var fixture = try #require(SendFixture(usesRTX: false))
    for index in 0..<10 {
      _ = fixture.sendVideo(2_000, isKeyFrame: index == 0)
      #expect(fixture.run(for: .milliseconds(33)).filter { $0.kind == .video }.count == 2)
    }
  }

  @Test("A full queue refuses whole frames and asks for a key frame; numbers stay without gaps")
  func refusesWholeFrames() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.events()
    var numbers: [SequenceNumber] = []
    var refused = 0
    for index in 0..<60 {
      if fixture.sendVideo(100_000, isKeyFrame: index == 0) == .refused { refused += 1 }
      numbers += fixture.run(for: .milliseconds(33)).filter { $0.kind == .video }.map(\.header.sequenceNumber)
    }
    #expect(fixture.sender.isVideoCongested)
    #expect(refused > 30)
    #expect(fixture.events().contains(.keyFrameRequested(fixture.video)))
    #expect(fixture.sender.statistics(of: fixture.video)?.framesDropped == UInt64(refused))
    numbers += fixture.run(for: .seconds(10)).filter { $0.kind == .video }.map(\.header.sequenceNumber)
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0.next })
    // Only a key frame is of use now.
    #expect(fixture.sendVideo(1_000, isKeyFrame: false) == .refused)
    #expect(fixture.sendVideo(1_000, isKeyFrame: true) == .queued)
    #expect(fixture.sendVideo(1_000, isKeyFrame: false) == .queued)
  }

  @Test("A clock that jumps neither stops the pacer nor lets it flood")
  func survivesTimeJumps() throws {
    var fixture = try #require(SendFixture(map: RTPExtensionMap()))
    _ = fixture.sendVideo(30_000)
    _ = fixture.drain()
    fixture.now += .seconds(1_000_000)
    let burst = fixture.drain().reduce(0) { $0 + $1.bytes.count }
    #expect(burst <= 3_100)
    #expect(!fixture.run(for: .seconds(1)).isEmpty)
  }
}
