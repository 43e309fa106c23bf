import RTCBase
import RTCCongestion

/// A sender that follows an estimator over a link with one bottleneck, in virtual time.
///
/// Frames at 30 a second of the target rate, a pacer in its simplest form, a drop-tail queue, transport-wide feedback every 50 ms.
struct SimulatedCall {
  enum Feedback {
    case transportWide, receiverReports, receiverEstimate(Bitrate)
  }

  var estimator: SendSideEstimator
  var history = SentPacketHistory()
  var capacity: Bitrate
  var loss = 0.0
  var feedback = Feedback.transportWide
  /// The most that the application sends; above it the target is not used up.
  var applicationLimit: Bitrate?
  var delivers = true
  let propagation = TimeDelta.milliseconds(25)
  let queueLimit = TimeDelta.milliseconds(600)
  let random: RandomSource

  private(set) var now = MonotonicTime.zero
  private(set) var queueDelays: [(at: MonotonicTime, delay: TimeDelta)] = []
  private(set) var targets: [(at: MonotonicTime, rate: Bitrate)] = []
  private(set) var deliveredBytes = 0

  private var linkFree = MonotonicTime.zero
  private var toSend = 0
  private var nextFrame = MonotonicTime.zero
  private var nextFeedback = MonotonicTime(nanoseconds: 50_000_000)
  private var debt = 0.0
  private var probe: (cluster: ProbeCluster, packets: Int, bytes: Int, start: MonotonicTime)?
  private var arriving: [(number: UInt16, at: MonotonicTime?)] = []
  private var returning: [(at: MonotonicTime, base: UInt16, reports: [(UInt16, MonotonicTime?)])] = []
  private var reportExpected = 0
  private var reportLost = 0

  init(capacity: Bitrate, limits: BitrateLimits = BitrateLimits(), seed: UInt64 = 1) {
    self.capacity = capacity
    estimator = SendSideEstimator(configuration: .init(limits: limits))
    random = .seeded(seed)
  }

  var target: Bitrate { estimator.estimate.target }

  func worstQueueDelay(after start: TimeDelta, before end: TimeDelta = .infinity) -> TimeDelta {
    queueDelays.filter { $0.at - .zero >= start && $0.at - .zero < end }.map(\.delay).max() ?? .zero
  }

  func meanTarget(after start: TimeDelta) -> Bitrate {
    let rates = targets.filter { $0.at - .zero >= start }.map(\.rate.bitsPerSecond)
    return Bitrate(bitsPerSecond: rates.isEmpty ? 0 : rates.reduce(0, +) / Int64(rates.count))
  }

  mutating func run(for duration: TimeDelta) {
    let end = now + duration
    while now < end {
      step()
      now += .milliseconds(1)
    }
  }

  private mutating func step() {
    if now >= nextFrame {
      let rate = min(target, applicationLimit ?? target)
      // Frames differ in size, as an encoder's do.
      toSend += Int(Double(rate.byteCount(in: .milliseconds(33))) * (0.7 + 0.6 * unit()))
      nextFrame += .milliseconds(33)
    }
    send()
    if now >= nextFeedback {
      report()
      nextFeedback += .milliseconds(50)
    }
    while let first = returning.first, first.at <= now {
      returning.removeFirst()
      deliver(first.reports)
    }
    if let deadline = estimator.deadline, deadline.time <= now { estimator.handleTimeout(now: now) }
    if now.nanoseconds % 20_000_000 == 0 { targets.append((now, target)) }
  }

  private func unit() -> Double { Double(random.next() >> 11) / Double(1 << 53) }

  private mutating func send() {
    debt = max(0, debt - Double(estimator.estimate.pacingRate.byteCount(in: .milliseconds(1))))
    if probe == nil, let cluster = estimator.pollProbe() { probe = (cluster, 0, 0, now) }
    while var active = probe {
      let due = active.start + active.cluster.rate.duration(ofBytes: active.bytes)
      guard due <= now else { return }
      transmit(1_000, probe: active.cluster.id)
      toSend = max(0, toSend - 1_000)
      active.packets += 1
      active.bytes += 1_000
      let isComplete = active.packets >= active.cluster.minimumPackets && active.bytes >= active.cluster.minimumBytes
      probe = isComplete ? nil : active
    }
    while toSend > 0, debt <= 0 {
      let size = min(1_100, toSend)
      transmit(size, probe: nil)
      toSend -= size
      debt += Double(size)
    }
  }

  private mutating func transmit(_ size: Int, probe: ProbeCluster.ID?) {
    var packet: SentPacket
    if case .transportWide = feedback {
      packet = history.record(size: size, probe: probe, now: now)
    } else {
      packet = SentPacket(sequenceNumber: nil, sendTime: now, size: size)
    }
    estimator.handleSentPacket(packet)
    let number = UInt16(truncatingIfNeeded: packet.sequenceNumber ?? 0)
    let start = max(linkFree, now)
    reportExpected += 1
    guard delivers, unit() >= loss, start - now < queueLimit else {
      if delivers { arriving.append((number, nil)) }
      reportLost += 1
      return
    }
    queueDelays.append((now, start - now))
    linkFree = start + capacity.duration(ofBytes: size)
    deliveredBytes += size
    arriving.append((number, linkFree + propagation))
  }

  private mutating func report() {
    switch feedback {
    case .transportWide:
      // Up to the last packet that arrived by now.
      guard let last = arriving.lastIndex(where: { $0.at.map { $0 <= now } ?? false }) else { return }
      let reports = arriving[...last].map { ($0.number, $0.at) }
      arriving.removeSubrange(...last)
      returning.append((now + propagation, reports[0].0, reports))
    case .receiverReports, .receiverEstimate:
      guard now.nanoseconds % 1_000_000_000 < 50_000_000 else { return }
      let queue = max(.zero, linkFree - now)
      estimator.handleRoundTripTime(propagation * 2 + queue, now: now)
      estimator.handleLossReport(LossReport(expected: reportExpected, lost: reportLost), now: now)
      reportExpected = 0
      reportLost = 0
      if case .receiverEstimate(let bitrate) = feedback { estimator.handleReceiverEstimate(bitrate, now: now) }
    }
  }

  private mutating func deliver(_ reports: [(UInt16, MonotonicTime?)]) {
    history.beginFeedback()
    for (number, at) in reports { history.addReport(number, arrival: at.map { $0 - .zero }) }
    estimator.handleFeedback(history.finishFeedback(now: now), now: now)
  }
}
