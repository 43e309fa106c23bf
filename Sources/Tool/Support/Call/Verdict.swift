import Foundation

/// Whether media got through in one direction, and what says so.
package struct Verdict: Codable, Hashable, Sendable {
  package let passed: Bool
  /// What was found, for people.
  package let reason: String

  package static func pass(_ reason: String) -> Verdict { Verdict(passed: true, reason: reason) }
  package static func fail(_ reason: String) -> Verdict { Verdict(passed: false, reason: reason) }

  /// Pictures that stopped longer ago than this no longer arrive.
  private static let longestPause = 2.0

  /// Judges pictures by the test pattern when the sender shows it, else by being decoded.
  ///
  /// - Parameter expectsPattern: whether pictures of anything else are wrong.
  package static func video(_ report: VideoReport?, expectsPattern: Bool = false) -> Verdict {
    guard let report, report.frames > 0 else { return .fail("no picture was decoded") }
    if let pause = report.sinceLast, pause > longestPause {
      return .fail("pictures stopped \(tenths(pause)) s before the end, after \(report.frames)")
    }
    guard report.isPattern, let counter = report.counter else {
      if expectsPattern {
        return .fail("the test pattern was read in only \(report.patternFrames) of \(report.frames) pictures")
      }
      guard report.frames > 1 else { return .fail("only one picture was decoded") }
      return .pass("\(report.frames) pictures decoded, which do not show the test pattern")
    }
    if counter.turnedBack > 0 {
      return .fail("the frame counter went back \(counter.turnedBack) times")
    }
    guard counter.advanced > 0, counter.advanced * 2 >= report.patternFrames else {
      return .fail("the frame counter advanced in only \(counter.advanced) of \(report.frames) pictures")
    }
    guard report.rightColours * 2 >= report.patternFrames else {
      return .fail("the colours were right in only \(report.rightColours) of \(report.frames) pictures")
    }
    return .pass("frame counter went from \(counter.first) to \(counter.last), \(counter.missing) not seen")
  }

  /// Judges sound by its frequency when that is known, else by being audible.
  package static func audio(_ report: AudioReport?, expectedFrequency: Double? = nil) -> Verdict {
    guard let report, report.duration > 0 else { return .fail("no sound was decoded") }
    guard report.audibleWindows > 0, let frequency = report.frequency else {
      return .fail("\(tenths(report.duration)) s of sound were decoded, all of it silent")
    }
    let hertz = Int(frequency.rounded())
    guard let expectedFrequency else {
      guard report.audibleWindows * 2 >= report.windows else {
        return .fail("sound was audible in only \(report.audibleWindows) of \(report.windows) half seconds")
      }
      return .pass(report.isTone ? "tone of \(hertz) Hz" : "audible sound, not one tone")
    }
    guard abs(frequency - expectedFrequency) <= 0.02 * expectedFrequency else {
      return .fail("heard \(hertz) Hz instead of \(Int(expectedFrequency.rounded())) Hz")
    }
    guard report.isTone else {
      return .fail(
        "the tone of \(hertz) Hz was clean in only \(report.steadyWindows) of \(report.audibleWindows) half seconds")
    }
    return .pass("tone of \(hertz) Hz")
  }

  /// Judges what was sent by the reports of the peer.
  package static func sent(_ traffic: StreamTraffic?) -> Verdict {
    guard let traffic, traffic.packets > 0 else { return .fail("nothing was sent") }
    guard let reported = traffic.reported else {
      return .fail("\(traffic.packets) packets were sent, but the peer has not reported any; call for longer")
    }
    guard reported.fractionLost < 0.5 else {
      return .fail("the peer misses \(Int((reported.fractionLost * 100).rounded())) % of the packets")
    }
    return .pass("the peer reports \(max(0, reported.packetsLost)) of \(traffic.packets) packets lost")
  }

  private static func tenths(_ value: Double) -> String { String(format: "%.1f", value) }
}
