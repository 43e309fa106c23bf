import RTCBase

/// The first implementation of `BandwidthEstimator`.
///
/// With transport-wide feedback a delay-based estimate (groups of packets, trendline, additive increase and multiplicative decrease)
/// is bounded by loss and raised by probes, as draft-ietf-rmcat-gcc-02 lays out. Without it REMB leads, and with receiver reports
/// alone loss and a growing round trip are all there is. Which of the three applies is decided by what arrives, never by negotiation.
package struct SendSideEstimator: BandwidthEstimator {
  package struct Configuration: Hashable, Sendable {
    package var limits = BitrateLimits()
    package var pacingFactor = 2.5
    package var pacingWindow = TimeDelta.milliseconds(5)
    package init() {}
    package init(limits: BitrateLimits) { self.limits = limits }
  }

  private enum Mode: Sendable {
    case unknown, reports, receiver, transportWide
  }

  private static let feedbackTimeout = TimeDelta.seconds(1)
  private static let backOffInterval = TimeDelta.milliseconds(500)
  /// A receiver's estimate that is not repeated beside transport-wide feedback is no longer meant.
  private static let receiverEstimateLife = TimeDelta.seconds(15)
  private static let recentWindow = TimeDelta.seconds(30)
  private static let lowEstimatePatience = TimeDelta.seconds(3)
  private static let lowEstimateConfirmation = TimeDelta.milliseconds(300)
  private static let queueHint = TimeDelta.milliseconds(50)
  /// With reports alone, a round trip this much above the shortest one tells of a queue.
  private static let queueSuspicion = TimeDelta.milliseconds(250)

  package private(set) var estimate: BandwidthEstimate
  package private(set) var limits: BitrateLimits

  private let configuration: Configuration
  private var mode = Mode.unknown
  private var interArrival = InterArrival()
  private var trendline = TrendlineDetector()
  private var delay: DelayRateControl
  private var loss = LossRateControl()
  private var acknowledged = AcknowledgedBitrate()
  private var sent = AcknowledgedBitrate()
  private var probes = ProbeController()
  private var probeEstimator = ProbeBitrateEstimator()
  private var demand: Bitrate?

  /// The rate without a delay signal: REMB or receiver reports.
  private var openLoop: Bitrate
  private var lastOpenLoopChange: MonotonicTime?
  /// Since when the receiver's estimates lie below what is sent.
  private var lowEstimateBegin: MonotonicTime?
  private var receiverEstimate: (bitrate: Bitrate, at: MonotonicTime)?
  private var roundTrip: TimeDelta?
  private var latestRoundTrip: TimeDelta?
  private var shortestRoundTrip: TimeDelta?
  private var lastFeedback: MonotonicTime?
  private var lastBackOff = MonotonicTime.distantPast
  private var lastDecrease: MonotonicTime?
  private var lastTransportWideSend: MonotonicTime?
  private var recent: (bitrate: Bitrate, at: MonotonicTime)?
  /// Feedback has stopped: when it last came, and the estimate of then.
  private var outage: (since: MonotonicTime, bitrate: Bitrate)?
  /// Losses of packets sent in this span were an outage's, and tell nothing about the width of the path.
  private var excused: (from: MonotonicTime, through: MonotonicTime)?

  package init(configuration: Configuration = Configuration()) {
    self.configuration = configuration
    limits = configuration.limits
    delay = DelayRateControl(start: configuration.limits.start)
    openLoop = configuration.limits.start
    estimate = BandwidthEstimate(
      target: configuration.limits.start, pacingRate: configuration.limits.start * configuration.pacingFactor,
      pacingWindow: configuration.pacingWindow)
  }

  // MARK: Inputs

  package mutating func handleSentPacket(_ packet: SentPacket) {
    sent.add(packet.size, at: packet.sendTime - .zero)
    guard packet.sequenceNumber != nil else { return }
    lastTransportWideSend = packet.sendTime
    guard !probes.hasStarted else { return }
    probes.start(limits.start, ceiling: probeCeiling, now: packet.sendTime)
  }

  package mutating func handleFeedback(_ results: FeedbackResults, now: MonotonicTime) {
    guard !results.packets.isEmpty else { return }
    mode = .transportWide
    lastFeedback = now
    if let measured = results.roundTripTime { observeRoundTrip(measured) }
    let resumed = endOutage(results)
    var lost = 0
    var excusedCount = 0
    var probed: Bitrate?
    var detected = TrendlineDetector.Usage.normal
    for result in results.packets {
      guard let arrival = result.arrival else {
        if isExcused(result.packet) { excusedCount += 1 } else { lost += 1 }
        continue
      }
      acknowledged.add(result.packet.size, at: arrival)
      if let bitrate = probeEstimator.add(result.packet, arrival: arrival) { probed = max(probed ?? .zero, bitrate) }
      if let delta = interArrival.add(sendTime: result.packet.sendTime, arrival: arrival) {
        trendline.add(delta, now: now)
        if trendline.usage == .overuse { detected = .overuse }
      }
    }
    let usage = detected == .overuse ? detected : trendline.usage
    loss.add(expected: results.packets.count - excusedCount, lost: lost, now: now)
    if let probed {
      // The queue that grew meanwhile is the probe's own doing, and the probe measured the path better than the queue does.
      applyProbe(probed, now: now)
    } else if delay.update(
      usage, acknowledged: acknowledged.bitrate, recent: acknowledged.recentBitrate, roundTripTime: currentRoundTrip,
      limits: limits, now: now)
    {
      lastDecrease = now
    }
    loss.update(
      target: estimate.target, ceiling: delay.estimate, roundTripTime: currentRoundTrip, limits: limits, now: now)
    conclude(now: now)
    if let resumed { probes.resume(at: resumed, estimate: estimate.target, ceiling: probeCeiling, now: now) }
    updateProbes(usage: usage, now: now)
  }

  /// The bitrate from before the outage that this feedback ends.
  private mutating func endOutage(_ results: FeedbackResults) -> Bitrate? {
    guard let outage else { return nil }
    // What was on its way when the path broke was lost with the rest.
    let start = outage.since - currentRoundTrip - .milliseconds(100)
    let first = results.packets.first { $0.arrival != nil && $0.packet.sendTime > outage.since }
    excused = (start, first?.packet.sendTime ?? .distantFuture)
    guard first != nil else { return nil }
    self.outage = nil
    return outage.bitrate
  }

  private func isExcused(_ packet: SentPacket) -> Bool {
    guard let excused else { return false }
    return packet.sendTime >= excused.from && packet.sendTime <= excused.through
  }

  package mutating func handleReceiverEstimate(_ bitrate: Bitrate, now: MonotonicTime) {
    let bounded = limits.clamp(bitrate)
    receiverEstimate = (bounded, now)
    if mode != .transportWide {
      mode = .receiver
      if !isEcho(bounded, now: now) {
        // A receiver that promises the sky does not make the path wider than what was tried.
        let tried = (sent.bitrate ?? .zero) * 1.5
        openLoop = limits.clamp(min(bounded, max(openLoop, tried)))
      }
    }
    conclude(now: now)
  }

  package mutating func handleLossReport(_ report: LossReport, now: MonotonicTime) {
    guard mode != .transportWide else { return }
    if mode == .unknown { mode = .reports }
    loss.add(expected: report.expected, lost: report.lost, now: now)
    loss.update(target: estimate.target, ceiling: openLoop, roundTripTime: currentRoundTrip, limits: limits, now: now)
    if let limit = loss.limit, limit < openLoop { openLoop = limit }
    if mode == .reports { steerByReports(now: now) }
    conclude(now: now)
  }

  package mutating func handleRoundTripTime(_ roundTripTime: TimeDelta, now: MonotonicTime) {
    observeRoundTrip(roundTripTime)
    estimate.roundTripTime = roundTrip
  }

  package mutating func setLimits(_ limits: BitrateLimits, now: MonotonicTime) {
    guard limits != self.limits else { return }
    let startChanged = limits.start != self.limits.start
    self.limits = limits
    if mode == .unknown, startChanged {
      delay.reset(to: limits.start)
      openLoop = limits.start
    }
    openLoop = limits.clamp(openLoop)
    conclude(now: now)
  }

  package mutating func setDemand(_ bitrate: Bitrate, now: MonotonicTime) { demand = max(bitrate, .zero) }

  package mutating func pollProbe() -> ProbeCluster? {
    guard let cluster = probes.poll() else { return nil }
    probeEstimator.expect(cluster)
    return cluster
  }

  // MARK: Silence

  package var deadline: Deadline? { silenceEnd.map { Deadline($0, "congestion.feedback-timeout") } }

  /// When the silence of a peer that used to give feedback becomes suspicious.
  private var silenceEnd: MonotonicTime? {
    guard let lastFeedback, let lastTransportWideSend, lastTransportWideSend > lastFeedback,
      estimate.target > limits.minimum
    else { return nil }
    return max(lastFeedback + Self.feedbackTimeout, lastBackOff + Self.backOffInterval)
  }

  package mutating func handleTimeout(now: MonotonicTime) {
    guard let silenceEnd, now >= silenceEnd else { return }
    // The path may be gone: what is sent into it meanwhile must not stand in a queue when it comes back.
    lastBackOff = now
    if outage == nil, let lastFeedback { outage = (lastFeedback, estimate.target) }
    delay.set(limits.clamp(delay.estimate * 0.8), now: now)
    conclude(now: now)
  }

  // MARK: Conclusions

  /// Whether a receiver's estimate only tells what it gets, while the application sends less than it may.
  ///
  /// Receivers draw their estimate from what arrives. Taken as a limit, an encoder that stays below its target would shrink it again
  /// and again. A full path shows in an estimate below what is sent; without loss or a queue it may be an old one, or a burst's.
  private mutating func isEcho(_ bitrate: Bitrate, now: MonotonicTime) -> Bool {
    guard let sent = sent.bitrate, sent < openLoop * 0.9, bitrate < openLoop,
      bitrate <= sent * 1.6 + .kilobitsPerSecond(10)
    else {
      lowEstimateBegin = nil
      return false
    }
    guard bitrate < sent * 0.9 else {
      lowEstimateBegin = nil
      return true
    }
    let begin = lowEstimateBegin ?? now
    lowEstimateBegin = begin
    let queue = (latestRoundTrip ?? .zero) - (shortestRoundTrip ?? .zero)
    let isCalm = queue < Self.queueHint && loss.fractionLost < 0.02
    return now - begin < (isCalm ? Self.lowEstimatePatience : Self.lowEstimateConfirmation)
  }

  private var currentRoundTrip: TimeDelta { roundTrip ?? .milliseconds(200) }

  private var probeCeiling: Bitrate {
    guard let demand else { return limits.maximum }
    return min(limits.maximum, max(demand * 2, limits.start))
  }

  private mutating func observeRoundTrip(_ measured: TimeDelta) {
    let bounded = min(max(measured, .zero), .seconds(10))
    latestRoundTrip = bounded
    roundTrip = roundTrip.map { $0 * 7 / 8 + bounded / 8 } ?? bounded
    shortestRoundTrip = min(shortestRoundTrip ?? bounded, bounded)
  }

  private mutating func applyProbe(_ measured: Bitrate, now: MonotonicTime) {
    probes.handleResult(measured, ceiling: probeCeiling, now: now)
    // The first measurement is believed both ways, later ones only upwards: cross traffic of a moment is no lasting limit.
    guard delay.isInitial || measured > delay.estimate else { return }
    delay.set(limits.clamp(measured), now: now)
  }

  private mutating func steerByReports(now: MonotonicTime) {
    let elapsed = min(max(0, lastOpenLoopChange.map { (now - $0).seconds } ?? 0), 1)
    let last = lastOpenLoopChange
    lastOpenLoopChange = now
    if let roundTrip, let shortestRoundTrip, roundTrip - shortestRoundTrip > Self.queueSuspicion {
      if last != nil { openLoop = limits.clamp(openLoop * (1 - 0.15 * elapsed)) }
      return
    }
    guard loss.limit == nil, loss.fractionLost < 0.02 else { return }
    let grown = openLoop * (1 + 0.08 * elapsed)
    let tried = (sent.bitrate ?? .zero) * 1.5
    openLoop = limits.clamp(min(grown, max(openLoop, tried)))
  }

  private mutating func updateProbes(usage: TrendlineDetector.Usage, now: MonotonicTime) {
    if !delay.isInitial, recent.map({ delay.estimate >= $0.bitrate || now - $0.at > Self.recentWindow }) ?? true {
      recent = (delay.estimate, now)
    }
    let isSettled = lastDecrease.map { now - $0 > .seconds(1) } ?? true
    probes.update(
      estimate: estimate.target, recent: recent?.bitrate ?? estimate.target, ceiling: probeCeiling,
      isCalm: usage == .normal && isSettled && loss.fractionLost < 0.1, now: now)
  }

  private mutating func conclude(now: MonotonicTime) {
    var target = mode == .transportWide ? delay.estimate : openLoop
    var limitation: BandwidthEstimate.Limitation
    switch mode {
    case .unknown: limitation = .start
    case .reports: limitation = .loss
    case .receiver: limitation = .receiver
    case .transportWide: limitation = delay.isInitial ? .start : .delay
    }
    if let limit = loss.limit, limit < target {
      target = limit
      limitation = .loss
    }
    if mode == .transportWide, let cap = receiverEstimate, now - cap.at < Self.receiverEstimateLife,
      cap.bitrate < target
    {
      target = cap.bitrate
      limitation = .receiver
    }
    let clamped = limits.clamp(target)
    if clamped != target || clamped == limits.maximum { limitation = .configuration }
    estimate.target = clamped
    estimate.limitation = limitation
    estimate.fractionLost = loss.fractionLost
    estimate.roundTripTime = roundTrip
    estimate.pacingRate = clamped * configuration.pacingFactor
  }
}
