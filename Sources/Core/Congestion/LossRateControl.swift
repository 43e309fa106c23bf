import RTCBase

/// Multiplicative decrease above a tenth of loss, slow increase below a fiftieth (draft-ietf-rmcat-gcc-02 §6).
///
/// Holds no limit until loss was heavy once: a little random loss, as of a radio link, does not limit at all.
package struct LossRateControl: Sendable {
  private static let lowLoss = 0.02
  private static let highLoss = 0.1
  private static let minimumPackets = 20
  private static let minimumInterval = TimeDelta.milliseconds(200)

  /// `nil` while loss does not limit.
  package private(set) var limit: Bitrate?
  /// Loss of the last complete observation, 0 to 1.
  package private(set) var fractionLost = 0.0

  private var expected = 0
  private var lost = 0
  private var windowStart: MonotonicTime?
  private var lastIncrease: MonotonicTime?
  private var lastDecrease: MonotonicTime?

  package init() {}

  package mutating func add(expected: Int, lost: Int, now: MonotonicTime) {
    if expected > 0, windowStart == nil { windowStart = now }
    self.expected = min(self.expected + expected, 1_000_000)
    self.lost = min(self.lost + lost, 1_000_000)
  }

  /// - Parameters:
  ///   - target: what is sent at now; a decrease starts from it.
  ///   - ceiling: what everything else allows; a limit well above it is lifted.
  package mutating func update(
    target: Bitrate, ceiling: Bitrate, roundTripTime: TimeDelta, limits: BitrateLimits, now: MonotonicTime
  ) {
    guard let start = windowStart, expected >= Self.minimumPackets || now - start > .seconds(1), expected > 0,
      now - start >= Self.minimumInterval
    else { return }
    fractionLost = Double(lost) / Double(expected)
    expected = 0
    lost = 0
    windowStart = nil
    if fractionLost > Self.highLoss {
      lastIncrease = now
      if let lastDecrease, now - lastDecrease < .milliseconds(300) + min(roundTripTime, .seconds(1)) { return }
      lastDecrease = now
      limit = limits.clamp(min(target, limit ?? target) * (1 - 0.5 * fractionLost))
    } else if fractionLost < Self.lowLoss, let present = limit {
      let elapsed = min(max(0, lastIncrease.map { (now - $0).seconds } ?? 0), 1)
      lastIncrease = now
      let increased = limits.clamp(present * (1 + 0.08 * elapsed) + Bitrate(bitsPerSecond: Int64(1_000 * elapsed)))
      limit = increased > ceiling * 1.2 || increased >= limits.maximum ? nil : increased
    } else {
      lastIncrease = now
    }
  }
}
