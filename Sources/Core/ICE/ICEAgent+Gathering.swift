import RTCBase
import RTCSTUN

// Candidates of this agent (RFC 8445 §5.1.1) and of the peer (RFC 8838).
extension ICEAgent {
  // MARK: - Local

  /// Gives the agent a socket's address. The order of the calls ranks interfaces of a kind.
  /// - Returns: `false` when the policy forbids its use, or for a repeated or unusable address or one beyond the limit.
  @discardableResult
  package mutating func addLocalHost(
    _ address: TransportAddress, interface: ICEInterface, now: MonotonicTime
  ) -> Bool {
    guard state != .closed, configuration.privacyMode.allows(interface), !configuration.usesOnlyRelays,
      bases.count < configuration.maximumBases, ICECandidate.isUsable(address), !address.ip.isDeprecatedV6,
      !bases.contains(where: { $0.address == address })
    else { return false }
    let base = ICEBase(
      address: address, interface: interface, localPreference: localPreference(address.ip, interface))
    bases.append(base)
    addHostCandidate(of: base)
    gatherer.addBase(base)
    pairWithRemoteCandidates(base, now: now)
    if hasStartedGathering {
      changeGatheringState(to: .gathering)
      if let candidate = localCandidates.last { announce(candidate) }
    }
    advance(now: now)
    return true
  }

  /// IPv6 and IPv4 addresses take turns, IPv6 first, so that neither family's trouble delays the other's checks
  /// (RFC 8421 §4). Interfaces off the default route come later, loopback and link-local addresses last.
  private func localPreference(_ address: IPAddress, _ interface: ICEInterface) -> UInt16 {
    func tier(_ address: IPAddress, _ interface: ICEInterface) -> Int {
      address.isLoopback || address.isLinkLocal ? 2 : interface.isDefaultRoute ? 0 : 1
    }
    let own = tier(address, interface)
    let rank = bases.count { $0.address.family == address.family && tier($0.address.ip, $0.interface) == own }
    return UInt16(65_535 - own * 0x4000 - 2 * rank - (address.family == .v4 ? 1 : 0))
  }

  mutating func addHostCandidate(of base: ICEBase) {
    let foundation = foundations.foundation(.host, base: base.address.ip)
    let priority = ICECandidate.priority(of: .host, localPreference: base.localPreference)
    localCandidates.append(
      ICELocalCandidate(
        id: makeID(),
        candidate: ICECandidate(
          foundation: foundation, priority: priority, address: base.address, kind: .host,
          usernameFragment: localCredentials?.ufrag),
        base: base.address, serverIndex: nil,
        isAnnounced: configuration.privacyMode.announcesHostCandidates))
  }

  /// A STUN server to ask, by a number of the caller's choice, whose name is still to be resolved.
  package mutating func addSTUNServer(_ index: Int) {
    guard gatherer.addServer(index, limit: configuration.maximumServers) else { return }
  }

  /// Asks other servers from the next generation on: to be called right before `restart`, or before gathering starts.
  package mutating func replaceSTUNServers(_ indices: [Int]) {
    gatherer.replaceServers(indices, limit: configuration.maximumServers)
  }

  /// The addresses of a server's name; none means that it has none, which is reported as error 701.
  package mutating func resolveSTUNServer(_ index: Int, addresses: [TransportAddress], now: MonotonicTime) {
    gatherer.resolveServer(index, addresses, bases: bases)
    advance(now: now)
  }

  package mutating func startGathering(now: MonotonicTime) {
    guard isActive, !hasStartedGathering else { return }
    hasStartedGathering = true
    changeGatheringState(to: .gathering)
    announceHostCandidates()
    advance(now: now)
  }

  mutating func announceHostCandidates() {
    for candidate in localCandidates where candidate.candidate.kind == .host { announce(candidate) }
  }

  private mutating func announce(_ candidate: ICELocalCandidate) {
    if candidate.isAnnounced { emit(.candidateGathered(candidate)) }
  }

