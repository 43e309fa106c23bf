import RTCBase
import RTCPayload
import RTCRTP
import Testing

@testable import RTCReceive

/// What an authenticated sender may make a stream hold, or calculate with.
@Suite struct HostileStreamTests {
  private static let keyFrame: [UInt8] = [0x10, 0x10, 2, 0, 0x9D, 0x01, 0x2A, 0, 5, 0xD0, 2]

  private func makeVideo(_ pool: PacketPool) -> ReceiveStream {
    var configuration = ReceiveStream.Configuration(
      ssrc: SSRC(rawValue: 1),
      media: .video(
        VideoReceiver.Configuration(), formats: [(PayloadType(truncating: 96), VP8PayloadFormat())]))
    configuration.rtxSSRC = SSRC(rawValue: 2)
    configuration.rtxPayloadTypes = [(PayloadType(truncating: 97), PayloadType(truncating: 96))]
    configuration.usesNack = true
    configuration.keyFrameMethod = .pictureLossIndication
    return ReceiveStream(configuration: configuration, pool: pool)
  }

  private func makeAudio(_ pool: PacketPool) -> ReceiveStream {
    ReceiveStream(
      configuration: .init(
        ssrc: SSRC(rawValue: 1),
        media: .audio(AudioReceiver.Configuration(formats: [.opus(PayloadType(truncating: 96))]))),
      pool: pool)
  }

  /// Drains it as an engine does.
  private func drain(_ stream: inout ReceiveStream, now: MonotonicTime) -> (frames: Int, keyFrameRequests: Int) {
    var requests: [SequenceNumber] = []
    stream.pollRequests(now: now, into: &requests)
    let isAsked = stream.pollKeyFrameRequest(now: now) != nil
    var frames = 0
    while stream.pollFrame(now: now) != nil || stream.pollPlayout(now: now) != nil { frames += 1 }
    return (frames, isAsked ? 1 : 0)
  }

  /// What 4,096 packets take at most, with the places for them.
  private static let longestFrame = 4_096 * (PacketBuffer.capacity + 256)

