import RTCBase

/// What acknowledgements and the clock say about chunks under way.
extension DataSender {
  /// What one acknowledgement newly says.
  private struct Progress {
    var byteCount = 0
    var roundTrip: TimeDelta?
    var roundTripOrder: UInt64 = 0
  }

  enum AcknowledgementVerdict {
    case progress
    case nothingNew
    /// Older than one that came before.
    case stale
    /// Acknowledges what was never sent.
    case invalid
  }

  mutating func acknowledge(_ sack: SelectiveAcknowledgement, in value: RawSpan, now: MonotonicTime)
    -> AcknowledgementVerdict
  {
    // Duplicates are told once, so even an acknowledgement that was overtaken counts here.
    if sack.duplicateCount > 0 { noteDuplicates(sack.duplicateCount) }
    let advance = sack.cumulativeTSN.distance(from: cumulativeTSN)
    guard advance >= 0 else { return .stale }
    guard advance <= outstanding.count else { return .invalid }
    let highestBefore = recovery.highestTSN
    var progress = Progress()
    for _ in 0..<advance { removeFirst(&progress, highestBefore: highestBefore, now: now) }
    if advance > 0 { noteHighest(sack.cumulativeTSN) }
    let areGapsValid = acknowledgeGaps(sack, in: value, &progress, highestBefore: highestBefore, now: now)
    peerWindow = Int(sack.window)
    if let roundTrip = progress.roundTrip { timeout.add(roundTrip) }
    if let end = recovery.recoveryEnd, !end.isAfter(cumulativeTSN) {
      recovery.recoveryEnd = nil
      recovery.isAfterTimeout = false
    }
    if isProbingWindow, progress.byteCount > 0 {
      isProbingWindow = false
    } else if isProbingWindow, peerWindow >= maximumPacketSize {
      endWindowProbe(now: now)
    }
    if progress.byteCount > 0 {
      recovery.hasProbed = false
      if recovery.recoveryEnd == nil || recovery.isAfterTimeout {
        congestion.acknowledged(
          progress.byteCount, roundTrip: progress.roundTrip, smoothed: timeout.smoothed, wasLimited: wasWindowLimited,
          cumulativeTSN: cumulativeTSN, nextTSN: outstanding.nextTSN, now: now)
      }
    }
    detectLosses(now: now)
    if advance > 0 {
      if outstanding.abandonedCount > 0, outstanding[0].state == .abandoned, !isSkipUnderWay(now: now) {
        needsForwardTSN = true
      }
      timeout.recover()
      retransmissionDeadline = outstanding.isEmpty ? nil : now + timeout.value
    }
    armProbe(now: now)
    guard areGapsValid else { return .invalid }
    return progress.byteCount > 0 || advance > 0 ? .progress : .nothingNew
  }

  /// What came twice was sent again too early (RFC 8985 §6.2, step 4). When all of a recovery was, nothing was lost.
  private mutating func noteDuplicates(_ count: Int) {
    guard recovery.retransmissions > 0 else { return }
    recovery.patienceFactor = min(recovery.patienceFactor + 1, LossRecovery.patienceLimit)
    recovery.needlessRetransmissions += count
    guard recovery.needlessRetransmissions >= recovery.retransmissions else { return }
    recovery.retransmissions = 0
    congestion.undo()
  }

  /// The window has opened: what it swallowed goes again at once, without waiting for its timer.
  private mutating func endWindowProbe(now: MonotonicTime) {
    isProbingWindow = false
    for position in 0..<outstanding.count where outstanding[position].state == .inFlight {
      markLost(position, now: now)
    }
    timeout.recover()
    if !outstanding.isEmpty { retransmissionDeadline = now + timeout.value }
  }

  private mutating func removeFirst(_ progress: inout Progress, highestBefore: TSN?, now: MonotonicTime) {
    note(0, &progress, highestBefore: highestBefore, now: now)
    let message = outstanding[0].message
    outstanding.removeFirst()
    queue.messages[message].outstandingCount -= 1
    queue.releaseIfDone(message)
  }

  private mutating func noteHighest(_ tsn: TSN) {
    if let highest = recovery.highestTSN, !tsn.isAfter(highest) { return }
    recovery.highestTSN = tsn
  }

  /// - Returns: `false` when the gaps are out of order or beyond what was sent; those before are taken.
  private mutating func acknowledgeGaps(
    _ sack: SelectiveAcknowledgement, in value: RawSpan, _ progress: inout Progress, highestBefore: TSN?,
    now: MonotonicTime
  ) -> Bool {
    var end = 0
    defer { if end > 0 { noteHighest(cumulativeTSN.advanced(by: end)) } }
    for index in 0..<sack.gapCount {
      let gap = sack.gap(index, in: value)
      guard gap.first > end, gap.last >= gap.first, Int(gap.last) <= outstanding.count else { return false }
      let start = Int(gap.first) - 1
      end = Int(gap.last)
      // Each acknowledgement tells all gaps again: what is known is passed by.
      var position = outstanding.firstUnsettled(from: start, before: end)
      while position < end {
        note(position, &progress, highestBefore: highestBefore, now: now)
        outstanding.setState(.acknowledged, at: position)
        position = outstanding.firstUnsettled(from: position + 1, before: end)
      }
      outstanding.noteSettled(start..<end)
    }
    return true
  }