  mutating func changeGatheringState(to newState: ICEGatheringState) {
    guard newState != gatheringState else { return }
    gatheringState = newState
    emit(.gatheringStateChanged(newState))
  }

  mutating func sendQuery(_ index: Int, now: MonotonicTime) {
    let id = STUNTransactionID(random: random)
    gatherer.queries[index].transactionID = id
    gatherer.queries[index].bytes = STUNRequestBuilder.binding(id)
    gatherer.queries[index].schedule = STUNRetransmission(initialTimeout: configuration.serverTimeout, now: now)
    gatherer.queries[index].expiry = now + configuration.gatheringTimeout
    gatherer.queries[index].state = .asked
    transmit(gatherer.queries[index].bytes, from: gatherer.queries[index].base, to: gatherer.queries[index].server)
  }

  mutating func advanceGathering(now: MonotonicTime) {
    guard hasStartedGathering else { return }
    for index in gatherer.queries.indices {
      switch gatherer.queries[index].state {
      case .asked: advanceQuery(index, now: now)
      case .answered where now >= gatherer.queries[index].keepalive:
        gatherer.queries[index].keepalive = now + configuration.keepaliveInterval
        transmit(
          STUNRequestBuilder.bindingIndication(STUNTransactionID(random: random)),
          from: gatherer.queries[index].base, to: gatherer.queries[index].server)
      default: break
      }
    }
    while let (server, query) = gatherer.unreachableServer() {
      gatherer.markReported(server.index)
      let text = query == nil ? "The server's name has no address." : "The server did not answer."
      emit(
        .candidateFailed(
          ICEGatheringError(
            serverIndex: server.index, server: query?.server, base: query?.base, code: 701, text: text)))
    }
    changeGatheringState(to: gatherer.isFinished ? .complete : .gathering)
  }

  private mutating func advanceQuery(_ index: Int, now: MonotonicTime) {
    guard now < gatherer.queries[index].expiry else {
      gatherer.queries[index].state = .failed
      return
    }
    switch gatherer.queries[index].schedule.advance(now: now) {
    case .wait: break
    case .retransmit:
      transmit(gatherer.queries[index].bytes, from: gatherer.queries[index].base, to: gatherer.queries[index].server)
    case .fail: gatherer.queries[index].state = .failed
    }
  }

  /// An answer of a STUN server.
  mutating func handleServerResponse(
    _ message: STUNMessage, _ datagram: RawSpan, query index: Int, from remote: TransportAddress,
    to base: TransportAddress, now: MonotonicTime
  ) -> ICEVerdict {
    guard gatherer.queries[index].server == remote, gatherer.queries[index].base == base else {
      return .dropped(.asymmetric)
    }
    if message.type.messageClass == .error {
      gatherer.queries[index].state = .failed
      gatherer.markReported(gatherer.queries[index].serverIndex)
      emit(
        .candidateFailed(
          ICEGatheringError(
            serverIndex: gatherer.queries[index].serverIndex, server: remote, base: base,
            code: Int(message.errorCode?.rawValue ?? 500), text: message.reason(in: datagram) ?? "")))
      return .handled
    }
    guard message.unknownRequired.isEmpty, let mapped = message.mappedAddress else {
      return .dropped(.unknownAttributes)
    }
    gatherer.queries[index].state = .answered
    gatherer.queries[index].keepalive =
      session.selectedPairID == nil ? now + configuration.keepaliveInterval : .distantFuture
    addServerReflexive(mapped, of: gatherer.queries[index])
    return .handled
  }

