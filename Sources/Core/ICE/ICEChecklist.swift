import RTCBase

/// The candidate pairs of one generation and the order in which they are checked (RFC 8445 §6.1.2, §6.1.4).
///
/// BUNDLE and RTP/RTCP multiplexing leave one data stream of one component, so there is one checklist.
struct ICEChecklist: Sendable {
  private(set) var pairs: [ICECandidatePair] = []
  /// IDs of pairs to check before all others, first in first out (RFC 8445 §6.1.4.1).
  private(set) var triggered: [Int] = []
  /// After nomination only triggered checks are sent (RFC 8445 §8.1.2).
  var isConcluded = false
  let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Mutates a pair in place.
  subscript(index: Int) -> ICECandidatePair {
    _read { yield pairs[index] }
    _modify { yield &pairs[index] }
  }

  func index(id: Int) -> Int? { pairs.firstIndex { $0.id == id } }

  func index(base: TransportAddress, remote: TransportAddress) -> Int? {
    pairs.firstIndex { $0.remoteAddress == remote && $0.base == base }
  }

  // MARK: - Forming

  /// Adds a pair, waiting or frozen as RFC 8838 §12 puts it. At the limit the pair of the lowest priority without a check
  /// makes room, be it the new one (RFC 8445 §6.1.2.5); one that the peer uses already is worth more than any of those.
  /// - Returns: How many pairs were dropped.
  mutating func insert(_ pair: ICECandidatePair, isUsedByPeer: Bool = false) -> Int {
    var pair = pair
    if pair.state == .frozen { pair.state = initialState(of: pair) }
    guard pairs.count >= limit else {
      pairs.append(pair)
      return 0
    }
    let victim = pairs.indices
      .filter { pairs[$0].state == .frozen || pairs[$0].state == .waiting || pairs[$0].state == .failed }
      .min { rank(pairs[$0]) < rank(pairs[$1]) }
    if let victim, isUsedByPeer || rank(pairs[victim]) < rank(pair) {
      let id = pairs[victim].id
      triggered.removeAll { $0 == id }
      pairs[victim] = pair
    }
    return 1
  }

  /// Failed pairs go first, then those of low priority.
  private func rank(_ pair: ICECandidatePair) -> UInt64 { pair.state == .failed ? 0 : pair.priority }

  private func initialState(of pair: ICECandidatePair) -> ICECandidatePair.State {
    var isFoundationBusy = false
    for other in pairs where other.hasFoundation(of: pair) {
      if other.state == .succeeded { return .waiting }
      if other.state == .waiting || other.state == .inProgress { isFoundationBusy = true }
    }
    return isFoundationBusy ? .frozen : .waiting
  }

  // MARK: - Scheduling

  mutating func enqueueTriggered(_ id: Int) {
    if !triggered.contains(id) { triggered.append(id) }
  }

  mutating func nextTriggered() -> Int? {
    while !triggered.isEmpty {
      if let index = index(id: triggered.removeFirst()) { return index }
    }
    return nil
  }

  /// RFC 8445 §6.1.4.2: the waiting pair of the highest priority; without one, a frozen pair whose foundation is idle.
  var nextOrdinary: Int? {
    guard !isConcluded else { return nil }
    return best { $0.state == .waiting }
      ?? best { candidate in
        candidate.state == .frozen
          && !pairs.contains { $0.state == .inProgress && $0.hasFoundation(of: candidate) }
      }
  }

  /// RFC 8445 §7.2.5.3.3: pairs of the same foundation become worth a check.
  mutating func unfreeze(like index: Int) {
    let model = pairs[index]
    for index in pairs.indices where pairs[index].state == .frozen && pairs[index].hasFoundation(of: model) {
      pairs[index].state = .waiting
    }
  }

  // MARK: - Results

  private func best(where isIncluded: (ICECandidatePair) -> Bool) -> Int? {
    var best: Int?
    for index in pairs.indices where isIncluded(pairs[index]) {
      if let current = best, pairs[current].priority >= pairs[index].priority { continue }
      best = index
    }
    return best
  }

  var bestValid: Int? { best { $0.isValid } }

  /// Whether a check that is still to come could find a pair better than `index`.
  func mayImprove(on index: Int) -> Bool {
    let priority = pairs[index].priority
    return pairs.contains {
      $0.priority > priority && ($0.state == .waiting || $0.state == .inProgress || $0.state == .frozen)
    }
  }

  /// Whether any pair has a check under way or ahead.
  var hasOpenPair: Bool {
    pairs.contains { $0.state == .waiting || $0.state == .inProgress || $0.state == .frozen }
  }
}

// MARK: - Changes of what pairs are made of
extension ICEChecklist {
  /// - Returns: The IDs of the removed pairs.
  mutating func remove(where isRemoved: (ICECandidatePair) -> Bool) -> [Int] {
    let removed = pairs.filter(isRemoved).map(\.id)
    pairs.removeAll { removed.contains($0.id) }
    triggered.removeAll { removed.contains($0) }
    return removed
  }

  mutating func replaceRemote(_ remote: ICERemoteCandidate, role: ICERole) {
    for index in pairs.indices where pairs[index].remote.id == remote.id {
      pairs[index].remote = remote
      pairs[index].updatePriority(role: role)
    }
  }

  /// RFC 8445 §7.3.1.1: priorities depend on the role, and a nomination under way is void.
  mutating func changeRole(to role: ICERole) {
    for index in pairs.indices {
      pairs[index].updatePriority(role: role)
      pairs[index].isNominating = false
      pairs[index].isNominatedOnSuccess = false
    }
  }
}
