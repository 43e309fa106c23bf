import RTCBase
import RTCSDP
import RTCSecurity
import WebRTCTypes

/// RFC 9429 §5.3: what an answer says.
extension JSEPSession {
  /// The answer to the remote offer that is pending.
  package mutating func createAnswer() throws(WebRTCError) -> RTCSessionDescription {
    var next = self
    let answer = try next.makeAnswer()
    next.lastCreatedAnswer = answer
    self = next
    return answer.apiDescription
  }

  mutating func makeAnswer() throws(WebRTCError) -> LocalDescription {
    guard signalingState == .haveRemoteOffer || signalingState == .haveLocalPranswer, let offer = pendingRemote else {
      throw .invalidStateError(
        "An answer can only be created for a remote offer; the state is \"\(signalingState.rawValue)\".")
    }
    var plan = offer.sections.map { planAnswered($0) }
    let groups = planBundle(&plan, offer: offer)
    var answer = LocalDescription(
      type: .answer, description: SessionDescription(origin: Origin(sessionID: sessionID, sessionVersion: 0)),
      sections: [], revision: revision)
    for tag in plan.indices where !plan[tag].isRejected {
      let group = groups.first { $0.contains(tag) } ?? [tag]
      guard group.first == tag else { continue }
      assignTransport(&plan, group: group, offer: offer, answer: &answer)
    }
    answer.description.media = plan.indices.map {
      writeAnswered(plan[$0], offer.sections[$0], offer: offer, answer: answer)
    }
    answer.sections = plan
    let namedGroups = groups.map { group in group.map { plan[$0].mid } }
    finish(
      &answer, groups: namedGroups, mixesExtensionHeaders: offer.description.allowsMixedExtensions)
    return answer
  }

  // MARK: What is accepted

  private func planAnswered(_ remote: RemoteDescription.Section) -> LocalDescription.Section {
    var planned = LocalDescription.Section(mid: remote.mid, kind: remote.kind)
    planned.isRejected = true
    guard !remote.isRejected, remote.isSupported else { return planned }
    guard let kind = MediaStreamTrackKind(remote.kind) else {
      planned.isRejected = false  // Only data sections are supported beside audio and video.
      return planned
    }
    planned.transceiverID = sections[remote.index].transceiverID
    guard let transceiver = planned.transceiverID.flatMap({ transceiver($0) }), !transceiver.isStopping,
      !transceiver.isStopped, remote.hasRTCPMux
    else { return planned }
    (planned.codecs, planned.capabilities) = answeredCodecs(of: transceiver, remote: remote)
    guard !planned.codecs.isEmpty else { return planned }
    planned.isRejected = false
    planned.direction = transceiver.direction.intersection(remote.direction.reversed)
    planned.extensions = answeredExtensions(kind, remote: remote)
    return planned
  }

  /// In the offer's order, or in that of the preferences if there are any (webrtc-pc §5.4, setCodecPreferences).
  private func answeredCodecs(
    of transceiver: JSEPTransceiver, remote: RemoteDescription.Section
  ) -> ([NegotiatedCodec], [CodecCapability]) {
    let capabilities = self.codecs(of: transceiver)
    var pairs: [(rank: Int, codec: NegotiatedCodec, capability: CodecCapability)] = []
    for offered in remote.codecs where PayloadTypeRegistry.isUsable(offered.payloadType) {
      guard let rank = capabilities.firstIndex(where: { $0.matches(offered) }) else { continue }
      let capability = capabilities[rank]
      let retransmission = capability.supportsRetransmission ? remote.retransmission(of: offered.payloadType) : nil
      pairs.append(
        (
          rank,
          NegotiatedCodec(
            payloadType: offered.payloadType, name: capability.name, clockRate: capability.clockRate,
            channels: capability.channels,
            parameters: FormatParameters(
              format: String(offered.payloadType.rawValue), parameters: capability.parameters),
            feedback: capability.feedback.filter { offered.feedback.contains($0) },
            retransmissionPayloadType: retransmission),
          capability
        ))
    }
    if !transceiver.codecPreferences.isEmpty { pairs.sort { $0.rank < $1.rank } }
    return (pairs.map(\.codec), pairs.map(\.capability))
  }

  /// RFC 8285 §6: the offer's identifiers, for what both know, with the direction turned round.
  private func answeredExtensions(
    _ kind: MediaStreamTrackKind, remote: RemoteDescription.Section
  ) -> [NegotiatedExtension] {
    var ids: Set<UInt8> = []
    var uris: Set<String> = []
    return remote.extensions.compactMap { offered in
      guard let id = remote.usableID(offered.id),
        let capability = configuration.extensions(kind).first(where: { $0.uri == offered.uri })
      else { return nil }
      let direction = capability.direction.intersection((offered.direction ?? .sendrecv).reversed)
      guard direction != .inactive, ids.insert(id).inserted, uris.insert(offered.uri).inserted else { return nil }
      return NegotiatedExtension(id: id, uri: offered.uri, direction: direction)
    }
  }

  /// RFC 9143 §7.3: each group without what is rejected, its tagged section first. All indices.
  private func planBundle(_ plan: inout [LocalDescription.Section], offer: RemoteDescription) -> [[Int]] {
    var groups: [[Int]] = []
    for offered in offer.bundleGroups {
      let members = offered.filter { !plan[$0].isRejected }
      // The section whose address the offerer is reached at must not be bundle-only.
      guard let tag = members.first(where: { !offer.sections[$0].isBundleOnly || sections[$0].transportID != nil })
      else {
        for member in members { plan[member].isRejected = true }
        continue
      }
      groups.append([tag] + members.filter { $0 != tag })
    }
    if configuration.bundlePolicy == .maxBundle, let first = plan.indices.first(where: { !plan[$0].isRejected }) {
      // RFC 9429 §5.3.1: one transport, and what does not fit on it is rejected.
      let kept = groups.first { $0.contains(first) } ?? [first]
      for index in plan.indices where !kept.contains(index) { plan[index].isRejected = true }
      groups.removeAll { !$0.contains(first) }
    }
    rejectBeyondTransports(&plan, &groups)
    for group in groups { for member in group { plan[member].isBundled = true } }
    return groups
  }

