import Foundation
import Testing

@testable import RTCTool

@Suite struct SummaryTests {
  private let summary = CallSummary(
    passed: false, peer: "http://h/offer", duration: 10.02,
    setup: CallSummary.Setup(connected: 0.045, firstPicture: 0.3, firstSound: nil),
    directions: [
      CallSummary.Direction(
        way: .received, kind: "video", codec: "video/VP8", bitrate: 1_200_000, packets: 1_000, packetsLost: 3,
        width: 1_280,
        height: 720, framesPerSecond: 29.97, verdict: .pass("frame counter went from 1 to 300, 0 not seen")),
      CallSummary.Direction(
        way: .sent, kind: "audio", codec: "audio/opus", bitrate: 32_000, packets: 500, packetsLost: 0,
        verdict: .fail("nothing was sent")),
    ],
    roundTripTime: 0.0012, files: ["call.webm"], problems: ["one thing"])

  @Test("The JSON has stable names")
  func json() throws {
    let data = try JSONEncoder().encode(summary)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["passed"] as? Bool == false)
    #expect((object["setup"] as? [String: Any])?["connected"] as? Double == 0.045)
    let directions = try #require(object["directions"] as? [[String: Any]])
    #expect(directions.map { $0["way"] as? String } == ["received", "sent"])
    #expect(directions.map { $0["kind"] as? String } == ["video", "audio"])
    #expect((directions[1]["verdict"] as? [String: Any])?["reason"] as? String == "nothing was sent")
    #expect(try JSONDecoder().decode(CallSummary.self, from: data) == summary)
  }

  @Test("The text says what failed, with its numbers")
  func text() {
    let lines = summary.text.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("FAILED"))
    #expect(lines[1].contains("connected after 45 ms"))
    #expect(
      lines[2].contains("ok    frame counter went from 1 to 300, 0 not seen (VP8, 1280x720, 30.0 fps, 1200 kbit/s"))
    #expect(lines[3].contains("FAIL  nothing was sent"))
    #expect(summary.text.contains("1.2 ms"))
    #expect(summary.text.contains("one thing"))
  }

  @Test("A file that was not confirmed fails the call, whatever media did")
  func file() {
    var report = DataReport(path: "f", bytes: 2_000_000, seconds: 1, sha256: "0", verdict: .pass("same"))
    #expect(CallSummary.judge([], data: report, problems: []))
    #expect(report.text == "ok    same (2000000 bytes in 1.0 s, 16.0 Mbit/s)")
    report.verdict = .fail("other")
    #expect(!CallSummary.judge([summary.directions[0]], data: report, problems: []))
    #expect(!CallSummary.judge([], problems: []))
    #expect(ProgressLine.text(sent: 500_000, of: 1_000_000) == "file [##########..........]  50 %  0.5 of 1.0 MB")
    #expect(ProgressLine.text(sent: 0, of: 0).contains("100 %"))
  }
}
