import RTCBase
import RTCRTP

extension AudioReceiver {
  /// The least piece that a decoder makes up: 2.5 ms.
  private var quantum: Int { max(1, clock.rate / 400) }
  /// Nothing longer is made up at a time, so that a packet which arrives meanwhile is played soon.
  private var longestStep: Int { max(quantum, clock.rate / 50 / quantum * quantum) }
  /// A gap begins with a piece as long as a packet, so that one which is hardly late is hardly played later. Every further piece is
  /// as long as all before it: each costs the same, and one packet of 2.5 ms must not lead to hundreds.
  private var concealmentStep: Int {
    let step = max(lastSamples, waitedSamples, concealedInGap)
    return max(quantum, min(step / quantum * quantum, longestStep))
  }

  mutating func tick() -> AudioPlayout? {
    catchUp()
    while let next = packets[packets.first] {
      if next.timestamp &+ Int64(next.samples) <= playTimestamp, lastNumber != nil {
        _ = removeFirstPacket()
        lastNumber = max(lastNumber ?? next.number, next.number)
        statistics.packetsDiscarded &+= 1
        continue
      }
      let gap = next.timestamp &- playTimestamp
      if gap < Int64(quantum) || gap <= Int64(waitedSamples) { return decodeFirst() }
      if gap > Int64(clock.rate) * 5 { return decodeFirst() }
      return bridge(gap: Int(gap), to: next)
    }
    return wait()
  }

  // MARK: The packet is there

  private mutating func decodeFirst() -> AudioPlayout? {
    guard let packet = removeFirstPacket() else { return nil }
    playTimestamp = packet.timestamp
    let stretch = stretch(for: packet)
    let held = max(.zero, nextDue - packet.arrival)
    let samples = Int64(packet.samples)
    statistics.jitterBufferDelay += held * samples
    statistics.jitterBufferTargetDelay += targetDelay * samples
    statistics.jitterBufferMinimumDelay += max(estimator.target, configuration.minimumDelay) * samples
    statistics.jitterBufferEmittedCount &+= samples
    observeLoss(before: packet)
    if stretch > 0 { statistics.insertedSamplesForDeceleration &+= Int64(stretch) }
    if stretch < 0 { statistics.removedSamplesForAcceleration &-= Int64(stretch) }
    lastNumber = packet.number
    lastPayloadType = packet.payloadType
    lastSamples = max(quantum, packet.samples)
    wasSilenceAnnounced = packet.announcesSilence
    waitedSamples = 0
    concealedInGap = 0
    wasConcealing = false
    return emit(
      .decode(payload: packet.payload), samples: packet.samples, stretch: stretch, advancing: packet.samples,
      audioLevel: packet.audioLevel, arrival: packet.arrival)
  }

  private mutating func observeLoss(before packet: AudioPacket) {
    let lost = lastNumber.map { max(0, min(packet.number &- $0 &- 1, 50)) } ?? 0
    lossShare += (Double(lost) / Double(lost + 1) - lossShare) / 64
    // With hysteresis, for each change of the delay is heard.
    awaitsCorrection = packet.holdsErrorCorrection && lossShare > (awaitsCorrection ? 0.01 : 0.03)
  }

  /// How to move the current delay towards its target with this packet. Hysteresis keeps calm streams untouched.
  private mutating func stretch(for packet: AudioPacket) -> Int {
    guard let delay = delay(of: packet.timestamp) else { return 0 }
    let target = targetDelay
    let excess = delay - target
    statistics.currentDelay = delay
    // Too short a delay is heard as gaps, too long a one hardly: only the upper side has room.
    switch adjustment {
    case .none:
      if excess > max(.milliseconds(10), target / 8) { adjustment = .accelerating }
      if excess < -.microseconds(500) { adjustment = .expanding }
    case .accelerating:
      if excess <= .zero { adjustment = .none }
    case .expanding:
      if excess >= .zero { adjustment = .none }
    }
    let excessSamples = clock.ticks(in: excess)
    switch adjustment {
    case .none: return 0
    // A quarter is hardly heard; half is, but a long delay harms a conversation more.
    case .accelerating:
      let most = Int64(packet.samples / (excess > .milliseconds(200) ? 2 : 4))
      return -Int(max(0, min(excessSamples, most)))
    case .expanding:
      return Int(max(0, -max(excessSamples, -Int64(packet.samples / 4))))
    }
  }

  /// After a long stall whole packets are left out instead of seconds of hasty speech.
  private mutating func catchUp() {
    guard let first = packets[packets.first], let delay = delay(of: first.timestamp),
      delay > targetDelay + .seconds(1)
    else { return }
    while packets.count > 1, let next = packets[packets.first], let delay = self.delay(of: next.timestamp),
      delay > targetDelay
    {
      _ = removeFirstPacket()
      statistics.packetsDiscarded &+= 1
      lastNumber = next.number
      playTimestamp = next.timestamp &+ Int64(next.samples)
      waitedSamples = 0
    }
  }

