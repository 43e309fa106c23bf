import RTCFrames
import RTCSynthetic
import Testing
import WebRTC

@testable import RTCTool

@Suite struct VerdictTests {
  private func pattern(frames: Int = 300, counter: VideoReport.Counter? = nil) -> VideoReport {
    var report = VideoReport()
    report.frames = frames
    report.patternFrames = frames
    report.rightColours = frames
    report.counter =
      counter
      ?? VideoReport.Counter(first: 3, last: 302, advanced: frames - 1, repeated: 0, turnedBack: 0, missing: 0)
    report.sinceLast = 0.03
    report.longestPause = 0.1
    report.span = 10
    return report
  }

  private func tone(_ frequency: Double, audible: Int = 18, steady: Int = 18) -> AudioReport {
    var report = AudioReport()
    report.duration = 10
    report.windows = 20
    report.audibleWindows = audible
    report.steadyWindows = steady
    report.frequency = frequency
    report.level = -15
    report.longestPause = 0.5
    report.sinceLast = 0.3
    return report
  }

  private func judge(
    _ report: VideoReport?, expectsPattern: Bool = false, connected: Duration = .seconds(10.5)
  ) -> Verdict {
    .video(report, connected: connected, expectsPattern: expectsPattern)
  }

  private func judge(
    _ report: AudioReport?, expectedFrequency: Double? = nil, connected: Duration = .seconds(10)
  ) -> Verdict {
    .audio(report, connected: connected, expectedFrequency: expectedFrequency)
  }

  @Test("An advancing counter with the right colours passes")
  func advancing() {
    let verdict = judge(pattern(), expectsPattern: true)
    #expect(verdict.passed)
    #expect(verdict.reason.contains("from 3 to 302"))
  }

  @Test("No, stopped, frozen, disordered and discoloured pictures fail")
  func badPictures() {
    #expect(!judge(nil as VideoReport?).passed)
    #expect(!judge(VideoReport()).passed)
    var stopped = pattern()
    stopped.sinceLast = 3
    #expect(!judge(stopped).passed)
    let frozen = VideoReport.Counter(first: 3, last: 3, advanced: 0, repeated: 299, turnedBack: 0, missing: 0)
    #expect(!judge(pattern(counter: frozen)).passed)
    let disordered = VideoReport.Counter(first: 3, last: 300, advanced: 297, repeated: 0, turnedBack: 2, missing: 0)
    #expect(!judge(pattern(counter: disordered)).passed)
    var discoloured = pattern()
    discoloured.rightColours = 10
    #expect(!judge(discoloured).passed)
  }

  @Test("Other pictures pass where no pattern is expected, and say so")
  func otherPictures() {
    var report = pattern()
    report.patternFrames = 0
    report.counter = nil
    report.rightColours = 0
    #expect(judge(report).passed)
    #expect(judge(report).reason.contains("do not show the test pattern"))
    #expect(!judge(report, expectsPattern: true).passed)
    report.frames = 1
    #expect(!judge(report).passed)
  }

  @Test("The tone must be the expected one")
  func tones() {
    #expect(judge(tone(440.3), expectedFrequency: 440).passed)
    #expect(!judge(tone(455), expectedFrequency: 440).passed)
    #expect(!judge(tone(440, steady: 6), expectedFrequency: 440).passed)
    #expect(judge(tone(455)).passed)
    #expect(!judge(tone(440, audible: 5, steady: 5)).passed)
    #expect(!judge(nil as AudioReport?).passed)
    var silent = AudioReport()
    silent.duration = 10
    silent.windows = 20
    #expect(!judge(silent).passed)
  }

  @Test("Pictures must come for the whole call, without long pauses")
  func partialPictures() {
    // The first two of eight seconds.
    var report = pattern(frames: 60)
    report.span = 2
    report.sinceLast = 6
    #expect(!judge(report, connected: .seconds(8)).passed)
    // The last two.
    report.sinceLast = 0.03
    #expect(judge(report, connected: .seconds(8)).reason.contains("only 2.0 of 8.0 s"))
    // Both, and nothing between.
    report.span = 8
    report.longestPause = 4
    #expect(judge(report, connected: .seconds(8)).reason.contains("no picture came for 4.0 s"))
    report.longestPause = 1.5
    #expect(judge(report, connected: .seconds(8)).passed)
    // What takes a moment to begin is not late.
    report.span = 0.5
    #expect(judge(report, connected: .seconds(1.5)).passed)
  }

  @Test("Sound must be heard for the whole call, without long pauses", arguments: [nil, 440.0])
  func partialSound(expected: Double?) {
    func reason(_ report: AudioReport) -> String? {
      let verdict = judge(report, expectedFrequency: expected, connected: .seconds(8))
      return verdict.passed ? nil : verdict.reason
    }
    // The first two of eight seconds, whether silence follows or nothing.
    var report = tone(440, audible: 4, steady: 4)
    report.windows = 4
    report.sinceLast = 6
    #expect(reason(report)?.contains("sound stopped 6.0 s before the end, after 2.0 s") == true)
    // The last two.
    report.sinceLast = 0.3
    #expect(reason(report)?.contains("only 2.0 of 8.0 s") == true)
    // Three at both ends.
    report = tone(440, audible: 12, steady: 12)
    report.longestPause = 2.5
    #expect(reason(report)?.contains("no sound was heard for 2.5 s") == true)
    report.longestPause = 1
    #expect(reason(report) == nil)
  }

