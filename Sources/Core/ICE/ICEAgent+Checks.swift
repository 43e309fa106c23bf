import RTCBase
import RTCSTUN

// Sending checks (RFC 8445 §6.1.4, §7.2, §14).
extension ICEAgent {
  enum PacedMessage {
    case triggeredCheck
    case ordinaryCheck
    case serverQuery
  }

  /// Triggered checks that may go before a check or question that waits. RFC 8445 §6.1.4.2 has no end to them, so that whoever
  /// copies the peer's checks fast enough could hold up everything else.
  private static let maximumTriggeredInARow = 8

  /// What would be sent next: triggered checks first, then checks and questions to servers in turn, so that neither
  /// gathering nor a long checklist holds up the other.
  var nextPacedMessage: PacedMessage? {
    let canCheck = session.authentication.username != nil
    let hasTriggered = canCheck && !session.checklist.triggered.isEmpty
    if hasTriggered, triggeredInARow < Self.maximumTriggeredInARow { return .triggeredCheck }
    let hasQuery = hasStartedGathering && gatherer.nextQueued != nil
    if canCheck, session.checklist.hasOrdinary {
      return hasQuery && !wasLastSendGathering ? .serverQuery : .ordinaryCheck
    }
    return hasQuery ? .serverQuery : hasTriggered ? .triggeredCheck : nil
  }

  func paceInterval(_ message: PacedMessage) -> TimeDelta {
    let minimum = max(configuration.minimumCheckInterval, .milliseconds(5))
    let interval = message == .triggeredCheck ? minimum : max(configuration.checkInterval, minimum)
    return interval * Int64(paceSharing)
  }

  mutating func sendDueMessages(now: MonotonicTime) {
    while let message = nextPacedMessage, now >= lastPacedSend + paceInterval(message) {
      wasLastSendGathering = message == .serverQuery
      triggeredInARow = message == .triggeredCheck ? triggeredInARow + 1 : 0
      switch message {
      case .serverQuery:
        guard let index = gatherer.nextQueued else { return }
        sendQuery(index, now: now)
      case .triggeredCheck:
        guard let index = session.checklist.nextTriggered else { return }
        sendCheck(index, now: now)
      case .ordinaryCheck:
        guard let index = session.checklist.nextOrdinary(now: now) else { return }
        sendCheck(index, now: now)
      }
      lastPacedSend = now
    }
  }

  private mutating func sendCheck(_ index: Int, now: MonotonicTime) {
    let pair = session.checklist.pairs[index]
    let isNominating = role == .controlling && pair.isNominating
    let id = STUNTransactionID(random: random)
    guard
      let bytes = makeCheck(
        id, session.authentication, base: pair.base, isNominating: isNominating)
    else { return }
    cancelTransactions { $0 == pair.id }
    if session.transactions.count >= ICETransaction.limit { handleExpiry(of: session.transactions.removeFirst()) }
    session.transactions.append(
      ICETransaction(
        id: id, pairID: pair.id, bytes: bytes, base: pair.base, remote: pair.remoteAddress, role: role,
        isNominating: isNominating, sentAt: now,
        schedule: STUNRetransmission(initialTimeout: checkRetransmissionTimeout, now: now)))
    session.checklist.recordCheck(index, now: now)
    transmit(bytes, from: pair.base, to: pair.remoteAddress)
  }

  /// RFC 8445 §14.3, limited to 1 s so that a peer with many candidates does not slow down the recovery from loss.
  private var checkRetransmissionTimeout: TimeDelta {
    let open = session.checklist.pairs.count { $0.state == .waiting || $0.state == .inProgress }
    return min(max(configuration.checkTimeout, configuration.checkInterval * Int64(open * paceSharing)), .seconds(1))
  }

  /// A Binding request to the peer (RFC 8445 §7.2.2); `nil` before its credentials are known.
  func makeCheck(
    _ id: STUNTransactionID, _ authentication: ICEAuthentication, base: TransportAddress, isNominating: Bool
  ) -> [UInt8]? {
    guard let username = authentication.username, let authenticator = authentication.remoteAuthenticator else {
      return nil
    }
    let localPreference = bases.first { $0.address == base }?.localPreference ?? 0
    var writer = STUNMessageWriter(STUNMessageType(.request, .binding), transactionID: id)
    writer.write(.username, text: username)
    // §7.1.1: the priority that our address would have if the peer learns it from this check.
    writer.write(.priority, ICECandidate.priority(of: .peerReflexive, localPreference: localPreference))
    writer.write(role == .controlling ? .iceControlling : .iceControlled, tieBreaker)
    if isNominating { writer.write(.useCandidate) }
    return writer.finish(authenticator)
  }

