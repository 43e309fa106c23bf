import RTCBase
import RTCSTUN

// When the peer's address changes in the middle of a call: a translator before it has forgotten the mapping, or has been replaced.
//
// RFC 8445 knows only a restart for that, which takes signalling and a peer that notices. Here the path follows the peer as soon as three
// things are known: the path in use is silent; something that only the peer can have made came from elsewhere; and a check to that place
// was answered from there. Whoever copies packets can bring about a check, which costs him nothing less than it costs us, and no more.
extension ICEAgent {
  /// Silence of the path in use after which the peer is looked for elsewhere: some packets of sound, and more than jitter.
  static let silenceOfMovedPeer = TimeDelta.milliseconds(200)
  /// Silence in the midst of media after which the path is checked: the check tells the peer where we are now.
  static let silenceWorthACheck = TimeDelta.milliseconds(500)
  private static let silenceCheckInterval = TimeDelta.seconds(2)
  /// How long the silent path may take to answer before a living one takes its place, when no media says where the peer is.
  private static let lastChance = TimeDelta.milliseconds(500)
  /// Packets from elsewhere that are tried in a second at most: each costs an authentication.
  private static let strangerInterval = TimeDelta.milliseconds(10)

  /// Whether a packet from an address that has proven nothing is worth the attempt to authenticate it.
  package mutating func isPeerMissing(now: MonotonicTime) -> Bool {
    guard let index = session.activeIndex, session.selectedPairID != nil,
      now >= session.checklist.pairs[index].lastReceived + Self.silenceOfMovedPeer, now >= nextStranger
    else { return false }
    nextStranger = now + Self.strangerInterval
    return true
  }

  /// Authentic media came from an address other than the path's.
  mutating func noteMedia(from remote: TransportAddress, to base: TransportAddress, byteCount: Int, now: MonotonicTime)
  {
    guard let active = session.activeIndex, session.selectedPairID == session.checklist.pairs[active].id else { return }
    let lastReceived = session.checklist.pairs[active].lastReceived
    guard now >= lastReceived + Self.silenceOfMovedPeer, bases.contains(where: { $0.address == base }),
      let sender = session.authentication.remote?.ufrag,
      let index = pairIndex(
        of: remote, base, priority: ICECandidate.priority(of: .peerReflexive, localPreference: 0), sender: sender,
        now: now)
    else { return }
    session.checklist.pairs[index].lastMedia = now
    session.checklist.pairs[index].recordReceived(byteCount, now)
    if session.checklist.pairs[index].lastResponse <= lastReceived { ask(index) }
    advance(now: now)
  }

  private mutating func ask(_ index: Int) {
    let id = session.checklist.pairs[index].id
    guard !session.transactions.contains(where: { $0.pairID == id && !$0.isCancelled }) else { return }
    session.checklist.enqueueTriggered(id)
  }

  /// Checks a path that fell silent, and leaves one that stays silent for one that lives.
  mutating func advanceMigration(now: MonotonicTime) {
    guard let active = session.activeIndex, session.selectedPairID == session.checklist.pairs[active].id else { return }
    if let due = silenceCheckTime(of: active), now >= due { ask(active) }
    let silence = session.checklist.pairs[active].lastReceived + Self.silenceOfMovedPeer
    guard now >= silence, let index = refuge(from: active) else { return }
    if session.checklist.pairs[index].lastMedia >= silence {
      move(to: index, now: now)
    } else if let asked = unansweredRequest(of: active) {
      if now >= asked + Self.lastChance { move(to: index, now: now) }
    } else {
      ask(active)
    }
  }

  /// When something is to be done about a silent path.
  var migrationTime: MonotonicTime? {
    guard let active = session.activeIndex, session.selectedPairID == session.checklist.pairs[active].id else {
      return nil
    }
    let check = silenceCheckTime(of: active)
    guard refuge(from: active) != nil else { return check }
    let silence = session.checklist.pairs[active].lastReceived + Self.silenceOfMovedPeer
    guard let asked = unansweredRequest(of: active) else {
      return session.checklist.triggered.contains(session.checklist.pairs[active].id)
        ? check : min(check ?? .distantFuture, silence)
    }
    return min(check ?? .distantFuture, max(silence, asked + Self.lastChance))
  }

  /// Once for each silence that follows media, and not often.
  private func silenceCheckTime(of index: Int) -> MonotonicTime? {
    let pair = session.checklist.pairs[index]
    guard pair.lastMedia == pair.lastReceived, pair.lastMedia > .distantPast, unansweredRequest(of: index) == nil,
      !session.checklist.triggered.contains(pair.id)
    else { return nil }
    return max(pair.lastMedia + Self.silenceWorthACheck, pair.lastCheck + Self.silenceCheckInterval)
  }

  /// The pair whose peer spoke last, of those that answered a check after the path in use fell silent.
  private func refuge(from active: Int) -> Int? {
    let lastReceived = session.checklist.pairs[active].lastReceived
    var best: Int?
    for index in session.checklist.pairs.indices where index != active {
      let pair = session.checklist.pairs[index]
      guard pair.isValid, pair.lastResponse > lastReceived else { continue }
      if let current = best, session.checklist.pairs[current].lastReceived >= pair.lastReceived { continue }
      best = index
    }
    return best
  }

  /// Since when the pair owes an answer: asked after it was last heard of, or asked before and still being asked.
  private func unansweredRequest(of index: Int) -> MonotonicTime? {
    let pair = session.checklist.pairs[index]
    var first: MonotonicTime?
    for transaction in session.transactions
    where transaction.pairID == pair.id && (transaction.sentAt > pair.lastReceived || !transaction.isCancelled) {
      let asked = max(transaction.sentAt, pair.lastReceived)
      first = min(first ?? asked, asked)
    }
    if let consent = session.consent, consent.pairID == pair.id,
      let request = consent.requests.first(where: { $0.sentAt > pair.lastReceived })
    {
      first = min(first ?? request.sentAt, request.sentAt)
    }
    return first
  }

  /// The pair is selected as if it had been nominated; a controlling agent says so to the peer as well.
  private mutating func move(to index: Int, now: MonotonicTime) {
    session.checklist.pairs[index].isNominated = true
    session.checklist.pairs[index].isNominating = role == .controlling
    session.selectedPairID = session.checklist.pairs[index].id
    counters.migrations &+= 1
    emit(.selectedPairChanged(pairID: session.checklist.pairs[index].id))
    if role == .controlling { session.checklist.enqueueTriggered(session.checklist.pairs[index].id) }
    updatePath(now: now)
  }
}
