import RTCBase

/// What a pair has shown so far, the least useful first: who makes room when there is no more (RFC 8445 §6.1.2.5, RFC 8838 §11).
///
/// Room and checks are what a flood of candidates takes from the others. Proof goes before promise: what the peer answered from, or was
/// heard from, never gives way to what was only signalled, and what was asked in vain gives way first. That leaves those that were never
/// tried. Their priorities are the peer's own claim, and in honest lists the last resort has the lowest and comes last; so those that
/// came first and those that came last, a quarter of the list each, stay whatever they claim, and between them priority decides.
/// Whoever comes before a flood, after it, or in one that is no faster than the checks is tried.
///
/// Checks can be copied on their way and sent from thousands of addresses. What was heard and does not answer has half of the list at
/// most, and there who has not been asked yet goes last.
enum ICEStanding: Hashable, Comparable, Sendable {
  /// Failed, or nothing that could be tried.
  case spent
  /// Asked, and silent for longer than `patience`.
  case silent(since: MonotonicTime)
  case untried(priority: UInt64)
  case asked(at: MonotonicTime)
  /// The peer was heard from there, and has not answered yet.
  case heardAndAsked(at: MonotonicTime)
  /// Heard and about to be asked. Of those the newest goes, lest a flood of copied checks moves everybody out before his turn.
  case heard(newestFirst: Int)
  /// Answers, but carries nothing.
  case working(lastHeard: MonotonicTime)
  case used

  /// How long an answer may take before others come first: two requests and a round trip, even where many candidates stretch the
  /// timeout to a second. A peer that is there after all is let in again by its own checks.
  static let patience = TimeDelta.milliseconds(1_500)

  init(of pair: ICECandidatePair, isUsed: Bool, now: MonotonicTime) {
    let lastSign = max(pair.lastCheck, pair.lastReceived)
    self =
      if isUsed {
        .used
      } else if pair.state == .succeeded {
        .working(lastHeard: pair.lastReceived)
      } else if pair.state == .failed {
        .spent
      } else if pair.lastCheck > .distantPast, now >= lastSign + Self.patience {
        .silent(since: lastSign)
      } else if pair.lastReceived > .distantPast {
        pair.lastCheck > .distantPast ? .heardAndAsked(at: pair.lastCheck) : .heard(newestFirst: -pair.id)
      } else if pair.lastCheck > .distantPast {
        .asked(at: pair.lastCheck)
      } else {
        .untried(priority: pair.priority)
      }
  }

  private var isUnanswered: Bool {
    switch self {
    case .heardAndAsked, .heard: true
    default: false
    }
  }

  /// Which of a full list, in the order of arrival, makes room; `nil` when the newcomer is worth less than any of them.
  /// - Parameter isHeard: The newcomer is where a check of the peer came from: it proved that the peer is there.
  static func victim(among standings: [ICEStanding], isHeard: Bool) -> Int? {
    guard let least = leastOf(standings, where: { _ in true }) else { return nil }
    switch standings[least] {
    case .spent, .silent: return least
    case .used: return nil
    default: break
    }
    let unansweredCount = standings.count(where: \.isUnanswered)
    if unansweredCount >= standings.count / 2 + (isHeard ? 0 : 1) { return leastOf(standings, where: \.isUnanswered) }
    return leastUntried(standings) ?? (isHeard ? least : nil)
  }

  private static func leastOf(_ standings: [ICEStanding], where isIncluded: (ICEStanding) -> Bool) -> Int? {
    var least: Int?
    for index in standings.indices where isIncluded(standings[index]) {
      if let current = least, standings[current] <= standings[index] { continue }
      least = index
    }
    return least
  }

  private static func leastUntried(_ standings: [ICEStanding]) -> Int? {
    let untried = standings.indices.filter { if case .untried = standings[$0] { true } else { false } }
    guard !untried.isEmpty else { return nil }
    let kept = min(standings.count / 4, (untried.count - 1) / 2)
    // Of equals the newest: the others have waited longer.
    return untried.dropFirst(kept).dropLast(kept).reversed().min { standings[$0] < standings[$1] }
  }
}