  /// A chunk is known to have arrived.
  private mutating func note(_ position: Int, _ progress: inout Progress, highestBefore: TSN?, now: MonotonicTime) {
    let chunk = outstanding[position]
    guard chunk.state == .inFlight || chunk.state == .lost else { return }
    progress.byteCount += chunk.size
    let roundTrip = now - chunk.sentTime
    if chunk.transmissions == 1 {
      if chunk.order > progress.roundTripOrder {
        progress.roundTripOrder = chunk.order
        progress.roundTrip = roundTrip
      }
      if let highestBefore, highestBefore.isAfter(outstanding.firstTSN.advanced(by: position)) {
        recovery.hasSeenReordering = true
      }
    } else if roundTrip < timeout.minimum {
      // More likely the first transmission arrived than that this one came back so fast (RFC 8985 §6.2).
      return
    }
    if chunk.order > recovery.newestOrder {
      recovery.newestOrder = chunk.order
      recovery.newestSentTime = chunk.sentTime
      recovery.newestRoundTrip = roundTrip
    }
  }

  // MARK: Loss

  /// Chunks sent before one that arrived are lost, at once or once they had time to be merely late (RFC 8985 §6.2).
  ///
  /// Every chunk that is looked at is lost, but the last: this costs no more than sending did.
  mutating func detectLosses(now: MonotonicTime) {
    recovery.reorderingDeadline = nil
    let patience = reorderingPatience()
    var wasLost = false
    while let position = outstanding.firstSent, outstanding[position].order < recovery.newestOrder {
      let deadline = outstanding[position].sentTime + recovery.newestRoundTrip + patience
      guard patience == .zero || deadline <= now else {
        // Those sent after it have longer.
        recovery.reorderingDeadline = deadline
        break
      }
      markLost(position, now: now)
      wasLost = true
    }
    if wasLost { enterRecovery() }
  }

  private func reorderingPatience() -> TimeDelta {
    let quarter = timeout.minimum == .infinity ? .zero : timeout.minimum / 4
    if recovery.hasSeenReordering { return min(quarter * recovery.patienceFactor, timeout.smoothed ?? quarter) }
    if recovery.recoveryEnd != nil { return .zero }
    // Three chunks beyond a hole are proof enough (RFC 9260 §7.2.4).
    return outstanding.acknowledgedCount >= 3 ? .zero : quarter
  }

  private mutating func markLost(_ position: Int, now: MonotonicTime) {
    let message = outstanding[position].message
    outstanding.setState(.lost, at: position)
    guard canAbandon, queue.messages[message].isPartiallyReliable else { return }
    let isSpent = outstanding[position].transmissions > queue.messages[message].retransmissionLimit
    if isSpent || queue.messages[message].expiry <= now { abandon(message, near: position) }
  }

  private mutating func enterRecovery() {
    guard recovery.recoveryEnd == nil else { return }
    recovery.recoveryEnd = outstanding.nextTSN.previous
    recovery.isAfterTimeout = false
    recovery.fastRecoveryCount &+= 1
    recovery.beginCounting()
    congestion.lost()
    // The first packet of a recovery does not wait for the window (RFC 9260 §7.2.4, step 3).
    isUnbound = true
  }

  // MARK: Time

  /// A probe comes before the timeout, which is slow and costs the window (RFC 8985 §7.2).
  mutating func armProbe(now: MonotonicTime) {
    recovery.probeDeadline = nil
    guard outstanding.inFlightCount > 0, outstanding.lostCount == 0, recovery.recoveryEnd == nil, !recovery.hasProbed,
      let smoothed = timeout.smoothed
    else { return }
    // A lone packet's acknowledgement may be delayed.
    let delay: TimeDelta = outstanding.inFlightCount == 1 ? .milliseconds(200) : .milliseconds(10)
    let deadline = now + smoothed * 2 + delay
    if let retransmissionDeadline, deadline >= retransmissionDeadline { return }
    recovery.probeDeadline = deadline
  }

  var deadline: Deadline? {
    var earliest = retransmissionDeadline.map { Deadline($0, "sctp.retransmission") }
    if let time = recovery.probeDeadline { earliest = .earliest(earliest, Deadline(time, "sctp.probe")) }
    if let time = recovery.reorderingDeadline { earliest = .earliest(earliest, Deadline(time, "sctp.reordering")) }
    return earliest
  }

  /// - Returns: `true` when T3-rtx expired, which counts towards giving up the association.
  mutating func handleTimeout(now: MonotonicTime) -> Bool {
    if let time = recovery.reorderingDeadline, time <= now { detectLosses(now: now) }
    if let time = recovery.probeDeadline, time <= now {
      recovery.probeDeadline = nil
      recovery.hasProbed = true
      recovery.isProbing = true
      recovery.probeCount &+= 1
    }
    guard let time = retransmissionDeadline, time <= now else { return false }
    retransmissionTimedOut(now: now)
    return true
  }

  /// RFC 9260 §6.3.3.
  private mutating func retransmissionTimedOut(now: MonotonicTime) {
    timeoutCount &+= 1
    let hadProgress = !recovery.isAfterTimeout
    if hadProgress, !isProbingWindow {
      congestion.timedOut()
      recovery.beginCounting()
    }
    timeout.backOff()
    if !hadProgress { outstanding.distrust() }
    for position in 0..<outstanding.count {
      let state = outstanding[position].state
      // What is selectively acknowledged may be taken back by a peer short of memory (RFC 9260 §6.2): not forever trusted.
      if state == .inFlight || (state == .acknowledged && !hadProgress) { markLost(position, now: now) }
    }
    recovery.recoveryEnd = outstanding.nextTSN.previous
    recovery.isAfterTimeout = true
    recovery.isProbing = false
    recovery.probeDeadline = nil
    recovery.reorderingDeadline = nil
    needsForwardTSN = outstanding.abandonedCount > 0
    isUnbound = false
    retransmissionDeadline = outstanding.isEmpty ? nil : now + timeout.value
  }
}
