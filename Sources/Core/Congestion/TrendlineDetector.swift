import RTCBase

/// Says whether a queue on the path grows, from the slope of the one-way delay over recent packet groups.
///
/// A least-squares line through the smoothed, accumulated delay variation of the last 20 groups; its slope is compared with a
/// threshold that adapts, so that the flow neither starves beside loss-based traffic nor fires at jitter
/// (draft-ietf-rmcat-gcc-02 §5.4; Carlucci et al., "Analysis and Design of the Google Congestion Control for WebRTC", 2016).
package struct TrendlineDetector: Sendable {
  package enum Usage: Hashable, Sendable {
    case normal, underuse, overuse
  }

  private static let window = 20
  private static let smoothing = 0.9
  private static let gain = 4.0
  private static let maximumDeltas = 60.0
  private static let overuseTime = 10.0
  private static let thresholdRise = 0.0087
  private static let thresholdFall = 0.039

  package private(set) var usage = Usage.normal
  /// In milliseconds of accumulated delay, gain applied.
  package private(set) var threshold = 12.5

  private var times: [Double]
  private var delays: [Double]
  private var writeIndex = 0
  private var count = 0
  private var firstArrival: TimeDelta?
  private var accumulated = 0.0
  private var smoothed = 0.0
  private var deltaCount = 0.0
  private var previousTrend = 0.0
  private var overusingFor = -1.0
  private var overuseCount = 0
  private var lastUpdate: MonotonicTime?

  package init() {
    times = Array(repeating: 0, count: Self.window)
    delays = Array(repeating: 0, count: Self.window)
  }

  package mutating func add(_ delta: InterArrival.Delta, now: MonotonicTime) {
    let first = firstArrival ?? delta.arrivalTime
    firstArrival = first
    deltaCount = min(deltaCount + 1, Self.maximumDeltas)
    accumulated += (delta.arrival - delta.send).milliseconds
    smoothed = Self.smoothing * smoothed + (1 - Self.smoothing) * accumulated
    times[writeIndex] = (delta.arrivalTime - first).milliseconds
    delays[writeIndex] = smoothed
    writeIndex = (writeIndex + 1) % Self.window
    count = min(count + 1, Self.window)
    let trend = count == Self.window ? slope() ?? previousTrend : previousTrend
    detect(trend, sendDelta: delta.send.milliseconds, now: now)
  }

  private func slope() -> Double? {
    var meanTime = 0.0
    var meanDelay = 0.0
    for index in 0..<count {
      meanTime += times[index]
      meanDelay += delays[index]
    }
    meanTime /= Double(count)
    meanDelay /= Double(count)
    var numerator = 0.0
    var denominator = 0.0
    for index in 0..<count {
      let time = times[index] - meanTime
      numerator += time * (delays[index] - meanDelay)
      denominator += time * time
    }
    return denominator > 0 ? numerator / denominator : nil
  }

  private mutating func detect(_ trend: Double, sendDelta: Double, now: MonotonicTime) {
    let modified = deltaCount * trend * Self.gain
    if modified > threshold {
      overusingFor = overusingFor < 0 ? sendDelta / 2 : overusingFor + sendDelta
      overuseCount += 1
      if overusingFor > Self.overuseTime, overuseCount > 1, trend >= previousTrend {
        overusingFor = 0
        overuseCount = 0
        usage = .overuse
      }
    } else {
      overusingFor = -1
      overuseCount = 0
      usage = modified < -threshold ? .underuse : .normal
    }
    previousTrend = trend
    adaptThreshold(modified, now: now)
  }

  private mutating func adaptThreshold(_ modified: Double, now: MonotonicTime) {
    let elapsed = lastUpdate.map { min(max(0, (now - $0).milliseconds), 100) } ?? 0
    lastUpdate = now
    let magnitude = abs(modified)
    // A spike, such as a route change, must not desensitize the detector.
    if magnitude > threshold + 15 { return }
    let rate = magnitude < threshold ? Self.thresholdFall : Self.thresholdRise
    threshold = min(max(threshold + rate * (magnitude - threshold) * elapsed, 6), 600)
  }
}
