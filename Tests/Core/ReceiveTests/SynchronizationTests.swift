import RTCBase
import RTCPayload
import RTCRTP
import Testing

@testable import RTCReceive

@Suite struct SynchronizationTests {
  /// Runs an audio and a video stream of one sender side by side, as an engine does.
  private struct Call {
    var audio: AudioSimulation
    var video: VideoSimulation
    var group = SynchronizationGroup()
    let audioNTP = NTPTime(rawValue: 0xE000_0000_0000_0000)

    init(seed: UInt64) {
      audio = AudioSimulation(seed: seed)
      video = VideoSimulation(seed: seed &+ 1)
      group.add(SSRC(rawValue: 1), now: .zero)
      group.add(SSRC(rawValue: 2), now: .zero)
    }

    mutating func run(seconds: Double) {
      let end = audio.now + .seconds(seconds)
      var turn = 0
      while audio.now < end {
        audio.run(seconds: 0.1)
        video.run(seconds: 0.1)
        let now = audio.now
        if turn % 10 == 0 { report(now: now) }
        turn += 1
        group.update(
          SSRC(rawValue: 1), reference: audio.stream.playoutReference, reports: audio.stream.senderReports,
          clockRate: 48_000, now: now)
        group.update(
          SSRC(rawValue: 2), reference: video.stream.playoutReference, reports: video.stream.senderReports,
          clockRate: 90_000, now: now)
        group.evaluate(now: now)
        audio.stream.synchronizationDelay = group.delay(of: SSRC(rawValue: 1))
        video.stream.synchronizationDelay = group.delay(of: SSRC(rawValue: 2))
      }
    }

    /// The capture clock is the simulation's; each stream's timestamps begin where they like.
    private mutating func report(now: MonotonicTime) {
      let ntp = audioNTP + (now - .zero)
      audio.stream.handle(
        SenderReport(
          ssrc: SSRC(rawValue: 1), ntpTime: ntp, rtpTimestamp: audio.timestamp(at: now), packetCount: 0, octetCount: 0),
        now: now)
      video.stream.handle(
        SenderReport(
          ssrc: SSRC(rawValue: 1), ntpTime: ntp, rtpTimestamp: video.timestamp(at: now), packetCount: 0, octetCount: 0),
        now: now)
    }

    /// How much later audio is played than video of the same instant, over the last half second.
    var offset: Double {
      let audioLatency = audio.playouts.suffix(25).compactMap { playout -> Double? in
        guard case .decode = playout.action else { return nil }
        return (playout.due - audio.captureTime(of: playout.rtpTimestamp)).milliseconds
      }
      let videoLatency = video.released.suffix(15).map {
        ($0.at - video.captureTime(of: $0.frame.frame.rtpTimestamp)).milliseconds
      }
      return audioLatency.reduce(0, +) / Double(max(1, audioLatency.count)) - videoLatency.reduce(0, +)
        / Double(max(1, videoLatency.count))
    }
  }

  @Test("RX-07: with 80 ms of network skew, sound and picture are within 45 ms after 5 s", arguments: [true, false])
  func skew(videoIsLate: Bool) {
    var call = Call(seed: 21)
    if videoIsLate {
      call.video.path.delay = .milliseconds(100)
    } else {
      call.audio.path.delay = .milliseconds(100)
    }
    call.audio.path.jitter = .milliseconds(10)
    call.video.path.jitter = .milliseconds(10)
    call.run(seconds: 0.6)
    #expect(abs(call.offset) > 50)
    call.run(seconds: 4.4)
    for _ in 0..<20 {
      #expect(abs(call.offset) < 45, "\(call.offset)")
      call.run(seconds: 0.5)
    }
    #expect(abs(call.offset) < 20, "\(call.offset)")
    #expect(call.video.undecodableFrames == 0)
  }

  @Test("RX-07: a jitter buffer that one stream needs holds the other back as well")
  func jitterSkew() {
    var call = Call(seed: 22)
    call.audio.path.jitter = .milliseconds(120)
    call.run(seconds: 10)
    for _ in 0..<20 {
      #expect(abs(call.offset) < 45, "\(call.offset)")
      call.run(seconds: 0.5)
    }
  }

  @Test("RX-07: streams of two senders are kept in step each sender's for themselves")
  func senders() {
    var synchronizer = StreamSynchronizer()
    // Two streams each; the second sender's clock is a second off, and each sender's second stream 100 ms late.
    let streams: [(ssrc: UInt32, group: String, clock: Int64, late: Double)] = [
      (1, "a", 0, 0), (2, "a", 0, 100), (3, "b", 1_000, 0), (4, "b", 1_000, 100),
    ]
    for round in 0..<40 {
      let now = MonotonicTime.at(Double(round) * 200)
      for stream in streams {
        let ssrc = SSRC(rawValue: stream.ssrc)
        var reports = SenderReportTracker()
        reports.handle(
          SenderReport(
            ssrc: ssrc, ntpTime: NTPTime(rawValue: 1 << 62) + .milliseconds(stream.clock), rtpTimestamp: 0,
            packetCount: 0, octetCount: 0), now: now)
        synchronizer.join(ssrc, group: stream.group, now: now)
        synchronizer.update(
          ssrc, reference: PlayoutReference(rtpTimestamp: 0, playoutTime: .at(100 + stream.late)), reports: reports,
          clockRate: 48_000, now: now)
      }
      synchronizer.evaluate(now: now)
    }
    let delays = streams.map { synchronizer.delay(of: SSRC(rawValue: $0.ssrc)).milliseconds.rounded() }
    #expect(delays == [100, 0, 100, 0])
    synchronizer.join(SSRC(rawValue: 4), group: "c", now: .at(8_000))
    #expect(synchronizer.delay(of: SSRC(rawValue: 4)) == .zero)
    for stream in streams { synchronizer.remove(SSRC(rawValue: stream.ssrc)) }
    #expect(synchronizer.delay(of: SSRC(rawValue: 1)) == .zero)
  }

  @Test("Streams that cannot share a clock are left alone")
  func unrelated() {
    var group = SynchronizationGroup()
    var reports = SenderReportTracker()
    for (ssrc, seconds) in [(UInt32(1), Int64(0)), (2, 60)] {
      group.add(SSRC(rawValue: ssrc), now: .zero)
      reports.handle(
        SenderReport(
          ssrc: SSRC(rawValue: ssrc), ntpTime: NTPTime(rawValue: 1 << 62) + .seconds(seconds), rtpTimestamp: 0,
          packetCount: 0, octetCount: 0), now: .zero)
      group.update(
        SSRC(rawValue: ssrc), reference: PlayoutReference(rtpTimestamp: 0, playoutTime: .at(100)), reports: reports,
        clockRate: 48_000, now: .at(100))
    }
    for step in 1..<20 { group.evaluate(now: .at(Double(step) * 100)) }
    #expect(group.delay(of: SSRC(rawValue: 1)) == .zero)
    #expect(group.delay(of: SSRC(rawValue: 2)) == .zero)
  }
}
