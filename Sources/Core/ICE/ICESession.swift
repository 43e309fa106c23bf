import RTCBase

/// What belongs to one generation of credentials: a restart makes a new one (RFC 8445 §9).
struct ICESession {
  let generation: Int
  var authentication = ICEAuthentication()
  var isRemoteLite = false
  var hasRemoteEnded = false
  var remoteCandidates: [ICERemoteCandidate] = []
  var checklist = ICEChecklist()
  var transactions: [ICETransaction] = []
  /// Of the pair that carries data.
  var consent: ICEConsent?
  var selectedPairID: Int?
  /// When the checks could begin: the patience with them counts from here.
  var startedAt: MonotonicTime?
  var nominatingPairID: Int?
  /// When the controlling agent stops waiting for a better pair.
  var nominationDeadline: MonotonicTime?

  init(generation: Int) { self.generation = generation }

  func remoteIndex(id: Int) -> Int? { remoteCandidates.ascendingIndex(id: id) }

  /// Where the pair that carries data is.
  var activeIndex: Int? {
    guard let consent else { return nil }
    if activeHint < checklist.pairs.count, checklist.pairs[activeHint].id == consent.pairID { return activeHint }
    return checklist.index(id: consent.pairID)
  }

  /// Where it was when it was chosen: media asks with every packet.
  var activeHint = 0
}

extension Array where Element: Identifiable, Element.ID == Int {
  /// IDs ascend: they are given in turn, and what is new comes last.
  func ascendingIndex(id: Int) -> Int? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low].id == id ? low : nil
  }
}

/// The path of the generation before, which carries data until the new one has a path (RFC 8445 §9).
struct ICERetiredPath {
  let authentication: ICEAuthentication
  var pair: ICECandidatePair
  var consent: ICEConsent
}