  /// As with max-bundle, what finds no transport is rejected: here those that came last of the sections that share none and would need
  /// one more than there may be.
  private func rejectBeyondTransports(_ plan: inout [LocalDescription.Section], _ groups: inout [[Int]]) {
    var free = Self.maximumTransports - transports.count
    for index in plan.indices where !plan[index].isRejected {
      let group = groups.first { $0.contains(index) } ?? [index]
      guard group[0] == index, !group.contains(where: { sections[$0].transportID != nil }) else { continue }
      free -= 1
      guard free < 0 else { continue }
      for member in group { plan[member].isRejected = true }
      groups.removeAll { $0[0] == index }
    }
  }

  private mutating func assignTransport(
    _ plan: inout [LocalDescription.Section], group: [Int], offer: RemoteDescription, answer: inout LocalDescription
  ) {
    let tag = group[0]
    let remote = offer.transportSection(of: tag)
    let id: TransportID
    var generation = 0
    var setup = answeredSetup(to: remote.setup)
    let existing = group.compactMap { sections[$0].transportID }.first
    if let existing, let index = transportIndex(existing) {
      id = existing
      let transport = transports[index]
      generation = transport.ice.ice.number
      if let known = transport.ice.ice.remote, let ice = remote.ice, !known.hasSameCredentials(as: ice),
        let restart = proposedRestart(of: id, isControlling: ice.iceLite)
      {
        answer.restarts[id] = restart
        generation = restart.ice.number
      }
      // RFC 8842 §5.3: an association that goes on keeps its roles.
      let isSameAssociation = transport.remoteFingerprints.contains { remote.fingerprints.contains($0) }
      if isSameAssociation, let role = transport.dtlsRole, remote.setup == .actpass || remote.setup == nil {
        setup = role == .client ? .active : .passive
      }
    } else {
      let transport = proposedTransport(mid: plan[tag].mid, isControlling: remote.ice?.iceLite ?? false)
      answer.newTransports.append(transport)
      id = transport.id
    }
    for member in group {
      plan[member].transportID = id
      plan[member].generation = generation
      plan[member].setup = setup
    }
    plan[tag].isTransportTag = true
  }

  private func answeredSetup(to offered: SetupRole?) -> SetupRole {
    switch offered {
    case .active?: .passive
    case .passive?: .active
    default: configuration.preferredDTLSServerWhenAnswering ? .passive : .active
    }
  }

  // MARK: Writing

  private mutating func writeAnswered(
    _ section: LocalDescription.Section, _ remote: RemoteDescription.Section, offer: RemoteDescription,
    answer: LocalDescription
  ) -> MediaDescription {
    let offered = offer.description.media[remote.index]
    let generation = section.isRejected ? nil : generation(of: section, in: answer)
    var writer = SectionWriter(
      section: section, transportProtocol: offered.transportProtocol, fingerprints: configuration.fingerprints,
      ice: generation?.ice.local ?? rejectedCredentials(), writesMID: remote.hasMID,
      hasReducedSizeRTCP: remote.hasReducedSizeRTCP,
      mixesExtensionHeaders: offered.attributes.contains(.extmapAllowMixed))
    guard let generation else {
      writer.section.setup = answeredSetup(to: remote.setup)
      let isMedia = remote.kind == .audio || remote.kind == .video
      return writer.rejected(formats: offered.formats, codecLines: isMedia ? offered.codecLines : [])
    }
    var media: MediaDescription
    if let id = section.transceiverID, let transceiver = transceiver(id) {
      media = writer.media(of: transceiver, cname: cname)
    } else {
      media = writer.data(
        sctpPort: configuration.sctpPort, maximumMessageSize: configuration.maximumMessageSize,
        hasDraftFormat: offered.draftSCTPPort != nil)
    }
    if section.isTransportTag {
      media.setCandidates(generation.localCandidates, haveEnded: generation.localCandidatesEnded)
    }
    return media
  }
}

extension RemoteDescription {
  /// Whose transport attributes hold for a section that is its own tag in our answer: its own, or those of the tag
  /// that the peer chose.
  func transportSection(of index: Int) -> Section {
    sections[index].ice == nil || sections[index].fingerprints.isEmpty
      ? sections[sections[index].transportTag] : sections[index]
  }
}

extension RemoteDescription.Section {
  /// The payload type of the retransmission format for another (RFC 4588 §8.1).
  func retransmission(of payloadType: PayloadType) -> PayloadType? {
    codecs.first {
      $0.associatedPayloadType == payloadType && PayloadTypeRegistry.isUsable($0.payloadType)
    }?.payloadType
  }

  /// RFC 8285 §4: 1 to 14 in one-byte headers; above that only where two-byte headers may be mixed in.
  func usableID(_ id: Int) -> UInt8? {
    switch id {
    case 1...14: UInt8(id)
    case 16...255: mixesExtensionHeaders ? UInt8(id) : nil
    default: nil
    }
  }
}

extension RTCIceParameters {
  func hasSameCredentials(as other: RTCIceParameters) -> Bool {
    usernameFragment == other.usernameFragment && password == other.password
  }
}

extension MediaStreamTrackKind {
  init?(_ kind: MediaKind) {
    switch kind {
    case .audio: self = .audio
    case .video: self = .video
    default: return nil
    }
  }
}
