import RTCBase

/// Additive increase, multiplicative decrease on the delay signal (draft-ietf-rmcat-gcc-02 §5.5).
package struct DelayRateControl: Sendable {
  private enum State: Sendable {
    case hold, increase, decrease
  }

  private static let decreaseFactor = 0.85
  private static let increasePerSecond = 1.08
  private static let headroom = 1.5

  package private(set) var estimate: Bitrate
  /// Whether the path itself was ever measured: by a decrease or by a probe.
  package private(set) var isInitial = true

  private var state = State.hold
  private var lastChange: MonotonicTime?
  private var lastDecrease: MonotonicTime?
  /// Mean and relative deviation of the throughput at which queues grew.
  private var capacity: (mean: Double, deviation: Double)?

  package init(start: Bitrate) { estimate = start }

  package mutating func reset(to start: Bitrate) { self = DelayRateControl(start: start) }

  /// A probe measured the path.
  package mutating func set(_ bitrate: Bitrate, now: MonotonicTime) {
    estimate = bitrate
    isInitial = false
    lastChange = now
    if let capacity, abs(Double(bitrate.bitsPerSecond) - capacity.mean) > 3 * capacity.deviation { self.capacity = nil }
  }

  /// - Parameters:
  ///   - acknowledged: throughput over long enough to be steady: growth is bounded by it.
  ///   - recent: throughput of the last moments. At overuse the path is full, and this is what it carries.
  /// - Returns: whether this update was a decrease.
  package mutating func update(
    _ usage: TrendlineDetector.Usage, acknowledged: Bitrate?, recent: Bitrate?, roundTripTime: TimeDelta,
    limits: BitrateLimits, now: MonotonicTime
  ) -> Bool {
    switch usage {
    case .overuse: state = .decrease
    case .underuse: state = .hold
    case .normal: if state != .increase { lastChange = now; state = .increase }
    }
    defer { estimate = limits.clamp(estimate) }
    switch state {
    case .hold:
      lastChange = now
      return false
    case .increase:
      increase(acknowledged: acknowledged, roundTripTime: roundTripTime, now: now)
      return false
    case .decrease:
      state = .hold
      return decrease(acknowledged: recent, roundTripTime: roundTripTime, now: now)
    }
  }

  private mutating func increase(acknowledged: Bitrate?, roundTripTime: TimeDelta, now: MonotonicTime) {
    let elapsed = min(max(0, lastChange.map { (now - $0).seconds } ?? 0), 1)
    lastChange = now
    guard let acknowledged else { return }
    let measured = Double(acknowledged.bitsPerSecond)
    if let capacity, measured > capacity.mean + 3 * capacity.deviation { self.capacity = nil }
    let present = Double(estimate.bitsPerSecond)
    var increased: Double
    if capacity != nil {
      // Near what the path carried before: half a packet a response time is enough to notice more room.
      let responseTime = max(0.05, roundTripTime.seconds + 0.1)
      increased = present + max(4_000, 9_600 / responseTime) * elapsed
    } else {
      increased = present * (1 + (Self.increasePerSecond - 1) * elapsed) + 1_000 * elapsed
    }
    // What was never sent was never tested: an idle application does not make the path wider.
    increased = min(increased, max(present, measured * Self.headroom + 10_000))
    estimate = Bitrate(bitsPerSecond: Int64(min(increased, 1e12)))
  }

  private mutating func decrease(acknowledged: Bitrate?, roundTripTime: TimeDelta, now: MonotonicTime) -> Bool {
    lastChange = now
    // Packets that left before the last decrease still report the old queue.
    if let lastDecrease, now - lastDecrease < max(.milliseconds(100), min(roundTripTime, .milliseconds(300))) {
      return false
    }
    lastDecrease = now
    isInitial = false
    guard let acknowledged else {
      estimate = estimate * 0.5
      return true
    }
    let measured = Double(acknowledged.bitsPerSecond)
    var decreased = acknowledged * Self.decreaseFactor
    if let capacity, measured < capacity.mean - 3 * capacity.deviation { self.capacity = nil }
    if decreased > estimate, let capacity {
      decreased = Bitrate(bitsPerSecond: Int64(capacity.mean)) * Self.decreaseFactor
    }
    observeCapacity(measured)
    guard decreased < estimate else { return false }
    estimate = decreased
    return true
  }

  private mutating func observeCapacity(_ measured: Double) {
    guard let known = capacity else {
      capacity = (measured, measured * 0.1)
      return
    }
    let difference = measured - known.mean
    let mean = known.mean + 0.05 * difference
    let deviation = known.deviation + 0.05 * (abs(difference) - known.deviation)
    capacity = (mean, min(max(deviation, mean * 0.02), mean * 0.15))
  }
}
