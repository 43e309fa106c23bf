import RTCBase
import RTCPayload
import RTCRTP
import RTCSend
import Testing

@Suite("A sent stream")
struct SendStreamTests {
  @Test("A frame becomes packets in a row, the last with the marker, none beyond the limit")
  func packetizes() throws {
    var fixture = try #require(SendFixture())
    #expect(fixture.sendVideo(20_000) == .queued)
    let sent = fixture.run(for: .seconds(1)).filter { $0.kind == .video }
    #expect(sent.count == 18)
    for (before, after) in zip(sent, sent.dropFirst()) {
      #expect(after.header.sequenceNumber == before.header.sequenceNumber.next)
      #expect(after.header.timestamp == before.header.timestamp)
      #expect(!before.header.marker)
    }
    #expect(sent.last?.header.marker == true)
    #expect(sent.allSatisfy { $0.bytes.count + 16 <= 1_200 - 2 })
    #expect(sent.map(\.bytes.count).max() ?? 0 > 1_100)
    #expect(sent.first?.header.sequenceNumber.rawValue ?? .max < 0x8000)
  }

  @Test("The packet before protection carries its transport number and send time; MID until the peer reports")
  func fillsInAtDeparture() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.sendVideo(3_000)
    _ = fixture.sendAudio()
    let first = fixture.run(for: .milliseconds(100))
    let numbers = first.compactMap(\.extensions.transportSequenceNumber)
    #expect(numbers == (0..<UInt16(first.count)).map { $0 + 1 })
    #expect(first.first?.kind == .audio)
    #expect(first.first?.extensions.audioLevel == AudioLevel(level: 30, voiceActivity: true))
    for packet in first {
      #expect(packet.extensions.absoluteSendTime == fixture.wallClock.ntpTime(at: packet.at).absoluteSendTime)
      #expect(packet.extensions.mid == (packet.header.ssrc == SendFixture.audioSSRC ? "0" : "1"))
    }
    let video = try #require(first.last { $0.kind == .video })
    fixture.report(on: SendFixture.videoSSRC, highest: UInt32(video.header.sequenceNumber.rawValue))
    _ = fixture.sendVideo(500, isKeyFrame: false)
    let later = fixture.run(for: .milliseconds(100)).filter { $0.kind == .video }
    #expect(later.count == 1)
    #expect(later.first?.extensions.mid == nil)
  }

  @Test("RP-22: timestamps never go back, whatever a new source counts from")
  func timestampsGoOn() throws {
    var fixture = try #require(SendFixture())
    var timestamps: [UInt32] = []
    func capture(_ sent: [SentRTP]) { timestamps += sent.filter { $0.kind == .video }.map(\.header.timestamp) }
    _ = fixture.sendVideo(500, timestamp: 1_000_000)
    capture(fixture.run(for: .milliseconds(40)))
    _ = fixture.sendVideo(500, timestamp: 1_003_600)
    capture(fixture.run(for: .milliseconds(40)))
    // replaceTrack: another origin, far behind.
    _ = fixture.sendVideo(500, timestamp: 77)
    capture(fixture.run(for: .milliseconds(40)))
    _ = fixture.sendVideo(500, timestamp: 77 + 3_600)
    capture(fixture.run(for: .milliseconds(40)))
    // The same time twice.
    _ = fixture.sendVideo(500, timestamp: 77 + 3_600)
    capture(fixture.run(for: .seconds(60)))
    // A minute of mute, counted by the source.
    _ = fixture.sendVideo(500, timestamp: 77 + 7_200 + 5_400_000)
    capture(fixture.run(for: .milliseconds(40)))
    #expect(timestamps.count == 6)
    let steps = zip(timestamps, timestamps.dropFirst()).map { $1 &- $0 }
    #expect(steps == [3_600, 3_600, 3_600, 3_600, 5_403_600])
  }

  @Test("RP-22: the marker begins a talkspurt and is not set within it")
  func marksTalkspurts() throws {
    var fixture = try #require(SendFixture())
    var markers: [Bool] = []
    for step in 0..<10 {
      // Three packets of silence after the fourth.
      if (4..<7).contains(step) {
        fixture.now += .milliseconds(20)
        continue
      }
      _ = fixture.sendAudio()
      markers += fixture.run(for: .milliseconds(20)).filter { $0.kind == .audio }.map(\.header.marker)
    }
    #expect(markers == [true, false, false, false, true, false, false])
  }

  @Test("RP-04: the sender report maps the wall clock to the RTP clock within a millisecond")
  func senderReportMapsTime() throws {
    var fixture = try #require(SendFixture())
    var last: SentRTP?
    for _ in 0..<90 {
      _ = fixture.sendVideo(2_000)
      last = fixture.drain().last { $0.kind == .video } ?? last
      last = fixture.run(for: .milliseconds(33)).last { $0.kind == .video } ?? last
    }
    fixture.now += .milliseconds(7)
    let report = try #require(fixture.sender.makeSenderReports(now: fixture.now).first)
    let frame = try #require(last)
    // The last frame was captured 33 + 7 ms ago.
    let captured = fixture.wallClock.ntpTime(at: fixture.now - .milliseconds(40))
    let ticks = Int64(Int32(bitPattern: report.rtpTimestamp &- frame.header.timestamp))
    let error = (report.ntpTime - captured).seconds - Double(ticks) / 90_000
    #expect(abs(error) < 0.001)
    #expect(report.packetCount == 180)
    #expect(report.octetCount == 90 * (2_000 + 2 * 4))
    #expect(fixture.sender.makeSenderReports(now: fixture.now).isEmpty)
    #expect(fixture.sender.makeSourceDescription()?.chunks.map(\.cname) == ["me", "me"])
  }

  @Test("ST-05: reports give loss, jitter and the round trip")
  func readsReports() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.sendVideo(20_000)
    let sent = fixture.run(for: .seconds(1)).filter { $0.kind == .video }
    let highest = try #require(sent.last?.header.sequenceNumber.rawValue)
    let lsr = fixture.wallClock.ntpTime(at: fixture.now - .milliseconds(130)).compact
    fixture.report(on: SendFixture.videoSSRC, highest: UInt32(highest), lost: 2, lsr: lsr, dlsr: 65_536 / 10)
    let inbound = try #require(fixture.sender.statistics(of: fixture.video)?.remoteInbound)
    #expect(inbound.packetsLost == 2 && inbound.packetsReceived == Int64(sent.count) - 2)
    #expect(abs((inbound.roundTripTime ?? .zero).milliseconds - 30) < 0.2)
    #expect(inbound.jitter == .milliseconds(1))
    // A number that was never sent changes nothing.
    fixture.report(on: SendFixture.videoSSRC, highest: UInt32(highest) + 500, lost: 400)
    #expect(fixture.sender.statistics(of: fixture.video)?.remoteInbound == inbound)
  }

  @Test("RP-07: a removed stream says BYE and leaves nothing queued")
  func saysGoodbye() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.sendVideo(50_000)
    _ = fixture.drain()
    let goodbye = fixture.sender.removeStream(fixture.video, now: fixture.now)
    #expect(goodbye?.ssrcs == [SendFixture.videoSSRC, SendFixture.rtxSSRC])
    #expect(fixture.run(for: .seconds(1)).allSatisfy { $0.kind == .audio })
    #expect(fixture.sendVideo(100) == .inactive)
    #expect(fixture.sender.removeStream(fixture.video, now: fixture.now) == nil)
  }

  @Test("SE-05: an inactive stream sends nothing and begins again with a key frame")
  func pauses() throws {
    var fixture = try #require(SendFixture())
    _ = fixture.sendVideo(500)
    _ = fixture.run(for: .seconds(1))
    _ = fixture.events()
    var configuration = try #require(fixture.sender.configuration(of: fixture.video))
    configuration.isActive = false
    fixture.sender.updateStream(fixture.video, configuration, now: fixture.now)
    #expect(fixture.sendVideo(500) == .inactive)
    #expect(fixture.sender.encoderTarget(of: fixture.video) == .zero)
    configuration.isActive = true
    fixture.sender.updateStream(fixture.video, configuration, now: fixture.now)
    #expect(fixture.events().contains(.keyFrameRequested(fixture.video)))
    #expect(fixture.sendVideo(500, isKeyFrame: false) == .refused)
    #expect(fixture.sendVideo(500, isKeyFrame: true) == .queued)
  }

  @Test("In the steady state no packet is made anew")
  func reusesPackets() throws {
    var fixture = try #require(SendFixture())
    func second() {
      for _ in 0..<30 {
        _ = fixture.sendVideo(4_000)
        _ = fixture.sendAudio()
        _ = fixture.run(for: .milliseconds(33))
      }
    }
    second()
    second()
    second()
    let created = fixture.pool.createdCount
    for _ in 0..<5 { second() }
    #expect(fixture.pool.createdCount == created)
    #expect(created < 400)
  }

  @Test("SE-05: a stream that is switched off drops what waits, and goes on with a key frame")
  func switchedOff() throws {
    var fixture = try #require(SendFixture())
    #expect(fixture.sendVideo(1_000, isKeyFrame: false) == .refused)
    #expect(fixture.sendVideo(100_000) == .queued)
    _ = fixture.run(for: .milliseconds(10))
    var configuration = try #require(fixture.sender.configuration(of: fixture.video))
    configuration.isActive = false
    fixture.sender.updateStream(fixture.video, configuration, now: fixture.now)
    #expect(fixture.sendVideo(1_000) == .inactive)
    #expect(fixture.sender.encoderTarget(of: fixture.video) == .zero)
    #expect(!fixture.run(for: .seconds(1)).contains { $0.kind != .audio })
    configuration.isActive = true
    fixture.sender.updateStream(fixture.video, configuration, now: fixture.now)
    #expect(fixture.sendVideo(1_000, isKeyFrame: false) == .refused)
    #expect(fixture.sendVideo(1_000) == .queued)
    #expect(fixture.sendVideo(1_000, isKeyFrame: false) == .queued)
  }
}
