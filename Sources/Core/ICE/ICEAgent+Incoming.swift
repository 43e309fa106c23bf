import RTCBase
import RTCSTUN
import RTCSecurity

// Receiving checks and their answers (RFC 8445 §7.2.5, §7.3).
extension ICEAgent {
  /// Takes a datagram whose first byte says STUN (`DatagramKind.stun`).
  /// - Parameters:
  ///   - remote: Where it came from.
  ///   - base: The local address it came to.
  package mutating func handle(
    _ datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress, now: MonotonicTime
  ) -> ICEVerdict {
    let verdict = dispatch(datagram, from: remote, to: base, now: now)
    switch verdict {
    case .dropped(let cause): counters.countDrop(cause)
    case .validated:
      if validated.insert(remote, base, keeping: path) {
        emit(.remoteAddressValidated(remote: remote, base: base))
      }
      advance(now: now)
    // Anyone can send an indication: it must not cost more than its parsing.
    case .handled where gatheringState == .gathering: advance(now: now)
    case .handled: break
    }
    return verdict
  }

  private mutating func dispatch(
    _ datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress, now: MonotonicTime
  ) -> ICEVerdict {
    guard isActive else { return .dropped(.inactive) }
    guard let message = STUNMessage(parsing: datagram) else { return .dropped(.malformed) }
    guard message.type.method == .binding else { return .dropped(.unexpectedMessage) }
    guard bases.contains(where: { $0.address == base }) else { return .dropped(.unknownBase) }
    switch message.type.messageClass {
    case .request: return handleRequest(message, datagram, from: remote, to: base, now: now)
    // A keep-alive (RFC 8445 §11): without integrity it proves nothing.
    case .indication: return .handled
    case .success, .error: return handleResponse(message, datagram, from: remote, to: base, now: now)
    }
  }

  private func integrityFault(
    _ message: STUNMessage, _ datagram: RawSpan, _ authenticator: (any MessageAuthenticator)?
  ) -> ICEDropCause? {
    guard message.integrityOffset != nil else { return .missingIntegrity }
    guard let authenticator, message.isIntegrityValid(datagram, authenticator) else { return .wrongIntegrity }
    return nil
  }

  // MARK: - Requests

  /// What is not authentic is not answered at all, though RFC 8489 §9.1.3 has errors for it: a server on a public address must
  /// not answer whoever forges a source address.
  private mutating func handleRequest(
    _ message: STUNMessage, _ datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress,
    now: MonotonicTime
  ) -> ICEVerdict {
    guard message.integrityOffset != nil else { return .dropped(.missingIntegrity) }
    guard let range = message.usernameRange, let names = STUNUsername.parts(in: datagram, range) else {
      return .dropped(.unknownUsername)
    }
    if names.receiver == session.authentication.local?.ufrag {
      if let fault = integrityFault(message, datagram, session.authentication.localAuthenticator) {
        return .dropped(fault)
      }
      return handleCheck(message, from: remote, to: base, sender: names.sender, now: now)
    }
    guard let retired, names.receiver == retired.authentication.local?.ufrag else { return .dropped(.unknownUsername) }
    if let fault = integrityFault(message, datagram, retired.authentication.localAuthenticator) {
      return .dropped(fault)
    }
    // The generation before only keeps its path alive.
    respond(to: message, retired.authentication, remote, base)
    if remote == retired.pair.remoteAddress, base == retired.pair.base { self.retired?.pair.lastReceived = now }
    return .validated
  }

  /// RFC 8445 §7.3.1
  private mutating func handleCheck(
    _ message: STUNMessage, from remote: TransportAddress, to base: TransportAddress, sender: String,
    now: MonotonicTime
  ) -> ICEVerdict {
    let authentication = session.authentication
    guard message.unknownRequired.isEmpty else {
      respond(to: message, authentication, remote, base, error: .unknownAttribute)
      return .validated
    }
    guard let priority = message.priority, message.iceControlling != nil || message.iceControlled != nil else {
      return .dropped(.incompleteCheck)
    }
    guard resolveRoleConflict(message) else {
      respond(to: message, authentication, remote, base, error: .roleConflict)
      return .validated
    }
    respond(to: message, authentication, remote, base)
    guard let index = pairIndex(of: remote, base, priority: priority, sender: sender, now: now) else {
      return .validated
    }
    session.checklist.pairs[index].statistics.requestsReceived &+= 1
    session.checklist.pairs[index].statistics.responsesSent &+= 1
    session.checklist.pairs[index].lastReceived = now
    let isNominated = message.usesCandidate && role == .controlled
    if session.checklist.pairs[index].state == .succeeded {
      if isNominated { select(index, now: now) }
      return .validated
    }
    // §7.3.1.5
    if isNominated { session.checklist.pairs[index].isNominatedOnSuccess = true }
    // §7.3.1.4
    cancelTransactions { [id = session.checklist.pairs[index].id] in $0 == id }
    session.checklist.pairs[index].state = .waiting
    session.checklist.enqueueTriggered(session.checklist.pairs[index].id)
    return .validated
  }

