import RTCBase

/// Learns from arrival times how long media must be held so that nearly all of it is there when it is due.
///
/// Every delay is relative to the quickest arrival of the last seconds, so neither the path's own delay nor a drifting sender clock
/// counts. Two histograms vote: a quick one raises the target within a few packets of the first late ones, a slow one keeps
/// it up until the network has been calm for a while.
struct PlayoutDelayEstimator: Sendable {
  struct Configuration: Sendable {
    var slowQuantile = 0.99
    var slowTimeConstant = TimeDelta.seconds(5)
    var fastQuantile = 0.95
    var fastTimeConstant = TimeDelta.milliseconds(600)
    var baseWindow = TimeDelta.seconds(4)
    /// A step of the sender's timeline or of the path's delay beyond this is not jitter but a new timeline.
    var discontinuity = TimeDelta.seconds(3)
  }

  enum Outcome: Equatable {
    case accepted
    /// The media timeline jumped: everything learnt about its offset is void and was forgotten.
    case discontinuity
  }

  let clock: MediaClock
  private let configuration: Configuration
  private var slow: DelayHistogram
  private var fast: DelayHistogram
  private var minimum: WindowedMinimum
  private var reference: (timestamp: Int64, arrival: MonotonicTime)?
  private var histogramBase: Int64 = 0
  private var lastArrival: MonotonicTime?
  private(set) var discontinuities = 0

  init(clock: MediaClock, configuration: Configuration = Configuration()) {
    self.clock = clock
    self.configuration = configuration
    slow = DelayHistogram(quantile: configuration.slowQuantile, timeConstant: configuration.slowTimeConstant)
    fast = DelayHistogram(quantile: configuration.fastQuantile, timeConstant: configuration.fastTimeConstant)
    minimum = WindowedMinimum(window: configuration.baseWindow)
  }

  /// The delay that the jitter of late asks for, above the quickest arrival.
  var target: TimeDelta { max(slow.quantileDelay, fast.quantileDelay) }

  /// When the medium of `timestamp` would arrive on the quickest path of late; `nil` before the first arrival.
  func earliestArrival(of timestamp: Int64) -> MonotonicTime? {
    guard let reference, let base = minimum.value else { return nil }
    return reference.arrival + clock.duration(ofTicks: timestamp &- reference.timestamp) + TimeDelta(nanoseconds: base)
  }

  /// - Parameters:
  ///   - timestamp: Unwrapped.
  ///   - countsForTarget: `false` for arrivals that say nothing about the path, such as retransmissions of audio.
  mutating func update(timestamp: Int64, arrival: MonotonicTime, countsForTarget: Bool = true) -> Outcome {
    guard let reference else {
      start(timestamp: timestamp, arrival: arrival)
      return .accepted
    }
    let transit = arrival - reference.arrival - clock.duration(ofTicks: timestamp &- reference.timestamp)
    let deviation = transit - TimeDelta(nanoseconds: minimum.value ?? 0)
    if deviation > configuration.discontinuity || deviation < -configuration.discontinuity {
      discontinuities &+= 1
      minimum.removeAll()
      fast.removeAll()
      start(timestamp: timestamp, arrival: arrival)
      return .discontinuity
    }
    guard countsForTarget else { return .accepted }
    minimum.insert(transit.nanoseconds, now: arrival)
    let base = minimum.value ?? transit.nanoseconds
    let steps = (histogramBase &- base) / DelayHistogram.bucketWidth.nanoseconds
    if steps != 0 {
      histogramBase &-= steps &* DelayHistogram.bucketWidth.nanoseconds
      slow.shift(byBuckets: Int(steps))
      fast.shift(byBuckets: Int(steps))
    }
    let elapsed = lastArrival.map { arrival - $0 } ?? .zero
    lastArrival = arrival
    let delay = transit - TimeDelta(nanoseconds: base)
    slow.insert(delay, elapsed: elapsed)
    fast.insert(delay, elapsed: elapsed)
    return .accepted
  }

  private mutating func start(timestamp: Int64, arrival: MonotonicTime) {
    reference = (timestamp, arrival)
    minimum.insert(0, now: arrival)
    histogramBase = 0
    lastArrival = arrival
    slow.insert(.zero, elapsed: .zero)
    fast.insert(.zero, elapsed: .zero)
  }
}
