import RTCBase
import RTCSTUN

// The path in use: consent, state, failure, and what the media path asks of it.
extension ICEAgent {
  // MARK: - Consent (RFC 7675)

  mutating func advanceConsent(now: MonotonicTime) {
    if let index = session.activeIndex, let consent = session.consent {
      if now >= consent.expiry {
        loseConsent(index)
      } else if now >= consent.nextCheck {
        let pair = session.checklist.pairs[index]
        if let id = sendConsentCheck(session.authentication, base: pair.base, remote: pair.remoteAddress) {
          session.consent?.recordRequest(id, now: now, configuration, random)
          session.checklist.pairs[index].statistics.consentRequestsSent &+= 1
          session.checklist.pairs[index].lastSent = now
          session.checklist.pairs[index].lastCheck = now
        }
        checkEndangeredPath(index)
      }
    }
    if let old = retired {
      if now >= old.consent.expiry {
        retired = nil
      } else if now >= old.consent.nextCheck {
        if let id = sendConsentCheck(old.authentication, base: old.pair.base, remote: old.pair.remoteAddress) {
          retired?.consent.recordRequest(id, now: now, configuration, random)
          retired?.pair.statistics.consentRequestsSent &+= 1
        }
      }
    }
    keepUnusedPairsAlive(now: now)
  }

  private mutating func sendConsentCheck(
    _ authentication: ICEAuthentication, base: TransportAddress, remote: TransportAddress
  ) -> STUNTransactionID? {
    let id = STUNTransactionID(random: random)
    guard let bytes = makeCheck(id, authentication, base: base, isNominating: false) else { return nil }
    transmit(bytes, from: base, to: remote)
    return id
  }

  /// Consent checks are sent once each, so that a link with 20 % loss each way would end a call within the hour. After two
  /// without an answer the pair gets a connectivity check, with the retransmissions of one.
  private mutating func checkEndangeredPath(_ index: Int) {
    let pair = session.checklist.pairs[index]
    guard let consent = session.consent, consent.unansweredCount(since: pair.lastResponse) >= 2,
      !session.transactions.contains(where: { $0.pairID == pair.id && !$0.isCancelled })
    else { return }
    session.checklist.enqueueTriggered(pair.id)
  }

  /// Sending has to stop at once (RFC 7675 §5.1). Without a nominated pair another valid one may take over.
  private mutating func loseConsent(_ index: Int) {
    let isSelected = session.checklist.pairs[index].id == session.selectedPairID
    failPair(index)
    session.consent = nil
    if isSelected, retired == nil { shutDown(.failed) }
  }

  /// Valid pairs wait for nomination: their NAT bindings must last until then (RFC 8445 §11).
  private mutating func keepUnusedPairsAlive(now: MonotonicTime) {
    guard session.selectedPairID == nil else { return }
    for index in session.checklist.pairs.indices where session.checklist.pairs[index].isValid {
      let pair = session.checklist.pairs[index]
      guard pair.id != session.consent?.pairID, now >= pair.lastSent + configuration.keepaliveInterval else { continue }
      session.checklist.pairs[index].lastSent = now
      transmit(
        STUNRequestBuilder.bindingIndication(STUNTransactionID(random: random)), from: pair.base,
        to: pair.remoteAddress)
    }
  }

  // MARK: - Choice of the path

  /// The selected pair; before there is one, the best valid pair (RFC 8445 §12.1); during a restart, the old path.
  mutating func updatePath(now: MonotonicTime) {
    guard isActive else { return }
    var target = session.selectedPairID.flatMap { session.checklist.index(id: $0) }
    if let index = target, !session.checklist.pairs[index].isValid { target = nil }
    while target == nil, let best = session.checklist.bestValid {
      // Valid once, but not used since, and too long ago to be consent.
      if session.checklist.pairs[best].lastResponse + configuration.consentTimeout > now {
        target = best
      } else {
        failPair(best)
      }
    }
    guard let target else {
      session.consent = nil
      setPath(retired.map { Self.path($0.pair, isNominated: $0.pair.isNominated) })
      return
    }
    let pair = session.checklist.pairs[target]
    if session.consent?.pairID != pair.id {
      session.consent = ICEConsent(
        pairID: pair.id, grantedAt: pair.lastResponse, now: now, configuration, random)
    }
    session.activeHint = target
    retired = nil
    setPath(Self.path(pair, isNominated: pair.id == session.selectedPairID))
  }

  private static func path(_ pair: ICECandidatePair, isNominated: Bool) -> ICEPath {
    ICEPath(base: pair.base, remote: pair.remoteAddress, pairID: pair.id, isNominated: isNominated)
  }

  private mutating func setPath(_ newPath: ICEPath?) {
    guard newPath != path else { return }
    path = newPath
    emit(.pathChanged(newPath))
  }

  // MARK: - State

  /// When the path in use counts as disturbed; `nil` while nothing hints at it.
  private var disturbance: MonotonicTime? {
    if let index = session.activeIndex {
      return session.consent?.disturbance(since: session.checklist.pairs[index].lastReceived, configuration)
    }
    return retired.flatMap { $0.consent.disturbance(since: $0.pair.lastReceived, configuration) }
  }

