import RTCBase

/// The candidate pairs of one generation and the order in which they are checked (RFC 8445 §6.1.2, §6.1.4).
///
/// BUNDLE and RTP/RTCP multiplexing leave one data stream of one component, so there is one checklist.
struct ICEChecklist: Sendable {
  var pairs: [ICECandidatePair] = []
  /// IDs of pairs to check before all others, first in first out (RFC 8445 §6.1.4.1).
  private(set) var triggered: [Int] = []
  /// After nomination only triggered checks are sent (RFC 8445 §8.1.2).
  var isConcluded = false
  /// Whether the pair that has waited longest is next, whatever its priority.
  private var isTurnOfLongestWaiting = false

  /// How long a pair waits by the rules of RFC 8445 §6.1.4.2: what fifty checks take, more than an ordinary list has. Those rules let
  /// a pair wait for ever while others of higher priority keep coming, or while one of its foundation keeps silent, and both are
  /// the peer's to claim. Afterwards every other check goes to whoever has waited longest.
  private static let patience = TimeDelta.seconds(1)

  func index(id: Int) -> Int? { pairs.ascendingIndex(id: id) }

  func index(base: TransportAddress, remote: TransportAddress) -> Int? {
    pairs.firstIndex { $0.remoteAddress == remote && $0.base == base }
  }

  // MARK: - Forming

  /// Adds a pair, waiting or frozen as RFC 8838 §12 puts it.
  mutating func insert(_ pair: ICECandidatePair, now: MonotonicTime) {
    var pair = pair
    if pair.state == .frozen { pair.state = initialState(of: pair) }
    pair.waitsSince = now
    pairs.append(pair)
  }

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

  var nextTriggered: Int? { triggered.first.flatMap { index(id: $0) } }

  /// RFC 8445 §6.1.4.2: the waiting pair of the highest priority; without one, a frozen pair whose foundation is idle.
  func nextOrdinary(now: MonotonicTime) -> Int? {
    guard !isConcluded else { return nil }
    if isTurnOfLongestWaiting,
      let longest = pairs.firstIndex(where: { $0.state == .waiting && now >= $0.waitsSince + Self.patience })
    {
      return longest
    }
    return best { $0.state == .waiting } ?? best { isIdle($0) }
  }

  /// Whether there is a next one.
  var hasOrdinary: Bool {
    !isConcluded && (pairs.contains { $0.state == .waiting } || pairs.contains { isIdle($0) })
  }

  private func isIdle(_ candidate: ICECandidatePair) -> Bool {
    candidate.state == .frozen && !pairs.contains { $0.state == .inProgress && $0.hasFoundation(of: candidate) }
  }

  /// A check is under way.
  mutating func recordCheck(_ index: Int, now: MonotonicTime) {
    let id = pairs[index].id
    if let position = triggered.firstIndex(of: id) {
      triggered.remove(at: position)
    } else {
      isTurnOfLongestWaiting.toggle()
    }
    if pairs[index].state != .succeeded { pairs[index].state = .inProgress }
    pairs[index].statistics.requestsSent &+= 1
    pairs[index].lastSent = now
    pairs[index].lastCheck = now
  }

  /// Checks can begin: nobody has waited so far.
  mutating func beginWaiting(now: MonotonicTime) {
    for index in pairs.indices { pairs[index].waitsSince = now }
  }

  /// Frozen pairs wait for others of their foundation, but not for ever.
  mutating func thaw(now: MonotonicTime) {
    for index in pairs.indices where pairs[index].state == .frozen && now >= pairs[index].waitsSince + Self.patience {
      pairs[index].state = .waiting
    }
  }

  /// When the next frozen pair thaws.
  var nextThaw: MonotonicTime? {
    guard !isConcluded else { return nil }
    return pairs.lazy.filter { $0.state == .frozen }.map { $0.waitsSince + Self.patience }.min()
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