  @Test("A tone may not pause as often as other sound may")
  func pauses() {
    let report = tone(440, audible: 10, steady: 10)
    #expect(judge(report).passed)
    #expect(!judge(report, expectedFrequency: 440).passed)
  }

  @Test("Less than half a second of sound is not called silent")
  func littleSound() {
    var report = AudioReport()
    report.duration = 0.4
    #expect(judge(report).reason.contains("too little to judge"))
    let short = judge(tone(440, audible: 2, steady: 0), expectedFrequency: 440, connected: .seconds(1))
    #expect(!short.passed && short.reason.contains("too little to judge"))
  }

  @Test("What was sent must be reported by the peer")
  func sent() {
    #expect(!Verdict.sent(nil).passed)
    var traffic = StreamTraffic()
    traffic.packets = 100
    #expect(!Verdict.sent(traffic).passed)
    traffic.reported = StreamTraffic.Reported(packetsLost: 2, fractionLost: 0.02)
    #expect(Verdict.sent(traffic).passed)
    traffic.reported = StreamTraffic.Reported(packetsLost: 90, fractionLost: 0.9)
    #expect(!Verdict.sent(traffic).passed)
  }

  @Test("A call passes when every direction does, and there is one")
  func whole() {
    func direction(_ verdict: Verdict) -> CallSummary.Direction {
      CallSummary.Direction(
        way: .received, kind: "video", bitrate: 0, packets: 0, packetsLost: 0, verdict: verdict)
    }
    #expect(CallSummary.judge([direction(.pass("a")), direction(.pass("b"))], problems: []))
    #expect(!CallSummary.judge([direction(.pass("a")), direction(.fail("b"))], problems: []))
    #expect(!CallSummary.judge([direction(.pass("a"))], problems: ["p"]))
    #expect(!CallSummary.judge([], problems: []))
  }

  @Test("The other end's own findings decide about what was sent")
  func remoteFindings() throws {
    var traffic = Traffic()
    traffic.sentVideo = StreamTraffic()
    traffic.sentVideo?.packets = 100
    traffic.sentVideo?.bytes = 125_000
    traffic.sentVideo?.reported = StreamTraffic.Reported(packetsLost: 0, fractionLost: 0)
    func verdict(_ remote: StatsDocument.Received?) throws -> Verdict {
      let builder = SummaryBuilder(
        settings: CallSettings(), traffic: traffic, rates: (Traffic(), .seconds(1)),
        received: StatsDocument.Received(video: nil, audio: nil), remote: remote)
      let direction = try #require(builder.directions(received: [], sent: [.video]).first)
      #expect(direction.bitrate == 1_000_000)
      return direction.verdict
    }
    #expect(try verdict(nil).passed)
    #expect(try verdict(StatsDocument.Received(video: pattern(), audio: nil)).passed)
    #expect(try !verdict(StatsDocument.Received(video: nil, audio: nil)).passed)
  }

  @Test("Watching the pattern and the tone finds counter and frequency")
  func watches() throws {
    let video = VideoWatch()
    let painter = TestPatternPainter(width: 320, height: 180)
    let start = MediaTime(nanoseconds: 1_000_000_000)
    for counter in [5, 6, 8, 9] as [UInt32] {
      var buffer = VideoFrameBuffer(width: 320, height: 180)
      painter.paint(counter: counter, milliseconds: 1_000, into: &buffer)
      let time = start + .milliseconds(33 * Int(counter - 5))
      video.observe(VideoFrame(buffer, timestamp: time), now: time)
    }
    let report = video.report(now: start + .milliseconds(200))
    #expect(report.isPattern && report.rightColours == 4 && report.width == 320 && report.height == 180)
    #expect(
      report.counter
        == VideoReport.Counter(first: 5, last: 9, advanced: 3, repeated: 0, turnedBack: 0, missing: 1))
    #expect(judge(report, expectsPattern: true, connected: .seconds(1)).passed)
    #expect(abs(report.longestPause - 0.066) < 0.001)

    let audio = AudioWatch()
    for index in 0..<150 {
      let samples = ToneSource.samples(
        of: 660, amplitude: 0.25, format: .mono48k, from: Int64(index * 960), count: 960)
      // A break of three seconds after the first one and a half.
      let now = start + .milliseconds(20 * (index + 1) + (index < 75 ? 0 : 3_000))
      audio.observe(AudioFrame(format: .mono48k, samples: samples, timestamp: now), now: now)
    }
    let end = start + .seconds(6.1)
    var heard = audio.report(now: end)
    #expect(heard.windows >= 5 && abs(heard.longestPause - 3) < 0.6)
    #expect(try abs(#require(heard.sinceLast) - 0.1) < 0.6)
    #expect(!judge(heard, expectedFrequency: 660, connected: .seconds(6)).passed)
    heard.longestPause = 0
    #expect(judge(heard, expectedFrequency: 660, connected: .seconds(3)).passed)
    #expect(!judge(heard, expectedFrequency: 440, connected: .seconds(3)).passed)
  }

  @Test("Rates are changes over time")
  func rates() {
    var before = Traffic()
    before.receivedVideo = StreamTraffic()
    var after = before
    after.receivedVideo?.bytes = 250_000
    after.receivedVideo?.frames = 60
    after.receivedVideo?.packets = 190
    after.receivedVideo?.packetsLost = 10
    let rates = TrafficRates(from: before, to: after, over: .seconds(2))
    #expect(rates.received == 1_000_000)
    #expect(rates.framesReceived == 30)
    #expect(rates.lossReceived == 0.05)
    #expect(rates.sent == 0)
  }
}