  /// RFC 8445 §7.3.1.1. `false`: the peer has to give way.
  private mutating func resolveRoleConflict(_ message: STUNMessage) -> Bool {
    switch role {
    case .controlling:
      guard let theirs = message.iceControlling else { return true }
      counters.roleConflicts &+= 1
      guard tieBreaker < theirs else { return false }
      switchRole(to: .controlled)
    case .controlled:
      guard let theirs = message.iceControlled else { return true }
      counters.roleConflicts &+= 1
      guard tieBreaker >= theirs else { return false }
      switchRole(to: .controlling)
    }
    return true
  }

  /// The pair a check arrived on, made if the peer's address is new (RFC 8445 §7.3.1.3), for which others make room; `nil` for an
  /// address that is of no use. Where pairs are afterwards may be elsewhere than before.
  mutating func pairIndex(
    of remote: TransportAddress, _ base: TransportAddress, priority: UInt32, sender: String, now: MonotonicTime
  ) -> Int? {
    if let index = session.checklist.index(base: base, remote: remote) { return index }
    guard let local = localCandidates.first(where: { $0.base == base && $0.candidate.kind == .host }) else {
      return nil
    }
    let candidate: ICERemoteCandidate
    if let known = session.remoteCandidates.first(where: { $0.candidate.address == remote }) {
      candidate = known
    } else {
      guard ICECandidate.isUsable(remote), makeRoomForRemoteCandidate(isHeard: true, now: now) else {
        counters.ignoredRemoteCandidates &+= 1
        return nil
      }
      let id = makeID()
      // A foundation unlike any signalled one.
      candidate = ICERemoteCandidate(
        id: id,
        candidate: ICECandidate(
          foundation: "prflx\(id)", priority: priority, address: remote, kind: .peerReflexive, usernameFragment: sender)
      )
      session.remoteCandidates.append(candidate)
    }
    guard makeRoomForPair(isHeard: true, now: now) else { return nil }
    let pair = ICECandidatePair(id: makeID(), local: local, remote: candidate, role: role, state: .waiting)
    session.checklist.insert(pair, now: now)
    return session.checklist.index(id: pair.id)
  }

  private mutating func respond(
    to request: STUNMessage, _ authentication: ICEAuthentication, _ remote: TransportAddress, _ base: TransportAddress,
    error: STUNErrorCode? = nil
  ) {
    let messageClass = error == nil ? STUNMessageClass.success : .error
    var writer = STUNMessageWriter(STUNMessageType(messageClass, .binding), transactionID: request.transactionID)
    if let error {
      writer.writeErrorCode(error)
      if error == .unknownAttribute { writer.writeUnknownAttributes(request.unknownRequired) }
    } else {
      writer.writeXORMappedAddress(remote)
    }
    transmit(writer.finish(authentication.localAuthenticator), from: base, to: remote)
  }

  // MARK: - Responses

  /// Whether a message answers one of this agent's questions: for those who run several agents on one socket.
  package func isExpecting(_ datagram: RawSpan) -> Bool {
    guard datagram.byteCount >= 20 else { return false }
    let id = STUNTransactionID(high: datagram.uint32(at: 8), low: datagram.uint64(at: 12))
    return gatherer.index(asked: id) != nil || session.transactions.contains { $0.id == id }
      || session.consent?.request(id) != nil || retired?.consent.request(id) != nil
  }

  private mutating func handleResponse(
    _ message: STUNMessage, _ datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress,
    now: MonotonicTime
  ) -> ICEVerdict {
    let id = message.transactionID
    if let query = gatherer.index(asked: id) {
      return handleServerResponse(message, datagram, query: query, from: remote, to: base, now: now)
    }
    if let position = session.transactions.firstIndex(where: { $0.id == id }) {
      let transaction = session.transactions[position]
      if let fault = responseFault(
        message, datagram, session.authentication,
        isSymmetric: remote == transaction.remote && base == transaction.base)
      {
        return .dropped(fault)
      }
      session.transactions.remove(at: position)
      handleAnswer(message, to: transaction, now: now)
      return .validated
    }
    if let consent = session.consent, let request = consent.request(id), let index = session.activeIndex {
      let pair = session.checklist.pairs[index]
      if let fault = responseFault(
        message, datagram, session.authentication, isSymmetric: remote == pair.remoteAddress && base == pair.base)
      {
        return .dropped(fault)
      }
      // An error is no consent.
      if message.type.messageClass == .success {
        session.consent?.renew(answering: id, now: now, configuration)
        session.checklist.pairs[index].recordResponse(sentAt: request.sentAt, isRetransmitted: false, now: now)
      }
      return .validated
    }
    if let retired, let request = retired.consent.request(id) {
      let isSymmetric = remote == retired.pair.remoteAddress && base == retired.pair.base
      if let fault = responseFault(message, datagram, retired.authentication, isSymmetric: isSymmetric) {
        return .dropped(fault)
      }
      if message.type.messageClass == .success {
        self.retired?.consent.renew(answering: id, now: now, configuration)
        self.retired?.pair.recordResponse(sentAt: request.sentAt, isRetransmitted: false, now: now)
      }
      return .validated
    }
    return .dropped(.unknownTransaction)
  }