  // MARK: - Transactions

  /// RFC 8445 §7.3.1.4: not sent again, though an answer still counts.
  mutating func cancelTransactions(where isIncluded: (_ pairID: Int) -> Bool) {
    for index in session.transactions.indices where isIncluded(session.transactions[index].pairID) {
      session.transactions[index].isCancelled = true
    }
  }

  mutating func advanceTransactions(now: MonotonicTime) {
    for index in session.transactions.indices.reversed() {
      let action = session.transactions[index].schedule.advance(now: now)
      guard action != .wait else { continue }
      let transaction = session.transactions[index]
      if action == .fail {
        session.transactions.remove(at: index)
        handleExpiry(of: transaction)
      } else if !transaction.isCancelled {
        transmit(transaction.bytes, from: transaction.base, to: transaction.remote)
        if let pair = session.checklist.index(id: transaction.pairID) {
          session.checklist.pairs[pair].statistics.retransmissionsSent &+= 1
          session.checklist.pairs[pair].lastSent = now
        }
      }
    }
  }

  private mutating func handleExpiry(of transaction: ICETransaction) {
    guard let index = session.checklist.index(id: transaction.pairID) else { return }
    let hasSuccessor =
      session.transactions.contains { $0.pairID == transaction.pairID }
      || session.checklist.triggered.contains(transaction.pairID)
    // How long the path in use may go without an answer is for consent to say.
    if session.consent?.pairID == transaction.pairID, !transaction.isNominating { return }
    if transaction.isCancelled {
      // Cut short by a nomination elsewhere, and never answered.
      if session.checklist.pairs[index].state == .inProgress, !hasSuccessor {
        session.checklist.pairs[index].state = .failed
      }
    } else {
      failPair(index)
    }
  }

  /// RFC 8445 §7.2.5.2
  mutating func failPair(_ index: Int) {
    session.checklist.pairs[index].state = .failed
    session.checklist.pairs[index].isNominating = false
    if session.nominatingPairID == session.checklist.pairs[index].id { session.nominatingPairID = nil }
  }

  // MARK: - Nomination

  /// Regular nomination by the controlling agent (RFC 8445 §8.1.1): the best pair once nothing better can come, or what is
  /// best after a short wait.
  mutating func advanceNomination(now: MonotonicTime) {
    guard role == .controlling, session.authentication.username != nil, session.selectedPairID == nil,
      session.nominatingPairID == nil
    else { return }
    guard let best = session.checklist.bestValid else {
      session.nominationDeadline = nil
      return
    }
    let deadline = session.nominationDeadline ?? now + configuration.nominationDelay
    session.nominationDeadline = deadline
    guard now >= deadline || !session.checklist.mayImprove(on: best) else { return }
    session.checklist.pairs[best].isNominating = true
    session.nominatingPairID = session.checklist.pairs[best].id
    session.checklist.enqueueTriggered(session.checklist.pairs[best].id)
  }

  /// A nominated pair works (RFC 8445 §8.1.1, §8.1.2). When the peer nominates several, as RFC 5245 §8.1.1.2 allows, the best
  /// one that works is selected.
  mutating func select(_ index: Int, now: MonotonicTime) {
    let pair = session.checklist.pairs[index]
    session.checklist.pairs[index].isNominated = true
    session.checklist.pairs[index].isNominating = false
    session.checklist.pairs[index].isNominatedOnSuccess = false
    session.nominatingPairID = nil
    if let selectedID = session.selectedPairID, let current = session.checklist.index(id: selectedID),
      session.checklist.pairs[current].isValid,
      current == index || session.checklist.pairs[current].priority > pair.priority,
      state != .disconnected || current == index
    {
      return
    }
    session.selectedPairID = pair.id
    session.checklist.isConcluded = true
    // An old peer's other nominations are still to be confirmed.
    let nominated = session.checklist.pairs.filter(\.isNominatedOnSuccess).map(\.id)
    cancelTransactions { $0 != pair.id && !nominated.contains($0) }
    gatherer.stopKeepalives()
    emit(.selectedPairChanged(pairID: pair.id))
  }
}