  private mutating func addServerReflexive(_ mapped: TransportAddress, of query: ICEGatherer.Query) {
    guard ICECandidate.isUsable(mapped), mapped.family == query.base.family,
      let base = bases.first(where: { $0.address == query.base })
    else { return }
    let isHidden = !configuration.privacyMode.announcesHostCandidates
    // RFC 8445 §5.1.3: redundant, unless the host candidate of the same address is not told.
    let isRedundant = localCandidates.contains {
      $0.candidate.address == mapped && $0.base == query.base && ($0.candidate.kind != .host || !isHidden)
    }
    guard !isRedundant else { return }
    // RFC 8828 §5.2 mode 3: the base must not be told. RFC 8839 §5.1 names the replacement.
    let hidden = TransportAddress(mapped.family == .v4 ? .anyV4 : .anyV6, port: 9)
    let candidate = ICELocalCandidate(
      id: makeID(),
      candidate: ICECandidate(
        foundation: foundations.foundation(.serverReflexive, base: query.base.ip, server: query.server.ip),
        priority: ICECandidate.priority(of: .serverReflexive, localPreference: base.localPreference),
        address: mapped, kind: .serverReflexive, relatedAddress: isHidden ? hidden : query.base,
        usernameFragment: localCredentials?.ufrag),
      base: query.base, serverIndex: query.serverIndex, isAnnounced: true)
    localCandidates.append(candidate)
    announce(candidate)
  }

  // MARK: - Remote

  package var remoteCandidates: [ICERemoteCandidate] { session.remoteCandidates }

  /// A candidate that the signalling brought; repeated ones and those of another generation are counted and left out.
  package mutating func addRemoteCandidate(_ candidate: ICECandidate, now: MonotonicTime) {
    guard isActive else { return }
    let ufrag = session.authentication.remote?.ufrag
    guard ICECandidate.isUsable(candidate.address),
      candidate.usernameFragment == nil || ufrag == nil || candidate.usernameFragment == ufrag
    else {
      counters.ignoredRemoteCandidates &+= 1
      return
    }
    if let index = session.remoteCandidates.firstIndex(where: { $0.candidate.address == candidate.address }) {
      replaceRemoteCandidate(index, with: candidate)
    } else if makeRoomForRemoteCandidate(isHeard: false, now: now) {
      let remote = ICERemoteCandidate(id: makeID(), candidate: candidate)
      session.remoteCandidates.append(remote)
      for base in bases { pair(base, remote, now: now) }
    } else {
      counters.ignoredRemoteCandidates &+= 1
    }
    advance(now: now)
  }

  /// Signalling may be slower than the peer's checks: what was learnt from a check now gets its name.
  private mutating func replaceRemoteCandidate(_ index: Int, with candidate: ICECandidate) {
    guard session.remoteCandidates[index].candidate.kind == .peerReflexive, candidate.kind != .peerReflexive else {
      counters.ignoredRemoteCandidates &+= 1
      return
    }
    session.remoteCandidates[index].candidate = candidate
    session.checklist.replaceRemote(session.remoteCandidates[index], role: role)
  }

  /// No more candidates of the peer will be signalled (RFC 8838 §13).
  package mutating func endOfRemoteCandidates(now: MonotonicTime) {
    session.hasRemoteEnded = true
    advance(now: now)
  }

  private mutating func pairWithRemoteCandidates(_ base: ICEBase, now: MonotonicTime) {
    for remote in session.remoteCandidates { pair(base, remote, now: now) }
  }

  /// RFC 8445 §6.1.2.2. Server-reflexive candidates are pruned to their bases (§6.1.2.4), so only host candidates pair.
  private mutating func pair(_ base: ICEBase, _ remote: ICERemoteCandidate, now: MonotonicTime) {
    let address = remote.candidate.address
    guard address.family == base.address.family,
      address.family == .v4 || address.ip.isLinkLocal == base.address.ip.isLinkLocal,
      session.checklist.index(base: base.address, remote: address) == nil,
      let local = localCandidates.first(where: { $0.base == base.address && $0.candidate.kind == .host }),
      makeRoomForPair(isHeard: false, now: now)
    else { return }
    session.checklist.insert(ICECandidatePair(id: makeID(), local: local, remote: remote, role: role), now: now)
  }
}
