import RTCBase

/// Whether the queue in front of us grows: the slope of one-way delay over groups of packets (draft-ietf-rmcat-gcc-02 §5).
struct DelayTrend: Sendable {
  enum Usage: Hashable, Sendable { case normal, over, under }

  private static let burst = TimeDelta.milliseconds(5)
  private static let window = 20
  private static let smoothing = 0.9
  private static let gain = 4.0

  private struct Group: Sendable {
    var firstSend: TimeDelta
    var lastSend: TimeDelta
    var lastArrival: MonotonicTime
  }

  private var group: Group?
  private var previous: Group?
  /// Milliseconds of arrival, and of smoothed accumulated delay, of the latest groups.
  private var points: [(x: Double, y: Double)] = []
  private var origin: MonotonicTime?
  private var accumulated = 0.0
  private var smoothed = 0.0
  private var deltas = 0
  private var threshold = 12.5
  private var lastUpdate: MonotonicTime?
  private var overuseSince: MonotonicTime?
  private var lastTrend = 0.0
  private(set) var usage = Usage.normal

  init() { points.reserveCapacity(Self.window + 1) }

  /// - Parameter sendTime: Of the sender's clock, unwrapped.
  mutating func record(sendTime: TimeDelta, arrival: MonotonicTime) {
    guard var group else {
      self.group = Group(firstSend: sendTime, lastSend: sendTime, lastArrival: arrival)
      return
    }
    // A packet of an older group says nothing about the newest queue.
    if sendTime < group.firstSend { return }
    if sendTime - group.firstSend <= Self.burst {
      group.lastSend = max(group.lastSend, sendTime)
      group.lastArrival = max(group.lastArrival, arrival)
      self.group = group
      return
    }
    if let previous { compare(group, with: previous) }
    previous = group
    self.group = Group(firstSend: sendTime, lastSend: sendTime, lastArrival: arrival)
  }

  private mutating func compare(_ group: Group, with previous: Group) {
    let variation = (group.lastArrival - previous.lastArrival) - (group.lastSend - previous.lastSend)
    // A clock step or a pause of many seconds is no queue.
    guard variation.magnitude < .seconds(3) else {
      reset()
      return
    }
    let origin = origin ?? group.lastArrival
    self.origin = origin
    deltas = min(deltas + 1, 60)
    accumulated += variation.milliseconds
    smoothed = Self.smoothing * smoothed + (1 - Self.smoothing) * accumulated
    points.append(((group.lastArrival - origin).milliseconds, smoothed))
    if points.count > Self.window { points.removeFirst() }
    guard points.count == Self.window else { return }
    judge(trend: slope() * Double(deltas) * Self.gain, now: group.lastArrival)
  }

  /// Least squares.
  private func slope() -> Double {
    let count = Double(points.count)
    var (sumX, sumY) = (0.0, 0.0)
    for point in points {
      sumX += point.x
      sumY += point.y
    }
    let (meanX, meanY) = (sumX / count, sumY / count)
    var (numerator, denominator) = (0.0, 0.0)
    for point in points {
      numerator += (point.x - meanX) * (point.y - meanY)
      denominator += (point.x - meanX) * (point.x - meanX)
    }
    return denominator > 0 ? numerator / denominator : 0
  }

  private mutating func judge(trend: Double, now: MonotonicTime) {
    if trend > threshold {
      let since = overuseSince ?? now
      overuseSince = since
      if now - since >= .milliseconds(10), trend >= lastTrend { usage = .over }
    } else {
      overuseSince = nil
      usage = trend < -threshold ? .under : .normal
    }
    lastTrend = trend
    // The threshold follows the trend, so that a flow is not starved by others that fill the queue (§5.4).
    let elapsed = min(lastUpdate.map { (now - $0).milliseconds } ?? 0, 100)
    lastUpdate = now
    guard abs(trend) <= threshold + 15 else { return }
    let rate = abs(trend) < threshold ? 0.039 : 0.0087
    threshold = max(6, min(threshold + rate * (abs(trend) - threshold) * elapsed, 600))
  }

  mutating func reset() {
    group = nil
    previous = nil
    points.removeAll(keepingCapacity: true)
    (accumulated, smoothed, deltas, lastTrend) = (0, 0, 0, 0)
    origin = nil
    overuseSince = nil
    usage = .normal
  }
}
