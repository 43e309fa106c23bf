import RTCBase
import RTCSTUN
import RTCSecurity

/// A full ICE agent for one data stream of one component: BUNDLE and RTP/RTCP multiplexing leave no more (RFC 8445, RFC 8838).
///
///     new ──► checking ──► connected ──► completed
///                 │            ▲ │           ▲ │
///                 │            │ ▼           │ ▼
///                 │           disconnected ──┘ (silence of the peer)
///                 ▼                │
///               failed ◄───────────┘ (no consent)
///
/// The owner gives local addresses, credentials, candidates of the peer and datagrams, each with the time; after each call it
/// drains `pollTransmit()` and `pollEvent()` and reads `deadline`. Only STUN whose integrity is right has effects; what
/// anyone else sends is counted, never answered.
///
/// `failed` is final until a restart. A restart keeps the old path until the new generation has one.
package struct ICEAgent {
  package private(set) var configuration: ICEConfiguration
  let random: RandomSource
  let crypto: any CryptoProvider

  package internal(set) var role: ICERole
  /// Decides role conflicts (RFC 8445 §7.3.1.1).
  package internal(set) var tieBreaker: UInt64
  package internal(set) var state = ICEState.new
  package internal(set) var gatheringState = ICEGatheringState.new
  package internal(set) var counters = ICECounters()
  package internal(set) var localCandidates: [ICELocalCandidate] = []
  /// Where to send; `nil` when nothing may be sent. Before nomination it is the best pair that works.
  package internal(set) var path: ICEPath?
  /// When `handleTimeout` wants to be called.
  package internal(set) var deadline: Deadline?

  var bases: [ICEBase] = []
  var foundations = ICEFoundations()
  var gatherer = ICEGatherer()
  var hasStartedGathering = false
  var session: ICESession
  var retired: ICERetiredPath?
  var validated: ICEValidatedAddresses
  /// When the last paced message left, and whether it went to a STUN server (RFC 8445 §14: one pace for all).
  var lastPacedSend = MonotonicTime.distantPast
  var wasLastSendGathering = false
  /// Agents of the connection that keep this pace together.
  private(set) var paceSharing = 1
  /// Triggered checks since anything else was sent.
  var triggeredInARow = 0
  /// When a packet from an unknown address may next be tried.
  var nextStranger = MonotonicTime.distantPast
  private var lastID = 0
  private var transmits = BoundedQueue<Transmit>(limit: 512)
  private var events = BoundedQueue<ICEEvent>(limit: 1_024)

  package init(
    configuration: ICEConfiguration = ICEConfiguration(), role: ICERole = .controlling, random: RandomSource,
    crypto: any CryptoProvider
  ) {
    self.configuration = configuration
    self.role = role
    self.random = random
    self.crypto = crypto
    tieBreaker = random.next()
    session = ICESession(generation: 0)
    validated = ICEValidatedAddresses(limit: configuration.maximumValidatedAddresses)
  }

  var isActive: Bool { state != .failed && state != .closed }

  // MARK: - Generations

  /// 0, and one more with each restart.
  package var generation: Int { session.generation }
  package var localCredentials: ICECredentials? { session.authentication.local }
  package var remoteCredentials: ICECredentials? { session.authentication.remote }

  /// Checks by the peer are answered from here on.
  package mutating func setLocalCredentials(_ credentials: ICECredentials, now: MonotonicTime) {
    guard state != .closed else { return }
    session.authentication.setLocal(credentials, crypto)
    for index in localCandidates.indices { localCandidates[index].candidate.usernameFragment = credentials.ufrag }
    advance(now: now)
  }

  /// Checks start when there are candidates. Other credentials than before, without a restart, replace the peer:
  /// an answer may follow a provisional answer of another endpoint.
  package mutating func setRemoteCredentials(_ credentials: ICECredentials, isLite: Bool = false, now: MonotonicTime) {
    guard isActive else { return }
    let previous = session.authentication.remote
    session.isRemoteLite = isLite
    // RFC 8445 §6.1.1: a full agent controls a lite one.
    if isLite { switchRole(to: .controlling) }
    if previous != credentials {
      session.authentication.setRemote(credentials, crypto)
      session.startedAt = now
      session.checklist.beginWaiting(now: now)
      if previous != nil { removeRemote { _ in true } }
      // Checks that came before the credentials named their sender.
      removeRemote { ![nil, credentials.ufrag].contains($0.candidate.usernameFragment) }
    }
    advance(now: now)
  }

  /// Begins a new generation (RFC 8445 §9): candidates are gathered anew, and the path in use carries on, with consent under
  /// its old credentials, until the new generation has a path. The peer's new credentials and candidates follow.
  package mutating func restart(localCredentials: ICECredentials, now: MonotonicTime) {
    guard state != .closed else { return }
    if let consent = session.consent, let index = session.activeIndex {
      retired = ICERetiredPath(
        authentication: session.authentication, pair: session.checklist.pairs[index], consent: consent)
    }
    session = ICESession(generation: session.generation + 1)
    session.authentication.setLocal(localCredentials, crypto)
    localCandidates.removeAll()
    for base in bases { addHostCandidate(of: base) }
    gatherer.restart()
    if state == .failed { changeState(to: .new) }
    if hasStartedGathering {
      changeGatheringState(to: .gathering)
      announceHostCandidates()
    }
    advance(now: now)
  }

  /// Changes the policy for the next generation: to be called right before `restart`. Addresses are to be given anew afterwards.
  package mutating func setUsesOnlyRelays(_ usesOnlyRelays: Bool) {
    guard usesOnlyRelays != configuration.usesOnlyRelays else { return }
    configuration.usesOnlyRelays = usesOnlyRelays
    bases.removeAll()
    gatherer.removeQueries()
  }

  // MARK: - Pace

  /// Whether checks or questions are ahead: once a pair is selected there are none but for consent.
  package var needsPace: Bool { isActive && session.selectedPairID == nil }

  /// Says how many agents of the connection keep one pace together (RFC 8445 §14: one Ta for all streams): a description without BUNDLE must
  /// not send many times as many checks to an address that it names.
  package mutating func sharePace(among agents: Int, now: MonotonicTime) {
    guard agents != paceSharing else { return }
    paceSharing = agents
    advance(now: now)
  }

  // MARK: - Role

  /// The role that the signalling gives (RFC 8445 §6.1.1). A conflict may change it later.
  package mutating func setRole(_ role: ICERole, now: MonotonicTime) {
    guard !session.isRemoteLite else { return }
    switchRole(to: role)
    advance(now: now)
  }

  mutating func switchRole(to newRole: ICERole) {
    guard newRole != role else { return }
    role = newRole
    session.nominatingPairID = nil
    session.nominationDeadline = nil
    session.checklist.changeRole(to: newRole)
    emit(.roleChanged(newRole))
  }

  // MARK: - Outputs

  package mutating func pollTransmit() -> Transmit? { transmits.popFirst() }
  package mutating func pollEvent() -> ICEEvent? { events.popFirst() }

  mutating func emit(_ event: ICEEvent) {
    if !events.append(event) { counters.overflows &+= 1 }
  }

  mutating func transmit(_ bytes: [UInt8], from base: TransportAddress, to remote: TransportAddress) {
    if !transmits.append(Transmit(bytes: bytes, from: base, to: remote)) { counters.overflows &+= 1 }
  }

  mutating func makeID() -> Int {
    lastID += 1
    return lastID
  }

  // MARK: - Time

  package mutating func handleTimeout(now: MonotonicTime) { advance(now: now) }

  /// Does everything that is due, then finds the next deadline.
  mutating func advance(now: MonotonicTime) {
    guard isActive else {
      deadline = nil
      return
    }
    advanceGathering(now: now)
    advanceTransactions(now: now)
    advanceConsent(now: now)
    updatePath(now: now)
    advanceMigration(now: now)
    advanceNomination(now: now)
    if session.authentication.username != nil { session.checklist.thaw(now: now) }
    sendDueMessages(now: now)
    updateFailure(now: now)
    updateState(now: now)
    deadline = isActive ? nextDeadline(now: now) : nil
  }

  /// Stops everything; nothing is sent or answered any more.
  package mutating func close() {
    guard state != .closed else { return }
    shutDown(.closed)
  }

  mutating func shutDown(_ final: ICEState) {
    session.transactions.removeAll()
    session.consent = nil
    session.selectedPairID = nil
    retired = nil
    validated.removeAll()
    if path != nil {
      path = nil
      emit(.pathChanged(nil))
    }
    changeState(to: final)
    deadline = nil
  }

  mutating func changeState(to newState: ICEState) {
    guard newState != state else { return }
    state = newState
    emit(.stateChanged(newState))
  }
}
