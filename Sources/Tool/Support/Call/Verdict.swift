import Foundation

/// Whether media got through in one direction, and what says so.
package struct Verdict: Codable, Hashable, Sendable {
  package let passed: Bool
  /// What was found, for people.
  package let reason: String

  package static func pass(_ reason: String) -> Verdict { Verdict(passed: true, reason: reason) }
  package static func fail(_ reason: String) -> Verdict { Verdict(passed: false, reason: reason) }

  /// Seconds: what pauses longer does not arrive, whether in the middle of the call or at its end.
  private static let longestPause = 2.0
  /// The share of the call for which pictures, or a tone, must be there.
  private static let leastShare = 0.8
  /// The same of sound that may have pauses of its own.
  private static let leastShareOfUnknown = 0.5
  /// Half seconds that a tone may need to become clean.
  private static let fewestWindows = 4
  /// Seconds until everything has begun: they are not asked for.
  private static let beginning = 1.0

  /// Judges pictures by the test pattern when the sender shows it, else by being decoded.
  ///
  /// - Parameters:
  ///   - connected: how long the connection has been up.
  ///   - expectsPattern: whether pictures of anything else are wrong.
  package static func video(_ report: VideoReport?, connected: Duration, expectsPattern: Bool = false) -> Verdict {
    guard let report, report.frames > 0 else { return .fail("no picture was decoded") }
    if let pause = report.sinceLast, pause > longestPause {
      return .fail("pictures stopped \(tenths(pause)) s before the end, after \(report.frames)")
    }
    guard report.longestPause <= longestPause else {
      return .fail("no picture came for \(tenths(report.longestPause)) s")
    }
    guard report.span >= least(leastShare, of: connected) else {
      return .fail("pictures came for only \(tenths(report.span)) of \(tenths(connected.seconds)) s")
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
  ///
  /// - Parameter connected: how long the connection has been up.
  package static func audio(
    _ report: AudioReport?, connected: Duration, expectedFrequency: Double? = nil
  ) -> Verdict {
    guard let report, report.duration > 0 else { return .fail("no sound was decoded") }
    guard report.windows > 0 else {
      return .fail("\(tenths(report.duration)) s of sound were decoded, too little to judge; call for longer")
    }
    guard report.audibleWindows > 0, let frequency = report.frequency else {
      return .fail("\(tenths(report.duration)) s of sound were decoded, all of it silent")
    }
    if let pause = report.sinceLast, pause > longestPause {
      return .fail("sound stopped \(tenths(pause)) s before the end, after \(tenths(report.audibleDuration)) s")
    }
    guard report.longestPause <= longestPause else {
      return .fail("no sound was heard for \(tenths(report.longestPause)) s")
    }
    let share = expectedFrequency == nil ? leastShareOfUnknown : leastShare
    guard report.audibleDuration >= least(share, of: connected) else {
      return .fail(
        "sound was heard for only \(tenths(report.audibleDuration)) of \(tenths(connected.seconds)) s")
    }
    let hertz = Int(frequency.rounded())
    guard let expectedFrequency else {
      return .pass(report.isTone ? "tone of \(hertz) Hz" : "audible sound, not one tone")
    }
    guard abs(frequency - expectedFrequency) <= 0.02 * expectedFrequency else {
      return .fail("heard \(hertz) Hz instead of \(Int(expectedFrequency.rounded())) Hz")
    }
    guard report.isTone || report.audibleWindows >= fewestWindows else {
      return .fail("\(tenths(report.audibleDuration)) s of sound are too little to judge; call for longer")
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

  /// How many seconds there must be of a share of the call.
  private static func least(_ share: Double, of connected: Duration) -> Double {
    share * max(0, connected.seconds - beginning)
  }

  private static func tenths(_ value: Double) -> String { String(format: "%.1f", value) }
}
