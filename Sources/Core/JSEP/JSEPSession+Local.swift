import RTCSDP
import WebRTCTypes

/// RFC 9429 §5.6, §5.8, §5.9 and webrtc-pc §4.4.2, setLocalDescription.
extension JSEPSession {
  /// Applies a description that this session created. Without a type, the one that the state calls for; without
  /// `sdp`, the last one created if nothing has changed since, or else a new one.
  ///
  /// Throws `InvalidModificationError` for any other text: what a description says is changed through the API, not in
  /// the text.
  package mutating func setLocalDescription(
    _ type: RTCSdpType? = nil, sdp: String = ""
  ) throws(WebRTCError) -> [JSEPEvent] {
    try requireOpen()
    let type = type ?? impliedLocalType
    guard let state = signalingState.applying(type, from: .local) else {
      throw .invalidStateError(
        "A local \(type.rawValue) cannot be set in the state \"\(signalingState.rawValue)\".")
    }
    var next = self
    let before = next.observed
    switch type {
    case .rollback: next.rollBack()
    case .offer: next.applyLocalOffer(try next.localOffer(sdp))
    case .answer, .pranswer:
      var answer = try next.localAnswer(sdp)
      answer.type = type
      try next.applyLocalAnswer(answer)
    }
    next.enter(state)
    let events = next.events(since: before, isRollback: type == .rollback)
    self = next
    return events
  }

  /// webrtc-pc §4.4.2, setLocalDescription step 4.3
  private var impliedLocalType: RTCSdpType {
    switch signalingState {
    case .stable, .haveLocalOffer, .haveRemotePranswer, .closed: .offer
    case .haveRemoteOffer, .haveLocalPranswer: .answer
    }
  }

  private mutating func localOffer(_ sdp: String) throws(WebRTCError) -> LocalDescription {
    if sdp.isEmpty {
      if let offer = lastCreatedOffer, offer.revision == revision { return offer }
      return try makeOffer(RTCOfferOptions())
    }
    guard let offer = lastCreatedOffer, offer.text.hasSameLines(as: sdp) else { throw Self.changed("offer") }
    return offer
  }

  private mutating func localAnswer(_ sdp: String) throws(WebRTCError) -> LocalDescription {
    if sdp.isEmpty {
      if let answer = lastCreatedAnswer, answer.revision == revision { return answer }
      return try makeAnswer()
    }
    guard let answer = lastCreatedAnswer, answer.text.hasSameLines(as: sdp) else { throw Self.changed("answer") }
    return answer
  }

  private static func changed(_ kind: String) -> WebRTCError {
    .invalidModificationError(
      "The \(kind) is not the last one that was created; set it as it was created, or pass no SDP to have it made.")
  }

  private mutating func applyLocalOffer(_ offer: LocalDescription) {
    if signalingState == .stable { saveStableState() }
    for transport in offer.newTransports where transportIndex(transport.id) == nil { transports.append(transport) }
    for (id, generation) in offer.restarts {
      guard let index = transportIndex(id) else { continue }
      transports[index].restart = generation
      transports[index].nextGenerationNumber = max(
        transports[index].nextGenerationNumber, generation.ice.number + 1)
    }
    for (index, planned) in offer.sections.enumerated() {
      if index < sections.count {
        // A rejection counts once it is answered.
        guard sections[index].mid != planned.mid else { continue }
        sections[index] = Section(mid: planned.mid, kind: planned.kind)
      } else {
        sections.append(Section(mid: planned.mid, kind: planned.kind))
      }
      sections[index].transceiverID = planned.transceiverID
      sections[index].transportID = planned.transportID
      sections[index].isBundleOnly = planned.isBundleOnly
      if let position = planned.transceiverID.flatMap({ transceiverIndex($0) }) {
        transceivers[position].negotiated.mid = planned.mid
        transceivers[position].negotiated.sectionIndex = index
      }
    }
    pendingLocal = withCandidates(offer)
  }

  private mutating func applyLocalAnswer(_ answer: LocalDescription) throws(WebRTCError) {
    guard let remote = pendingRemote else { return }
    let exchange = Exchange(
      local: answer, remote: remote, isLocalOffer: false, isFinal: answer.type == .answer,
      followsPranswer: signalingState == .haveLocalPranswer)
    try agree(exchange)
    pendingLocal = withCandidates(answer)
    if exchange.isFinal { becomeStable() }
  }

  /// The answer was final: what was pending is current (webrtc-pc §4.4.1.5).
  mutating func becomeStable() {
    currentLocal = pendingLocal
    currentRemote = pendingRemote
    pendingLocal = nil
    pendingRemote = nil
    lastCreatedOffer = nil
    lastCreatedAnswer = nil
    stable = nil
    proposals = Proposals()
    for index in transports.indices { transports[index].restart = nil }
    credentialsToReplace.removeAll { credentials in !transports.contains { $0.ice.ice.local == credentials } }
  }

  mutating func saveStableState() {
    stable = StableState(
      sections: sections, transports: transports,
      transceivers: Dictionary(uniqueKeysWithValues: transceivers.map { ($0.id, $0.negotiated) }))
  }

  mutating func enter(_ state: RTCSignalingState) {
    signalingState = state
    revision &+= 1
    // webrtc-pc §4.4.1.5: whoever was asked to negotiate has done so; what is still needed is asked for anew.
    if state == .stable { isNegotiationNeededAnnounced = false }
    for index in transceivers.indices {
      transceivers[index].receiver.streamIDs = transceivers[index].negotiated.receiverStreamIDs
    }
  }
}

extension String {
  /// Signalling channels may change line ends.
  fileprivate func hasSameLines(as other: String) -> Bool {
    if self == other { return true }
    let ends: (Character) -> Bool = { $0 == "\r\n" || $0 == "\n" || $0 == "\r" }
    return split(whereSeparator: ends) == other.split(whereSeparator: ends)
  }
}
