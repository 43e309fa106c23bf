import RTCBase

/// One direction of a path: tells when each datagram arrives, if it does. Pure and seeded.
struct VirtualLink {
  var impairments: NetworkImpairments
  private(set) var statistics = LinkStatistics()
  private let random: RandomSource
  /// When the bottleneck has sent what waits there.
  private var bottleneckFree = MonotonicTime.distantPast
  private var varyingDelay = VaryingDelay()
  private var lastArrival = MonotonicTime.distantPast
  private var isInBurst = false

  /// Bytes of IPv4 and UDP headers that every datagram carries through the bottleneck.
  static let headerSize = 28

  init(_ impairments: NetworkImpairments = .none, random: RandomSource) {
    self.impairments = impairments
    self.random = random
  }

  /// When a datagram sent now arrives; `nil` if it is lost. `duplicate` is the arrival of a second copy.
  mutating func carry(
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
    let jitter = varyingDelay.value(at: departure, bound: TimeDelta(impairments.jitter), uniform: uniform)
    let base = departure + TimeDelta(impairments.delay) + jitter
    if happens(impairments.reordering) {
      statistics.reorderedCount += 1
      return (base + TimeDelta(impairments.reorderingDelay), nil)
    }
    // What was sent before the path became shorter is not overtaken.
    lastArrival = max(lastArrival, base)
    guard happens(impairments.duplication) else { return (lastArrival, nil) }
    statistics.duplicatedCount += 1
    return (lastArrival, lastArrival + TimeDelta(impairments.jitter) * uniform())
  }

  /// How long a datagram sent now would wait at the bottleneck.
  func queueingDelay(now: MonotonicTime) -> TimeDelta { max(.zero, bottleneckFree - now) }

  private mutating func depart(_ byteCount: Int, now: MonotonicTime) -> MonotonicTime? {
    guard let rate = impairments.rate.map({ Bitrate(bitsPerSecond: Int64($0)) }) else { return now }
    let waiting = rate.byteCount(in: queueingDelay(now: now))
    guard waiting + byteCount + Self.headerSize <= max(impairments.queueLimit, byteCount + Self.headerSize) else {
      return nil
    }
    bottleneckFree = max(bottleneckFree, now) + rate.duration(ofBytes: byteCount + Self.headerSize)
    return bottleneckFree
  }

  private mutating func isLost() -> Bool {
    guard let bursts = impairments.bursts, bursts.share > 0 else { return happens(impairments.loss) }
    let leaving = 1 / max(1, bursts.averageLength)
    let entering = bursts.share < 1 ? bursts.share * leaving / (1 - bursts.share) : 1
    isInBurst = isInBurst ? bursts.share >= 1 || !happens(leaving) : happens(entering)
    return happens(isInBurst ? bursts.loss : impairments.loss)
  }

  private func happens(_ probability: Double) -> Bool { probability > 0 && uniform() < probability }

  /// From 0 up to but not including 1.
  private func uniform() -> Double { Double(random.next() >> 11) / Double(1 << 53) }
}
