import RTCBase
import RTCSDP
import WebRTCTypes

/// RFC 9429 §5.6, §5.10, §5.11 and webrtc-pc §4.4.2, setRemoteDescription.
extension JSEPSession {
  /// Applies the peer's description. An offer that meets a local offer takes the latter back first (RFC 9429
  /// §4.1.10.2).
  package mutating func setRemoteDescription(
    _ type: RTCSdpType, sdp: String = ""
  ) throws(WebRTCError) -> [JSEPEvent] {
    try requireOpen()
    let rollsBackFirst = type == .offer && signalingState == .haveLocalOffer
    guard let state = (rollsBackFirst ? .stable : signalingState).applying(type, from: .remote) else {
      throw .invalidStateError(
        "A remote \(type.rawValue) cannot be set in the state \"\(signalingState.rawValue)\".")
    }
    var next = self
    let before = next.observed
    if type == .rollback {
      next.rollBack()
    } else {
      let description = try Self.parse(sdp)
      if rollsBackFirst {
        next.rollBack()
        next.signalingState = .stable
      }
      let remote = try next.read(description, type: type)
      if type == .offer { try next.applyRemoteOffer(remote) } else { try next.applyRemoteAnswer(remote) }
    }
    next.enter(state)
    var events = next.events(since: before, isRollback: type == .rollback)
    if rollsBackFirst { events.insert(.signalingStateChanged(.stable), at: 0) }
    self = next
    return events
  }

  private static func parse(_ sdp: String) throws(WebRTCError) -> SessionDescription {
    do {
      return try SessionDescription(parsing: sdp)
    } catch {
      throw .rtcError(
        RTCError(
          RTCErrorInit(errorDetail: .sdpSyntaxError, sdpLineNumber: max(1, error.lineNumber)),
          message: error.description))
    }
  }

  // MARK: Reading

  /// Checks a description on its own and against what was agreed before.
  private mutating func read(
    _ description: SessionDescription, type: RTCSdpType
  ) throws(WebRTCError) -> RemoteDescription {
    let known = type == .offer ? sections.map { $0.isRejected ? nil : $0.mid } : pendingLocal?.sections.map(\.mid) ?? []
    guard type == .offer ? description.media.count >= known.count : description.media.count == known.count else {
      throw .invalidAccessError(
        "The \(type.rawValue) has \(description.media.count) m-sections, and "
          + (type == .offer ? "there are \(known.count) already (RFC 9429 §5.10)." : "the offer has \(known.count)."))
    }
    var mids: [String] = []
    let named = Set(description.media.compactMap(\.mid))
    for (index, media) in description.media.enumerated() {
      var mid = media.mid ?? (index < known.count ? known[index] : nil)
      while mid == nil || (media.mid == nil && mids.contains(mid ?? "")) {
        let new = makeMID()
        if !named.contains(new) { mid = new }
      }
      mids.append(mid ?? "")
    }
    // A section without a=mid keeps its own, which another must not take.
    guard Set(mids).count == mids.count else { throw .invalidAccessError("Two m-sections have the same mid.") }
    let reader = RemoteDescriptionReader(type: type, description: description, configuration: configuration)
    let remote = try reader.read { mids[$0] }
    for section in remote.sections where section.index < known.count {
      try check(section, mid: known[section.index], type: type)
    }
    if type == .offer { for section in remote.sections { try checkTransport(section, in: remote) } }
    return remote
  }

  /// m-sections keep their place, their kind and their mid, unless both sides had rejected them (RFC 9429 §5.10,
  /// §5.11).
  private func check(
    _ section: RemoteDescription.Section, mid: String?, type: RTCSdpType
  ) throws(WebRTCError) {
    guard let mid else { return }
    guard section.mid == mid else {
      throw .invalidAccessError(
        "Section \(section.index) of the \(type.rawValue) has the mid \"\(section.mid)\", and it was \"\(mid)\".")
    }
    let kind = type == .offer ? sections[section.index].kind : pendingLocal?.sections[section.index].kind
    guard section.kind == kind else {
      throw .invalidAccessError("The section with mid \"\(mid)\" cannot become \(section.kind).")
    }
    if type != .offer, !section.isRejected, !section.isSupported {
      throw .invalidAccessError("The answer's section with mid \"\(mid)\" has a protocol that was not offered.")
    }
  }

  /// RFC 8839 §4.4.1.1.1: a restart changes both credentials; RFC 8842 §4: another certificate takes a restart here,
  /// since an association cannot be told from its predecessor on the same path.
  private func checkTransport(
    _ section: RemoteDescription.Section, in remote: RemoteDescription
  ) throws(WebRTCError) {
    guard section.transportTag == section.index, !section.isRejected, section.isSupported, let ice = section.ice
    else { return }
    let sharing = sections.indices.filter { remote.sections[$0].transportTag == section.index }
    guard let transportID = sharing.compactMap({ sections[$0].transportID }).first,
      let position = transportIndex(transportID), let known = transports[position].ice.ice.remote
    else { return }
    let isSameFragment = known.usernameFragment == ice.usernameFragment
    guard isSameFragment == (known.password == ice.password) else {
      throw .invalidAccessError(
        "The section with mid \"\(section.mid)\" changes only one of a=ice-ufrag and a=ice-pwd; a restart changes both."
      )
    }
    let fingerprints = transports[position].remoteFingerprints
    if isSameFragment, !fingerprints.contains(where: { section.fingerprints.contains($0) }) {
      throw .invalidAccessError(
        "The section with mid \"\(section.mid)\" has another a=fingerprint, which needs an ICE restart.")
    }
  }

