import RTCBase

/// When the next regular compound RTCP packet is due (RFC 3550 §6.2, §6.3; RFC 4585 §3.4, §3.5 with T_rr_interval of zero).
///
/// Made for a transport between two participants: RTCP takes a twentieth of the session bandwidth, no less often than the reduced
/// minimum of 360 divided by the kilobits a second allows, and every interval is drawn from half to one and a half of that, so that
/// two peers do not report in step. Early feedback is the engine's and needs no leave between two participants (RFC 4585 §3.5.2).
///
/// While no media flows there is next to nothing to tell, and a report every five seconds is enough (RFC 3550 §6.2); with the first
/// packet the interval is what it should be again.
package struct RTCPScheduler {
  private static let bandwidthShare = 0.05
  /// Nobody needs reports more often, however wide the path.
  private static let shortest = 0.25
  private static let longest = 5.0
  private static let members = 2.0

  private let random: RandomSource
  private var bandwidth: Bitrate
  /// Bytes of a compound packet with UDP and IP headers, smoothed (RFC 3550 §6.3.3).
  private var averageSize = 128.0
  private var next: MonotonicTime?
  /// Media flowed since the last report.
  private var isActive = false
  /// The next report was scheduled when nothing flowed.
  private var isResting = false

  package init(random: RandomSource, sessionBandwidth: Bitrate = .kilobitsPerSecond(1_000)) {
    self.random = random
    bandwidth = sessionBandwidth
  }

  package var deadline: Deadline? { next.map { Deadline($0, "rtcp.report") } }

  /// The first report comes after half an interval (RFC 3550 §6.2).
  package mutating func start(now: MonotonicTime) {
    guard next == nil else { return }
    next = now + interval * 0.5
  }

  package mutating func stop() { next = nil }

  /// A packet of media was sent or received.
  package mutating func noteMedia(now: MonotonicTime) {
    guard !isActive else { return }
    isActive = true
    guard isResting, let next else { return }
    isResting = false
    self.next = min(next, now + interval)
  }

  /// Takes effect with the next interval.
  package mutating func setSessionBandwidth(_ bitrate: Bitrate) { bandwidth = max(bitrate, .zero) }

  /// `true` when a report is due; the next one is then scheduled.
  package mutating func isDue(now: MonotonicTime) -> Bool {
    guard let next, next <= now else { return false }
    self.next = now + (isActive ? interval : randomized(Self.longest))
    isResting = !isActive
    isActive = false
    return true
  }

  /// A compound packet was sent or received.
  package mutating func observe(byteCount: Int) {
    averageSize += (Double(min(max(byteCount, 0), 1_500) + 28) - averageSize) / 16
  }

  private var interval: TimeDelta {
    let bits = max(1, Double(bandwidth.bitsPerSecond))
    let byBandwidth = averageSize * 8 * Self.members / (bits * Self.bandwidthShare)
    let minimum = 360 / (bits / 1_000)
    return randomized(min(max(byBandwidth, minimum, Self.shortest), Self.longest))
  }

  private func randomized(_ seconds: Double) -> TimeDelta {
    let unit = Double(random.next() >> 11) / Double(1 << 53)
    // Without timer reconsideration, which two participants do not need, there is nothing to compensate (RFC 3550 §6.3.1).
    return .seconds(seconds * (0.5 + unit))
  }
}