  /// An answer from elsewhere does not fail the pair, as RFC 8445 §7.2.5.2.1 would have it: whoever can copy an answer must
  /// not be able to end a connection with it. A path that is really asymmetric fails for want of answers.
  private func responseFault(
    _ message: STUNMessage, _ datagram: RawSpan, _ authentication: ICEAuthentication, isSymmetric: Bool
  ) -> ICEDropCause? {
    if let fault = integrityFault(message, datagram, authentication.remoteAuthenticator) { return fault }
    guard isSymmetric else { return .asymmetric }
    return message.unknownRequired.isEmpty ? nil : .unknownAttributes
  }

  private mutating func handleAnswer(_ message: STUNMessage, to transaction: ICETransaction, now: MonotonicTime) {
    guard let index = session.checklist.index(id: transaction.pairID) else { return }
    guard message.type.messageClass == .success else {
      if message.errorCode == .roleConflict {
        giveWay(to: transaction, index)
      } else if !transaction.isCancelled, session.consent?.pairID != transaction.pairID || transaction.isNominating {
        failPair(index)
      }
      return
    }
    session.checklist.pairs[index].state = .succeeded
    session.checklist.pairs[index].recordResponse(
      sentAt: transaction.sentAt, isRetransmitted: transaction.schedule.sentCount > 1, now: now)
    if session.consent?.pairID == transaction.pairID { session.consent?.extend(now: now, configuration) }
    // Before the pair gets another local candidate, and with it another foundation than those that wait for it.
    session.checklist.unfreeze(like: index)
    if let mapped = message.mappedAddress { learnLocalCandidate(mapped, index) }
    if transaction.isNominating { session.checklist.pairs[index].isNominating = false }
    if transaction.isNominating, role == .controlling, session.nominatingPairID == transaction.pairID {
      select(index, now: now)
    } else if role == .controlled, session.checklist.pairs[index].isNominatedOnSuccess {
      select(index, now: now)
    }
  }

  /// RFC 8445 §7.2.5.1: the other role, a new tie-breaker, and the same pair again.
  private mutating func giveWay(to transaction: ICETransaction, _ index: Int) {
    if role == transaction.role {
      counters.roleConflicts &+= 1
      tieBreaker = random.next()
      // Towards a lite agent there is no conflict to give way to.
      if !session.isRemoteLite { switchRole(to: transaction.role.opposite) }
    }
    if session.checklist.pairs[index].state != .succeeded { session.checklist.pairs[index].state = .waiting }
    session.checklist.enqueueTriggered(transaction.pairID)
  }

  /// RFC 8445 §7.2.5.3.1: the address that the peer sees names the local candidate.
  private mutating func learnLocalCandidate(_ mapped: TransportAddress, _ index: Int) {
    let pair = session.checklist.pairs[index]
    guard pair.local.candidate.address != mapped, ICECandidate.isUsable(mapped) else { return }
    if let known = localCandidates.first(where: { $0.candidate.address == mapped && $0.base == pair.base }) {
      session.checklist.pairs[index].local = known
      return
    }
    // A NAT that maps each destination anew makes one for each pair.
    guard localCandidates.count < 2 * configuration.maximumPairs else { return }
    let localPreference = bases.first { $0.address == pair.base }?.localPreference ?? 0
    let candidate = ICELocalCandidate(
      id: makeID(),
      candidate: ICECandidate(
        foundation: foundations.foundation(.peerReflexive, base: pair.base.ip),
        priority: ICECandidate.priority(of: .peerReflexive, localPreference: localPreference), address: mapped,
        kind: .peerReflexive, relatedAddress: pair.base, usernameFragment: localCredentials?.ufrag),
      base: pair.base, serverIndex: nil, isAnnounced: false)
    localCandidates.append(candidate)
    session.checklist.pairs[index].local = candidate
  }
}

extension ICECandidatePair {
  /// An authentic success. A round trip is measured only when it is clear which request was answered (RFC 6298 §3).
  fileprivate mutating func recordResponse(sentAt: MonotonicTime, isRetransmitted: Bool, now: MonotonicTime) {
    statistics.responsesReceived &+= 1
    lastResponse = now
    lastReceived = now
    if !isRetransmitted { recordRoundTrip(now - sentAt) }
  }
}
