import RTCBase

/// One direction of a path: tells when each datagram arrives, if it does. Pure and seeded.
package struct VirtualLink {
  package var impairments: NetworkImpairments
  package private(set) var statistics = LinkStatistics()
  private let random: RandomSource
  /// When the bottleneck has sent what waits there.
  private var bottleneckFree = MonotonicTime.distantPast
  private var lastArrival = MonotonicTime.distantPast
  private var isInLossBurst = false

  /// Bytes of IPv4 and UDP headers that every datagram carries through the bottleneck.
  package static let headerSize = 28

  package init(_ impairments: NetworkImpairments = .none, random: RandomSource) {
    self.impairments = impairments
    self.random = random
  }

  /// When a datagram sent now arrives; `nil` if it is lost. `duplicate` is the arrival of a second copy.
  package mutating func carry(
    byteCount: Int, now: MonotonicTime
  ) -> (arrival: MonotonicTime?, duplicate: MonotonicTime?) {
    statistics.sentCount += 1
    statistics.sentBytes += byteCount
    if impairments.isBlackhole || byteCount > impairments.maximumDatagramSize {
      statistics.blockedCount += 1
      return (nil, nil)
    }
    // A bottleneck sends what is lost behind it, so the queue comes first.
    guard let departure = depart(byteCount, now: now) else {
      statistics.queueDropCount += 1
      return (nil, nil)
    }
    if isLost() {
      statistics.lostCount += 1
      return (nil, nil)
    }
    let base = departure + impairments.delay + impairments.jitter * uniform()
    if happens(impairments.reordering) {
      statistics.reorderedCount += 1
      return (base + impairments.reorderingDelay, nil)
    }
    lastArrival = max(lastArrival, base)
    guard happens(impairments.duplication) else { return (lastArrival, nil) }
    statistics.duplicatedCount += 1
    return (lastArrival, lastArrival + impairments.jitter * uniform())
  }

  /// How long a datagram sent now would wait at the bottleneck.
  package func queueingDelay(now: MonotonicTime) -> TimeDelta { max(.zero, bottleneckFree - now) }

  private mutating func depart(_ byteCount: Int, now: MonotonicTime) -> MonotonicTime? {
    guard let rate = impairments.rate else { return now }
    let waiting = rate.byteCount(in: queueingDelay(now: now))
    guard waiting + byteCount + Self.headerSize <= max(impairments.queueLimit, byteCount + Self.headerSize) else {
      return nil
    }
    bottleneckFree = max(bottleneckFree, now) + rate.duration(ofBytes: byteCount + Self.headerSize)
    return bottleneckFree
  }

  private mutating func isLost() -> Bool {
    guard impairments.lossBurst > 1, impairments.loss < 1 else { return happens(impairments.loss) }
    let leaving = 1 / impairments.lossBurst
    let entering = impairments.loss * leaving / (1 - impairments.loss)
    isInLossBurst = isInLossBurst ? !happens(leaving) : happens(entering)
    return isInLossBurst
  }

  private func happens(_ probability: Double) -> Bool { probability > 0 && uniform() < probability }

  /// From 0 up to but not including 1.
  private func uniform() -> Double { Double(random.next() >> 11) / Double(1 << 53) }
}