  @Test(
    "RP-10: a frame without end, and one whose every packet ends it, hold no more than 4,096 packets",
    arguments: [false, true])
  func endlessFrame(isMarked: Bool) throws {
    let pool = PacketPool()
    var stream = makeVideo(pool)
    var now = MonotonicTime.zero
    for number in 0..<30_000 {
      now += .microseconds(100)
      // The beginning is lost in one of the cases as soon as the frame is longer than what is kept.
      let isMarked = isMarked && number > 5_000
      let payload = number == 0 ? Self.keyFrame : [0x00] + [UInt8](repeating: 7, count: 1_100)
      let packet = try #require(
        makePacket(
          pool: pool, sequence: UInt16(truncatingIfNeeded: number), timestamp: 1, marker: isMarked, payload: payload,
          at: now))
      stream.handle(packet)
      if number % 16 == 0 { _ = drain(&stream, now: now) }
      #expect(stream.heldBytes <= Self.longestFrame)
    }
    #expect(pool.createdCount <= 4_100)
    // It is over, and a key frame is wanted and shown.
    now += .seconds(1)
    #expect(drain(&stream, now: now).keyFrameRequests == 1)
    stream.handle(
      try #require(
        makePacket(pool: pool, sequence: 30_000, timestamp: 9_000, marker: true, payload: Self.keyFrame, at: now)))
    now += .seconds(1)
    #expect(drain(&stream, now: now).frames == 1)
    #expect(stream.heldBytes < 1_000_000)
  }

  @Test("RP-10: fragments with holes in between, and frames that nothing can decode, stay within the same bound")
  func fragments() throws {
    let pool = PacketPool()
    var stream = makeVideo(pool)
    var now = MonotonicTime.zero
    let random = RandomSource.seeded(3)
    var most = 0
    for number in 0..<40_000 {
      now += .microseconds(50)
      let payload: [UInt8] =
        switch number % 5 {
        // A frame that refers to what never came, whole in one packet; a beginning; a middle.
        case 0: [0x10, 0x11, 2, 0] + [UInt8](repeating: 1, count: 1_000)
        case 1: Self.keyFrame + [UInt8](repeating: 1, count: 1_000)
        default: [0x00] + [UInt8](repeating: 2, count: 1_000)
        }
      let packet = try #require(
        makePacket(
          pool: pool, sequence: UInt16(truncatingIfNeeded: number * 2), timestamp: UInt32(number / 7),
          marker: random.next() % 4 == 0, payload: payload, at: now))
      stream.handle(packet)
      most = max(most, stream.heldBytes)
      if number % 64 == 0 { _ = drain(&stream, now: now) }
    }
    // Packets, and frames of 16 MiB.
    #expect(most <= Self.longestFrame + 17 << 20)
    stream.close()
    #expect(stream.heldBytes <= Self.longestFrame / 4)
  }

  @Test("RP-10: a stream that is cut holds no more than it may, and goes on")
  func trimming() throws {
    let pool = PacketPool()
    var video = makeVideo(pool)
    var audio = makeAudio(pool)
    for number in 0..<1_000 {
      // Nothing ends, and the first of the sound is missing.
      let fragment = number == 0 ? Self.keyFrame : [0x00] + [UInt8](repeating: 7, count: 1_100)
      video.handle(
        try #require(
          makePacket(pool: pool, sequence: UInt16(number), timestamp: 1, payload: fragment, at: .at(Double(number)))))
      audio.handle(
        try #require(
          makePacket(
            pool: pool, sequence: UInt16(number), timestamp: UInt32(number) * 960,
            payload: [0xF8] + [UInt8](repeating: 3, count: 1_000), at: .at(Double(number) / 100))))
    }
    #expect(video.heldBytes > 1_000_000 && audio.heldBytes > 1_000_000)
    for limit in [500_000, 100_000, 20_000] {
      video.trim(to: limit)
      audio.trim(to: limit)
      #expect(video.heldBytes <= limit && audio.heldBytes <= limit)
    }
    #expect(video.snapshot.packetsDiscarded > 900 && audio.snapshot.packetsDiscarded > 900)
    #expect(drain(&video, now: .at(1_010)).keyFrameRequests == 1)
    video.handle(
      try #require(
        makePacket(pool: pool, sequence: 1_000, timestamp: 9_000, marker: true, payload: Self.keyFrame, at: .at(1_020)))
    )
    #expect(drain(&video, now: .at(1_100)).frames == 1)
    #expect(drain(&audio, now: .at(5_000)).frames > 0)
    video.trim(to: 0)
    audio.trim(to: 0)
    #expect(video.heldBytes < 20_000 && audio.heldBytes < 20_000)
  }

  @Test("RP-10, RP-14: timestamps, reports and clocks that are pushed as far as they go, again and again, trap nowhere")
  func farClocks() throws {
    let pool = PacketPool()
    let clocks: [(step: UInt32, span: TimeDelta)] = [
      (0x7FFF_FFFF, .milliseconds(1)), (0x8000_0000, .milliseconds(1)), (48_000 * 3, .microseconds(100)),
      (UInt32(bitPattern: -48_000 * 3), .microseconds(100)), (0, .seconds(3_600)),
    ]
    for (step, span) in clocks {
      for isVideo in [true, false] {
        var stream = isVideo ? makeVideo(pool) : makeAudio(pool)
        var remote = RemoteBitrateEstimator()
        var group = SynchronizationGroup()
        group.add(SSRC(rawValue: 1), now: .zero)
        group.add(SSRC(rawValue: 2), now: .zero)
        var other = SenderReportTracker()
        var now = MonotonicTime.zero
        var timestamp: UInt32 = 0
        for number in 0..<3_000 {
          now += span
          timestamp &+= step
          stream.handle(
            try #require(
              makePacket(
                pool: pool, sequence: UInt16(truncatingIfNeeded: number &* (number % 10 < 8 ? 1 : 40_000)),
                timestamp: timestamp, marker: true, payload: isVideo ? Self.keyFrame : [0xF8, 1, 2, 3], at: now)))
          let clock = NTPTime(rawValue: number % 2 == 0 ? .max : UInt64(number) << 62 | 1)
          stream.handle(
            SenderReport(
              ssrc: SSRC(rawValue: 1), ntpTime: clock, rtpTimestamp: timestamp &+ 0x8000_0000, packetCount: .max,
              octetCount: UInt32(number)), now: now)
          other.handle(
            SenderReport(
              ssrc: SSRC(rawValue: 2), ntpTime: NTPTime(rawValue: ~clock.rawValue), rtpTimestamp: 0, packetCount: 0,
              octetCount: 0), now: now)
          let reference = PlayoutReference(rtpTimestamp: timestamp, playoutTime: now)
          group.update(
            SSRC(rawValue: 1), reference: stream.playoutReference, reports: stream.senderReports, clockRate: 48_000,
            now: now)
          group.update(SSRC(rawValue: 2), reference: reference, reports: other, clockRate: 48_000, now: now)
          group.evaluate(now: now)
          stream.synchronizationDelay = group.delay(of: SSRC(rawValue: 1))
          #expect(stream.synchronizationDelay <= SynchronizationGroup.maximumSkew)
          remote.record(absoluteSendTime: timestamp >> 8, arrival: now, byteCount: 1_000)
          _ = remote.pollEstimate(now: now)
          _ = drain(&stream, now: now)
          var blocks: [ReportBlock] = []
          stream.appendReportBlocks(to: &blocks, now: now)
          _ = (stream.snapshot.jitter, other.last?.ntpTime.nanosecondsSince1970, stream.takeDeadline())
        }
        stream.close()
      }
    }
  }
}