  // MARK: Applying

  private mutating func applyRemoteOffer(_ offer: RemoteDescription) throws(WebRTCError) {
    if signalingState == .stable { saveStableState() }
    // What an offer of ours would have said no longer holds: its mids may be taken, and its transports would have
    // controlled.
    proposals = Proposals()
    // It answers another offer.
    lastCreatedAnswer = nil
    learnExtensions(of: offer)
    for section in offer.sections {
      learn(section)
      let isKnown = section.index < sections.count && !sections[section.index].isRejected
      if !isKnown {
        var new = Section(mid: section.mid, kind: section.kind)
        new.isRejected = section.isRejected
        if section.index < sections.count { sections[section.index] = new } else { sections.append(new) }
      }
      if !section.isRejected, section.isSupported, let kind = MediaStreamTrackKind(section.kind),
        sections[section.index].transceiverID == nil
      {
        let id = try transceiver(for: section, kind: kind)
        sections[section.index].transceiverID = id
        if let position = transceiverIndex(id) {
          transceivers[position].negotiated.mid = section.mid
          transceivers[position].negotiated.sectionIndex = section.index
        }
      }
      guard let position = sections[section.index].transceiverID.flatMap({ transceiverIndex($0) }) else { continue }
      if section.isRejected {
        stopNow(position)
      } else if !transceivers[position].isStopped {
        receive(position, section, direction: section.direction.reversed, in: offer)
      }
    }
    pendingRemote = offer
  }

  private mutating func applyRemoteAnswer(_ answer: RemoteDescription) throws(WebRTCError) {
    guard let offer = pendingLocal else { return }
    let exchange = Exchange(
      local: offer, remote: answer, isLocalOffer: true, isFinal: answer.type == .answer,
      followsPranswer: signalingState == .haveRemotePranswer)
    learnExtensions(of: answer)
    for section in answer.sections {
      learn(section)
      guard let position = sections[section.index].transceiverID.flatMap({ transceiverIndex($0) }),
        !section.isRejected, !transceivers[position].isStopped
      else { continue }
      let local = offer.sections[section.index]
      guard !pairable(local, section).isEmpty else {
        throw .invalidAccessError("The answer's section with mid \"\(local.mid)\" has no codec that was offered.")
      }
      receive(position, section, direction: local.direction.intersection(section.direction.reversed), in: answer)
    }
    try agree(exchange)
    pendingRemote = answer
    if exchange.isFinal { becomeStable() }
  }

  private func pairable(
    _ local: LocalDescription.Section, _ remote: RemoteDescription.Section
  ) -> [CodecCapability] {
    local.capabilities.filter { capability in remote.codecs.contains { capability.matches($0) } }
  }

  /// RFC 9429 §5.10: a transceiver that `addTrack` made takes the section if the peer would receive; otherwise a new
  /// one does.
  private mutating func transceiver(
    for section: RemoteDescription.Section, kind: MediaStreamTrackKind
  ) throws(WebRTCError) -> TransceiverID {
    if section.direction.receives,
      let waiting = transceivers.first(where: {
        $0.kind == kind && $0.mid == nil && $0.wasAddedByTrack && !$0.isStopping && !$0.isStopped
      })
    {
      return waiting.id
    }
    let id = try makeTransceiver(
      kind, direction: .recvonly, trackID: nil, streamIDs: [], encodings: [RTCRtpEncodingParameters()],
      receiverTrackID: section.trackID)
    if let position = transceiverIndex(id) { transceivers[position].wasCreatedByRemoteOffer = true }
    return id
  }

  /// What the peer says it sends; track events follow from the change (webrtc-pc §5.1.1).
  private mutating func receive(
    _ position: Int, _ section: RemoteDescription.Section, direction: MediaDirection, in remote: RemoteDescription
  ) {
    transceivers[position].negotiated.isReceptive = direction.receives
    transceivers[position].negotiated.receiverStreamIDs =
      direction.receives ? streamIDs(of: section, in: remote) : []
  }

  /// A peer that has never heard of `a=msid` gets all its tracks in one stream (RFC 9429 §5.10).
  private func streamIDs(of section: RemoteDescription.Section, in remote: RemoteDescription) -> [String] {
    if let streamIDs = section.streamIDs { return streamIDs }
    let knowsStreams =
      remote.sections.contains { $0.streamIDs != nil }
      || remote.description.attributes.contains { if case .msidSemantic = $0 { true } else { false } }
    return knowsStreams ? [] : [defaultStreamID]
  }

  /// Those that we do not know too, for their identifiers are taken.
  private mutating func learnExtensions(of remote: RemoteDescription) {
    for attributes in [remote.description.attributes] + remote.description.media.map(\.attributes) {
      for mapping in attributes.extensionMappings { extensions.learn(mapping.id, mapping.uri) }
    }
  }

  private mutating func learn(_ section: RemoteDescription.Section) {
    guard let kind = MediaStreamTrackKind(section.kind) else { return }
    for codec in section.codecs { payloadTypes.learn(codec.payloadType, .init(codec, kind: kind)) }
  }
}