  mutating func updateState(now: MonotonicTime) {
    guard isActive else { return }
    if path != nil {
      let isSettled =
        session.selectedPairID != nil && session.consent != nil && gatheringState == .complete && session.hasRemoteEnded
      let isDisturbed = disturbance.map { now >= $0 } ?? false
      changeState(to: isDisturbed ? .disconnected : isSettled ? .completed : .connected)
    } else if session.authentication.remote != nil, !session.remoteCandidates.isEmpty || session.hasRemoteEnded {
      changeState(to: .checking)
    } else {
      // A restart that the peer has not answered, and the old path is gone.
      let hadPath = state == .connected || state == .completed || state == .disconnected
      changeState(to: hadPath ? .disconnected : .new)
    }
  }

  /// Nothing is under way or ahead, and neither side will bring more.
  private var isExhausted: Bool {
    gatheringState == .complete && session.hasRemoteEnded && !session.checklist.hasOpenPair
      && session.checklist.triggered.isEmpty
  }

  /// RFC 8863 §4: an exhausted checklist is no failure while the peer's checks may still arrive.
  mutating func updateFailure(now: MonotonicTime) {
    guard isActive, path == nil, let startedAt = session.startedAt else { return }
    let age = now - startedAt
    let isHopeless = isExhausted && (bases.isEmpty || age >= configuration.failureGracePeriod)
    if isHopeless || age >= configuration.failureTimeout { shutDown(.failed) }
  }

  func nextDeadline(now: MonotonicTime) -> Deadline? {
    var next: Deadline?
    func consider(_ time: MonotonicTime?, _ reason: Deadline.Reason) {
      if let time { next = Deadline.earliest(next, Deadline(time, reason)) }
    }
    consider(gatherer.nextTime, "ice.gathering")
    if let message = nextPacedMessage {
      consider(lastPacedSend + paceInterval(message), "ice.check")
    }
    if session.authentication.username != nil { consider(session.checklist.nextThaw, "ice.check") }
    for transaction in session.transactions { consider(transaction.schedule.nextTime, "ice.retransmission") }
    for consent in [session.consent, retired?.consent] {
      consider(consent?.nextCheck, "ice.consent")
      consider(consent?.expiry, "ice.consent")
    }
    if state != .disconnected { consider(disturbance, "ice.silence") }
    consider(migrationTime, "ice.migration")
    if session.nominatingPairID == nil, session.selectedPairID == nil, role == .controlling {
      consider(session.nominationDeadline, "ice.nomination")
    }
    if session.selectedPairID == nil {
      for pair in session.checklist.pairs where pair.isValid && pair.id != session.consent?.pairID {
        consider(pair.lastSent + configuration.keepaliveInterval, "ice.keepalive")
      }
    }
    if path == nil, let startedAt = session.startedAt {
      if isExhausted { consider(startedAt + configuration.failureGracePeriod, "ice.failure") }
      consider(startedAt + configuration.failureTimeout, "ice.failure")
    }
    return next
  }

  // MARK: - Media

  /// The pairs of this generation, for statistics.
  package var pairs: [ICECandidatePair] { session.checklist.pairs }
  package var selectedPairID: Int? { session.selectedPairID }
  /// The pair in use, of this generation or the one before.
  package var activePair: ICECandidatePair? { session.activeIndex.map { session.checklist.pairs[$0] } ?? retired?.pair }

  /// Whether DTLS, SRTP and SRTCP from there may be looked at: STUN that only the peer can make came from it.
  ///
  /// It is asked with every packet, and remembers the last answer. Being mutating, it also spares an owner that keeps the agent
  /// in a class the copy of the whole agent that the compiler makes for other methods.
  package mutating func isValidated(_ remote: TransportAddress, at base: TransportAddress) -> Bool {
    validated.find(remote, base)
  }

  /// Counts a packet that the owner sent on `path`.
  package mutating func recordSent(byteCount: Int, now: MonotonicTime) {
    if let index = session.activeIndex {
      session.checklist.pairs[index].recordSent(byteCount, now)
    } else {
      retired?.pair.recordSent(byteCount, now)
    }
  }

  /// Counts a packet from a validated address that the owner took. It ends a silence, but renews no consent (RFC 7675 §5.1):
  /// give only packets that proved authentic.
  package mutating func recordReceived(
    byteCount: Int, from remote: TransportAddress, to base: TransportAddress, now: MonotonicTime
  ) {
    if let path, path.remote == remote, path.base == base, let index = session.activeIndex {
      // Media comes this way nearly always, and to compare with the path copies no pair.
      // From here on its silence would be noticed.
      if session.checklist.pairs[index].lastMedia < session.checklist.pairs[index].lastReceived {
        deadline = .earliest(deadline, Deadline(now + Self.silenceWorthACheck, "ice.migration"))
      }
      session.checklist.pairs[index].lastMedia = now
      session.checklist.pairs[index].recordReceived(byteCount, now)
    } else if session.activeIndex != nil {
      noteMedia(from: remote, to: base, byteCount: byteCount, now: now)
    } else if let pair = retired?.pair, pair.remoteAddress == remote, pair.base == base {
      retired?.pair.recordReceived(byteCount, now)
    }
    if state == .disconnected { advance(now: now) }
  }
}

extension ICECandidatePair {
  fileprivate mutating func recordSent(_ byteCount: Int, _ now: MonotonicTime) {
    statistics.packetsSent &+= 1
    statistics.bytesSent &+= UInt64(truncatingIfNeeded: byteCount)
    statistics.lastPacketSent = now
    lastSent = now
  }

  mutating func recordReceived(_ byteCount: Int, _ now: MonotonicTime) {
    statistics.packetsReceived &+= 1
    statistics.bytesReceived &+= UInt64(truncatingIfNeeded: byteCount)
    statistics.lastPacketReceived = now
    lastReceived = now
  }
}
