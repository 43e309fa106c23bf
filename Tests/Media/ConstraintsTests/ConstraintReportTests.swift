import RTCConstraints
import RTCFrames
import Testing

@Suite("Explanations")
struct ConstraintReportTests {
  @Test("CN-31: each candidate with its distances and its fate")
  func table() throws {
    let report = ConstraintReport(
      .init(width: 1280, frameRate: .min(20), advanced: [.init(height: .min(700))]), in: [("Webcam", webcam)])
    let selected = try #require(report.selected)
    #expect(selected.settings.summary == "1280x720@30" && selected.distance == 0 && selected.label == "Webcam")
    #expect(report.failedConstraint == nil)
    let slow = try #require(report.candidates.first { $0.settings.summary == "1280x720@10" })
    #expect(slow.verdict == .unfit(["frameRate"]) && slow.distances["frameRate"] == .infinity)
    let small = try #require(report.candidates.first { $0.settings.summary == "640x480@30" })
    #expect(small.verdict == .discarded(advancedSet: 0) && small.distance == 0.5)
    let large = try #require(report.candidates.first { $0.settings.summary == "1920x1080@30" })
    #expect(large.verdict == .outranked)
    #expect(report.description.hasPrefix("0.0 (width 0.0, frameRate 0.0) Webcam: width 1280, height 720"))
    #expect(report.description.contains("unfit: frameRate"))
  }

  @Test("CN-31: a request that fails says why, and what was ignored")
  func failure() {
    var constraints = MediaTrackConstraints(width: .exact(5_000))
    constraints.unknownNames = ["torch", "voiceIsolation"]
    let report = ConstraintReport(constraints, in: [("Webcam", webcam), ("Camera", camera(640, 480))])
    #expect(report.selected == nil && report.failedConstraint == "width")
    #expect(report.ignoredNames == ["torch", "voiceIsolation"])
    #expect(Set(report.candidates.map(\.label)) == ["Webcam", "Camera"])
    #expect(report.candidates.allSatisfy { $0.verdict == .unfit(["width"]) })
    #expect(report.description.contains("no settings meet the constraint width"))
    #expect(report.description.hasSuffix("ignored: torch, voiceIsolation"))
  }

  @Test("CN-31: a source of any size shows at least what it has when nothing is asked for")
  func anySize() {
    let mode = MediaSourceMode(
      width: .range(min: 1, max: 8192, step: 1), height: .range(min: 1, max: 8192, step: 1),
      frameRate: .range(min: 1, max: 60, step: 0))
    let report = ConstraintReport(
      .init(width: .min(9_000)), in: [("Pattern", SettingsSpace(isVideo: true, modes: [mode]))])
    #expect(report.failedConstraint == "width")
    #expect(report.candidates.contains { $0.settings.summary == "640x480@30" && $0.verdict == .unfit(["width"]) })
  }

  @Test("MD-11: among equals the first device wins, otherwise the nearest")
  func devices() {
    let spaces = [("First", camera(320, 240)), ("Second", webcam)]
    #expect(ConstraintReport(.init(), in: spaces).selected?.label == "First")
    #expect(ConstraintReport(.init(width: 640), in: spaces).selected?.label == "Second")
    #expect(ConstraintReport(.init(width: .min(640)), in: spaces).selected?.label == "Second")
  }
}