  // MARK: A later packet is there

  private mutating func bridge(gap: Int, to next: AudioPacket) -> AudioPlayout? {
    var gap = gap
    if waitedSamples > 0 {
      // What was made up while waiting has covered the beginning of the gap.
      playTimestamp &+= Int64(waitedSamples)
      gap -= waitedSamples
      waitedSamples = 0
    }
    let lostPackets = lastNumber.map { next.number &- $0 &- 1 } ?? 0
    let (lostSamples, overflow) = lostPackets.multipliedReportingOverflow(by: Int64(lastSamples))
    let isLoss = lostPackets > 0 && (overflow || Int64(concealedInGap) < lostSamples)
    guard isLoss else { return silence(upTo: gap) }
    let correctable = next.holdsErrorCorrection ? min(next.samples, gap / quantum * quantum) : 0
    if correctable > 0, gap < correctable + quantum {
      statistics.forwardErrorCorrectionEvents &+= 1
      statistics.forwardErrorCorrectionSamples &+= Int64(correctable)
      concealedInGap += correctable
      wasConcealing = false
      return emit(
        .decodeForwardErrorCorrection(payload: next.payload), samples: correctable, advancing: correctable,
        payloadType: next.payloadType, arrival: next.arrival)
    }
    let step = max(quantum, min(concealmentStep, (gap - correctable) / quantum * quantum))
    return conceal(step, advancing: step)
  }

  /// A pause of the sender is the moment to adapt the delay: nobody hears silence being stretched.
  private mutating func silence(upTo gap: Int) -> AudioPlayout? {
    var gap = gap
    let excess = delay(of: playTimestamp).map { clock.ticks(in: $0 - targetDelay) } ?? 0
    if excess > 0 {
      let skipped = Int(min(excess, Int64(gap)))
      playTimestamp &+= Int64(skipped)
      statistics.removedSamplesForAcceleration &+= Int64(skipped)
      gap -= skipped
      if gap < quantum { return decodeFirst() }
    }
    // Together with what the delay lacks: a short gap is not filled up in pieces of its size.
    let missing = Int(-max(min(excess, 0), -Int64(longestStep)))
    let step = max(quantum, min(gap + missing, longestStep) / quantum * quantum)
    let inserted = min(missing, step)
    if inserted > 0 { statistics.insertedSamplesForDeceleration &+= Int64(inserted) }
    statistics.silenceSamples &+= Int64(step)
    wasConcealing = false
    return emit(.silence, samples: step, advancing: step - inserted)
  }

  // MARK: Nothing is there

  private mutating func wait() -> AudioPlayout? {
    if waitedSamples >= clock.ticks(in: configuration.idleTimeout) {
      state = .idle
      return nil
    }
    let step = concealmentStep
    waitedSamples = min(waitedSamples + step, clock.rate * 60)
    guard wasSilenceAnnounced else { return conceal(step, advancing: 0) }
    statistics.silenceSamples &+= Int64(step)
    wasConcealing = false
    return emit(.silence, samples: step, advancing: 0)
  }

  private mutating func conceal(_ samples: Int, advancing: Int) -> AudioPlayout? {
    if !wasConcealing { statistics.concealmentEvents &+= 1 }
    wasConcealing = true
    let isHopeless = concealedInGap >= clock.rate / 2
    concealedInGap = min(concealedInGap + samples, clock.rate * 60)
    statistics.concealedSamples &+= Int64(samples)
    if isHopeless { statistics.silentConcealedSamples &+= Int64(samples) }
    return emit(isHopeless ? .silence : .conceal, samples: samples, advancing: advancing)
  }

  // MARK: Output

  private mutating func emit(
    _ action: AudioPlayout.Action, samples: Int, stretch: Int = 0, advancing: Int, payloadType: PayloadType? = nil,
    audioLevel: AudioLevel? = nil, arrival: MonotonicTime? = nil
  ) -> AudioPlayout? {
    let playout = AudioPlayout(
      action: action, payloadType: payloadType ?? lastPayloadType,
      rtpTimestamp: UInt32(truncatingIfNeeded: playTimestamp), samples: samples, stretch: stretch,
      clockRate: clock.rate, due: nextDue, audioLevel: audioLevel, arrival: arrival)
    statistics.totalSamplesReceived &+= Int64(samples + stretch)
    statistics.targetDelay = targetDelay
    playTimestamp &+= Int64(advancing)
    nextDue += playout.duration
    return playout
  }
}
