import RTCBase

// Removing candidates of the peer and their pairs, and making room for new ones when the lists are full.
extension ICEAgent {
  /// Removes candidates with all that hangs on them.
  mutating func removeRemote(where isRemoved: (ICERemoteCandidate) -> Bool) {
    let removed = session.remoteCandidates.filter(isRemoved).map(\.id)
    guard !removed.isEmpty else { return }
    session.remoteCandidates.removeAll { removed.contains($0.id) }
    removePairs { removed.contains($0.remote.id) }
  }

  private mutating func removePairs(where isRemoved: (ICECandidatePair) -> Bool) {
    let removed = session.checklist.remove(where: isRemoved)
    session.transactions.removeAll { removed.contains($0.pairID) }
    if let consent = session.consent, removed.contains(consent.pairID) { session.consent = nil }
    if let selected = session.selectedPairID, removed.contains(selected) {
      session.selectedPairID = nil
      session.checklist.isConcluded = false
    }
    if let nominating = session.nominatingPairID, removed.contains(nominating) { session.nominatingPairID = nil }
  }

  // MARK: - Room

  /// - Parameter isHeard: The new candidate is where an authentic check came from.
  /// - Returns: `false` when the new candidate is worth less than any of those there.
  mutating func makeRoomForRemoteCandidate(isHeard: Bool, now: MonotonicTime) -> Bool {
    guard session.remoteCandidates.count >= configuration.maximumRemoteCandidates else { return true }
    // Without a base there is no pair yet, and nobody is spent.
    var standings = session.remoteCandidates.map {
      bases.isEmpty ? ICEStanding.untried(priority: UInt64($0.candidate.priority)) : .spent
    }
    for index in session.checklist.pairs.indices {
      guard let position = session.remoteIndex(id: session.checklist.pairs[index].remote.id) else { continue }
      standings[position] = max(standings[position], standing(of: index, now: now))
    }
    guard let victim = ICEStanding.victim(among: standings, isHeard: isHeard) else { return false }
    let id = session.remoteCandidates[victim].id
    removeRemote { $0.id == id }
    counters.replacedRemoteCandidates &+= 1
    return true
  }

  mutating func makeRoomForPair(isHeard: Bool, now: MonotonicTime) -> Bool {
    guard session.checklist.pairs.count >= configuration.maximumPairs else { return true }
    counters.discardedPairs &+= 1
    let standings = session.checklist.pairs.indices.map { standing(of: $0, now: now) }
    guard let victim = ICEStanding.victim(among: standings, isHeard: isHeard) else { return false }
    let id = session.checklist.pairs[victim].id
    removePairs { $0.id == id }
    return true
  }

  private func standing(of index: Int, now: MonotonicTime) -> ICEStanding {
    let id = session.checklist.pairs[index].id
    let isUsed = id == session.selectedPairID || id == session.consent?.pairID || id == session.nominatingPairID
    return ICEStanding(of: session.checklist.pairs[index], isUsed: isUsed, now: now)
  }

  // MARK: - Consistency

  /// What contradicts what: everything here refers to pairs and candidates by ID, and goes when they go. `nil` if nothing does.
  var inconsistency: String? {
    let remotes = session.remoteCandidates
    let pairs = session.checklist.pairs
    if remotes.count > configuration.maximumRemoteCandidates || pairs.count > configuration.maximumPairs {
      return "\(remotes.count) candidates and \(pairs.count) pairs"
    }
    if zip(remotes, remotes.dropFirst()).contains(where: { $0.id >= $1.id }) { return "candidates out of order" }
    if zip(pairs, pairs.dropFirst()).contains(where: { $0.id >= $1.id }) { return "pairs out of order" }
    if pairs.contains(where: { session.remoteIndex(id: $0.remote.id) == nil }) { return "a pair without its candidate" }
    let transactions = session.transactions
    if transactions.count > ICETransaction.limit { return "\(transactions.count) transactions" }
    let referred =
      transactions.map(\.pairID) + session.checklist.triggered
      + [session.selectedPairID, session.consent?.pairID, session.nominatingPairID].compactMap { $0 }
    if let lost = referred.first(where: { session.checklist.index(id: $0) == nil }) { return "pair \(lost) is gone" }
    if validated.count > configuration.maximumValidatedAddresses { return "\(validated.count) validated addresses" }
    return nil
  }
}
