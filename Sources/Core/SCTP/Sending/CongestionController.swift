import RTCBase

/// How many bytes may be under way: slow start with an early exit on growing delay (RFC 9406), then CUBIC (RFC 9438),
/// within the rules of SCTP (RFC 9260 §7.2).
struct CongestionController {
  let packetSize: Int
  private(set) var window: Int
  private(set) var slowStartThreshold = Int.max

  // CUBIC: the window at the last loss, when growth began again, and what it takes to come back.
  private var lastMaximum = 0.0
  private var epoch: MonotonicTime?
  private var timeToMaximum = 0.0
  /// What a Reno flow would have by now.
  private var friendlyWindow = 0.0

  // HyStart: the smallest round trip of this round and the one before.
  private var roundEnd: TSN?
  private var lastRoundMinimum = TimeDelta.infinity
  private var roundMinimum = TimeDelta.infinity
  private var roundSamples = 0

  /// Where things stood before the last cut.
  private var before: (window: Int, threshold: Int, maximum: Double)?

  private static let decrease = 0.7
  private static let scale = 0.4
  static let initialPackets = 10

  init(packetSize: Int) {
    self.packetSize = packetSize
    window = Self.initialPackets * packetSize
  }

  var isInSlowStart: Bool { window < slowStartThreshold }

  /// - Parameters:
  ///   - wasLimited: the window was what held sending back; an idle sender earns nothing (RFC 9260 §7.2.1).
  ///   - cumulativeTSN, nextTSN: mark the rounds of slow start.
  mutating func acknowledged(
    _ byteCount: Int, roundTrip: TimeDelta?, smoothed: TimeDelta?, wasLimited: Bool, cumulativeTSN: TSN, nextTSN: TSN,
    now: MonotonicTime
  ) {
    if isInSlowStart {
      if wasLimited { window += byteCount }
      watchDelay(roundTrip, cumulativeTSN: cumulativeTSN, nextTSN: nextTSN)
      return
    }
    guard wasLimited else {
      epoch = nil
      return
    }
    grow(byteCount, smoothed: smoothed ?? .zero, now: now)
  }

  /// RFC 9406 §4.2: delay that grows from one round to the next shows a queue that fills.
  private mutating func watchDelay(_ roundTrip: TimeDelta?, cumulativeTSN: TSN, nextTSN: TSN) {
    if let end = roundEnd {
      if !end.isAfter(cumulativeTSN) {
        lastRoundMinimum = roundMinimum
        roundMinimum = .infinity
        roundSamples = 0
        roundEnd = nextTSN
      }
    } else {
      roundEnd = nextTSN
    }
    guard let roundTrip else { return }
    roundMinimum = min(roundMinimum, roundTrip)
    roundSamples += 1
    guard roundSamples >= 8, lastRoundMinimum != .infinity else { return }
    let tolerance = min(max(lastRoundMinimum / 8, .milliseconds(4)), .milliseconds(16))
    if roundMinimum >= lastRoundMinimum + tolerance { slowStartThreshold = window }
  }

  private mutating func grow(_ byteCount: Int, smoothed: TimeDelta, now: MonotonicTime) {
    let segment = Double(packetSize)
    let current = Double(window) / segment
    if epoch == nil {
      epoch = now
      friendlyWindow = current
      if lastMaximum > current {
        timeToMaximum = Self.cubeRoot((lastMaximum - current) / Self.scale)
      } else {
        timeToMaximum = 0
        lastMaximum = current
      }
    }
    let elapsed = (now - (epoch ?? now) + smoothed).seconds - timeToMaximum
    let target = min(Self.scale * elapsed * elapsed * elapsed + lastMaximum, current * 1.5)
    let segments = Double(byteCount) / segment
    // RFC 9438 §4.3: never less than a flow of Reno.
    let alpha = friendlyWindow < lastMaximum ? 3 * (1 - Self.decrease) / (1 + Self.decrease) : 1
    friendlyWindow += alpha * segments / current
    var next = current + (target > current ? (target - current) / current * segments : 0)
    next = max(next, min(friendlyWindow, current + segments))
    window = Int(next * segment)
  }

  /// Something was lost, for the first time in this round trip.
  mutating func lost() {
    before = (window, slowStartThreshold, lastMaximum)
    let current = Double(window) / Double(packetSize)
    lastMaximum = current < lastMaximum ? current * (1 + Self.decrease) / 2 : current
    slowStartThreshold = max(Int(Double(window) * Self.decrease), 4 * packetSize)
    window = slowStartThreshold
    epoch = nil
  }

  /// Nothing came back at all (RFC 9260 §7.2.3).
  mutating func timedOut() {
    lost()
    window = packetSize
    roundEnd = nil
    lastRoundMinimum = .infinity
    roundMinimum = .infinity
  }

  /// Nothing was lost after all.
  mutating func undo() {
    guard let before else { return }
    window = max(window, before.window)
    slowStartThreshold = max(slowStartThreshold, before.threshold)
    lastMaximum = before.maximum
    self.before = nil
    epoch = nil
  }

  /// After a pause, what was learned before it no longer holds (RFC 9260 §7.2.1).
  mutating func idled() {
    window = min(window, Self.initialPackets * packetSize)
    epoch = nil
  }

  /// Newton's method from above, for a value that is not negative.
  private static func cubeRoot(_ value: Double) -> Double {
    guard value > 0 else { return 0 }
    var root = max(1, value)
    for _ in 0..<64 {
      let next = (2 * root + value / (root * root)) / 3
      if abs(next - root) < 1e-6 * root { return next }
      root = next
    }
    return root
  }
}
