import RTCBase
import RTCRTP

/// What the path from a sender without transport-wide feedback can carry, to be told to it as REMB (draft-alvestrand-rmcat-remb-03).
///
/// With abs-send-time it watches the delay: the estimate falls to 85 % of what arrives when the queue grows, and else rises by 8 % a
/// second. Without it, only loss and the rate that arrives are known. Either way the estimate never rises above 1.5 times what
/// arrives: a receiver cannot know that more would fit, only that so much does, so a sender that wants more has to send more. This is a plainer
/// controller than the send-side one, for peers that know no other.
package struct RemoteBitrateEstimator: Sendable {
  package struct Configuration: Sendable {
    package var minimum = Bitrate.kilobitsPerSecond(50)
    package var maximum = Bitrate.kilobitsPerSecond(50_000)
    /// Told until something is known.
    package var initial = Bitrate.kilobitsPerSecond(1_000)
    package var interval = TimeDelta.seconds(1)
    package init() {}
  }

  private static let decrease = 0.85
  private static let growthPerSecond = 0.08
  private static let headroom = 1.5

  private let configuration: Configuration
  private var meter = RateMeter()
  private var trend = DelayTrend()
  private var sendTimes = Unwrapper<UInt32>()
  private var hasSendTimes = false
  private var lastUpdate: MonotonicTime?
  private var lastDecrease = MonotonicTime.distantPast
  private var lastSent: (bitrate: Bitrate, time: MonotonicTime)?
  private var hasReceived = false
  package private(set) var estimate: Bitrate

  package init(configuration: Configuration = Configuration()) {
    self.configuration = configuration
    estimate = configuration.initial
  }

  // MARK: Input

  /// - Parameters:
  ///   - absoluteSendTime: The 24 bits of the header extension, if the packet has it.
  ///   - byteCount: Of the datagram's payload.
  package mutating func record(absoluteSendTime: UInt32?, arrival: MonotonicTime, byteCount: Int) {
    hasReceived = true
    meter.record(byteCount, now: arrival)
    if let absoluteSendTime {
      hasSendTimes = true
      // Moved up to 32 bits, 24 bits wrap as a 32-bit counter does.
      let units = sendTimes.unwrap((absoluteSendTime & 0xFF_FFFF) << 8) >> 8
      trend.record(
        sendTime: TimeDelta(nanoseconds: (units >> 18) &* 1_000_000_000 &+ ((units & 0x3FFFF) &* 1_000_000_000) >> 18),
        arrival: arrival)
    }
    update(now: arrival)
  }

  /// The fraction lost of a report that we sent, in 1/256. Only looked at where no send times tell about the queue, or above 10 %.
  package mutating func recordLoss(fractionLost: UInt8, now: MonotonicTime) {
    let loss = Double(fractionLost) / 256
    guard loss > 0.1, now - lastDecrease > .milliseconds(500) else { return }
    lastDecrease = now
    setEstimate(estimate * (1 - 0.5 * loss))
  }

  private mutating func update(now: MonotonicTime) {
    let elapsed = min(lastUpdate.map { now - $0 } ?? .zero, .seconds(1))
    guard lastUpdate == nil || elapsed >= .milliseconds(20) else { return }
    lastUpdate = now
    guard let received = meter.rate(now: now) else { return }
    switch hasSendTimes ? trend.usage : .normal {
    case .over:
      guard now - lastDecrease > .milliseconds(300) else { return }
      lastDecrease = now
      setEstimate(min(estimate, received * Self.decrease))
    case .under:
      // The queue drains: what was decided is still at work.
      break
    case .normal:
      guard now - lastDecrease > .milliseconds(500) else { return }
      let grown = estimate * (1 + Self.growthPerSecond * elapsed.seconds)
      let limit = received * Self.headroom + .kilobitsPerSecond(10)
      // A sender that sends little loses nothing it had, but gains nothing either.
      setEstimate(max(estimate, min(grown, limit)))
    }
  }

  private mutating func setEstimate(_ value: Bitrate) {
    estimate = max(configuration.minimum, min(value, configuration.maximum))
  }

  // MARK: Output

  package var deadline: Deadline? {
    guard hasReceived else { return nil }
    return Deadline(lastSent.map { $0.time + configuration.interval } ?? .distantPast, "receive.remb")
  }

  /// What to send now: once an interval, and at once when the estimate fell by more than 3 %.
  package mutating func pollEstimate(now: MonotonicTime) -> Bitrate? {
    guard hasReceived else { return nil }
    if let lastSent {
      let isDue = now - lastSent.time >= configuration.interval
      let fell = estimate < lastSent.bitrate * 0.97 && now - lastSent.time >= .milliseconds(50)
      guard isDue || fell else { return nil }
    }
    lastSent = (estimate, now)
    return estimate
  }
}
