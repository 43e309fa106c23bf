import RTCBase
import RTCSDP
import WebRTCTypes

/// RFC 9429 §5.2: what an offer says.
extension JSEPSession {
  /// The offer for the session as it is now; created again, it is the same text if nothing changed.
  package mutating func createOffer(
    _ options: RTCOfferOptions = RTCOfferOptions()
  ) throws(WebRTCError) -> RTCSessionDescription {
    var next = self
    let offer = try next.makeOffer(options)
    next.lastCreatedOffer = offer
    self = next
    return offer.apiDescription
  }

  mutating func makeOffer(_ options: RTCOfferOptions) throws(WebRTCError) -> LocalDescription {
    guard signalingState == .stable || signalingState == .haveLocalOffer else {
      throw .invalidStateError(
        "An offer cannot be created in the state \"\(signalingState.rawValue)\"; answer or roll back first.")
    }
    var plan = planExistingSections()
    planNewSections(&plan)
    var offer = LocalDescription(
      type: .offer, description: SessionDescription(origin: Origin(sessionID: sessionID, sessionVersion: 0)),
      sections: [], revision: revision)
    let isFirst = !sections.contains { $0.isNegotiated && !$0.isRejected }
    try assignTransports(&plan, isFirst: isFirst, offer: &offer)
    try assignGenerations(&plan, restart: options.iceRestart, offer: &offer)
    offer.description.media = plan.indices.map { writeOffered(&plan, $0, offer: offer) }
    let groups = bundleGroups(plan, isFirst: isFirst)
    for index in plan.indices { plan[index].isBundled = groups.contains { $0.contains(plan[index].mid) } }
    offer.sections = plan
    finish(&offer, groups: groups, mixesExtensionHeaders: true)
    return offer
  }

  // MARK: Which sections there are

  private func planExistingSections() -> [LocalDescription.Section] {
    sections.map { section in
      var planned = LocalDescription.Section(mid: section.mid, kind: section.kind)
      planned.transceiverID = section.transceiverID
      let transceiver = section.transceiverID.flatMap { self.transceiver($0) }
      // A section of audio or video without its transceiver belonged to a stopped one.
      let isUsable =
        transceiver.map { !$0.isStopping && !$0.isStopped }
        ?? (section.kind == .application && configuration.supportsDataChannels)
      guard isUsable, !section.isRejected else {
        planned.isRejected = true
        return planned
      }
      planned.transportID = section.transportID
      planned.isBundleOnly = section.isBundleOnly
      planned.direction = transceiver?.direction ?? .sendrecv
      return planned
    }
  }

  /// RFC 9429 §5.2.2: what is new takes the first section that both sides have rejected, or one more at the end.
  private mutating func planNewSections(_ plan: inout [LocalDescription.Section]) {
    var recyclable = sections.indices.filter { sections[$0].isRejected }[...]
    func place(_ section: LocalDescription.Section) {
      if let index = recyclable.popFirst() { plan[index] = section } else { plan.append(section) }
    }
    for transceiver in transceivers
    where transceiver.mid == nil && !transceiver.isStopping && !transceiver.isStopped {
      let mid = proposals.mids[transceiver.id] ?? makeMID()
      proposals.mids[transceiver.id] = mid
      var section = LocalDescription.Section(mid: mid, kind: transceiver.kind == .audio ? .audio : .video)
      section.transceiverID = transceiver.id
      section.direction = transceiver.direction
      place(section)
    }
    if wantsDataChannels, !sections.contains(where: { $0.kind == .application && !$0.isRejected }) {
      let mid = proposals.dataMID ?? makeMID()
      proposals.dataMID = mid
      place(LocalDescription.Section(mid: mid, kind: .application))
    }
  }

  /// A counter says nothing about the user (RFC 9429 §5.2.1).
  mutating func makeMID() -> String {
    while true {
      let mid = String(nextMID)
      nextMID += 1
      let isTaken =
        sections.contains { $0.mid == mid }
        || [pendingRemote, currentRemote].contains { $0?.sections.contains { $0.mid == mid } ?? false }
      if !isTaken { return mid }
    }
  }

  // MARK: Transports

  /// RFC 9429 §5.2.1 with the bundle policies of §4.1.1; later offers keep what was negotiated (§5.2.2).
  private mutating func assignTransports(
    _ plan: inout [LocalDescription.Section], isFirst: Bool, offer: inout LocalDescription
  ) throws(WebRTCError) {
    let used = plan.indices.filter { !plan[$0].isRejected }
    let shared = used.first { $0 < sections.count && sections[$0].isBundled && plan[$0].mid == sections[$0].mid }
      .flatMap { plan[$0].transportID }
    var kindsWithTransport: Set<MediaKind> = []
    var first: TransportID?
    for index in used {
      if plan[index].transportID == nil {
        let isFull = transports.count + offer.newTransports.count >= Self.maximumTransports
        let isShared: Bool =
          switch configuration.bundlePolicy {
          case .maxCompat: isFull
          case .balanced: kindsWithTransport.contains(plan[index].kind)
          case .maxBundle: true
          }
        if isFirst, isShared, let first {
          plan[index].transportID = first
          plan[index].isBundleOnly = true
        } else if !isFirst, let shared {
          plan[index].transportID = shared
        } else {
          guard !isFull else {
            throw .operationError(
              "A connection has at most \(Self.maximumTransports) transports, and the peer lets no sections share one.")
          }
          let transport = proposedTransport(mid: plan[index].mid, isControlling: true)
          plan[index].transportID = transport.id
          offer.newTransports.append(transport)
        }
      }
      kindsWithTransport.insert(plan[index].kind)
      if first == nil { first = plan[index].transportID }
    }
    for id in used.compactMap({ plan[$0].transportID }).uniqued() {
      let sharing = used.filter { plan[$0].transportID == id && !plan[$0].isBundleOnly }
      // The section that the peer knows the transport by stays its tag (RFC 9143 §7.5).
      let known = sharing.first { $0 < sections.count && sections[$0].isBundled && plan[$0].mid == sections[$0].mid }
      if let tag = known ?? sharing.first { plan[tag].isTransportTag = true }
    }
  }

  mutating func proposedTransport(mid: String, isControlling: Bool) -> Transport {
    if let known = proposals.transports[mid] { return known }
    let transport = Transport(
      id: TransportID(rawValue: nextTransportID),
      ice: Generation(ice: ICEGeneration(number: 0, local: makeCredentials(), isControlling: isControlling)))
    nextTransportID += 1
    proposals.transports[mid] = transport
    return transport
  }

  mutating func proposedRestart(of id: TransportID, isControlling: Bool) -> Generation? {
    if let known = proposals.restarts[id] { return known }
    guard let index = transportIndex(id) else { return nil }
    let number = transports[index].nextGenerationNumber
    transports[index].nextGenerationNumber += 1
    let generation = Generation(
      ice: ICEGeneration(number: number, local: makeCredentials(), isControlling: isControlling))
    proposals.restarts[id] = generation
    return generation
  }

  /// Every transport has its own, so that a datagram on a shared port tells by its user name whose it is.
  func makeCredentials() -> RTCIceParameters {
    RTCIceParameters(usernameFragment: random.iceCharacters(8), password: random.iceCharacters(24))
  }

  private mutating func assignGenerations(
    _ plan: inout [LocalDescription.Section], restart: Bool, offer: inout LocalDescription
  ) throws(WebRTCError) {
    for index in plan.indices where !plan[index].isRejected {
      plan[index].setup = .actpass
      guard let id = plan[index].transportID, let position = transportIndex(id) else {
        plan[index].generation = 0
        continue
      }
      let transport = transports[position]
      let isNegotiated = transport.ice.ice.remote != nil
      if isNegotiated, transport.restart == nil,
        restart || credentialsToReplace.contains(transport.ice.ice.local)
      {
        guard let generation = proposedRestart(of: id, isControlling: transport.ice.ice.isControlling) else { continue }
        offer.restarts[id] = generation
        plan[index].generation = generation.ice.number
      } else {
        plan[index].generation = (transport.restart ?? transport.ice).ice.number
      }
    }
  }

  /// The sections of each transport that is, or while nothing is negotiated could be, shared.
  private func bundleGroups(_ plan: [LocalDescription.Section], isFirst: Bool) -> [[String]] {
    let used = plan.filter { !$0.isRejected }
    if isFirst { return used.isEmpty ? [] : [used.map(\.mid)] }
    let bundled = sections.filter { section in
      section.isBundled && used.contains { $0.mid == section.mid }
    }
    return bundled.compactMap(\.transportID).uniqued().map { id in
      let sharing = used.filter { $0.transportID == id }
      return (sharing.filter(\.isTransportTag) + sharing.filter { !$0.isTransportTag }).map(\.mid)
    }
  }

  // MARK: Writing

  private mutating func writeOffered(
    _ plan: inout [LocalDescription.Section], _ index: Int, offer: LocalDescription
  ) -> MediaDescription {
    let generation = generation(of: plan[index], in: offer)
    var writer = SectionWriter(
      section: plan[index], transportProtocol: "UDP/TLS/RTP/SAVPF", fingerprints: configuration.fingerprints,
      ice: generation?.ice.local ?? rejectedCredentials())
    guard !plan[index].isRejected, let generation else {
      let previous = (pendingLocal ?? currentLocal)?.description.media
      let old = previous.flatMap { index < $0.count ? $0[index] : nil }
      plan[index].isRejected = true
      writer.section = plan[index]
      writer.section.setup = .actpass
      if let old { writer.transportProtocol = old.transportProtocol }
      return writer.rejected(formats: old?.formats ?? ["0"], codecLines: old?.codecLines ?? [])
    }
    var media: MediaDescription
    if let id = plan[index].transceiverID, let transceiver = transceiver(id) {
      let agreed = index < sections.count && sections[index].mid == plan[index].mid ? sections[index].media : nil
      (plan[index].codecs, plan[index].capabilities) = offeredCodecs(of: transceiver, agreed: agreed)
      plan[index].extensions = offeredExtensions(transceiver.kind, agreed: agreed)
      writer.section = plan[index]
      media = writer.media(of: transceiver, cname: cname)
    } else {
      let hasDraftFormat =
        index < sections.count && sections[index].mid == plan[index].mid && sections[index].hasDraftDataFormat
      writer.transportProtocol = hasDraftFormat ? "DTLS/SCTP" : "UDP/DTLS/SCTP"
      media = writer.data(
        sctpPort: configuration.sctpPort, maximumMessageSize: configuration.maximumMessageSize,
        hasDraftFormat: hasDraftFormat)
    }
    if plan[index].isTransportTag {
      media.setCandidates(generation.localCandidates, haveEnded: generation.localCandidatesEnded)
    }
    return media
  }

  mutating func rejectedCredentials() -> RTCIceParameters {
    let credentials = proposals.rejectedCredentials ?? makeCredentials()
    proposals.rejectedCredentials = credentials
    return credentials
  }

  /// The ICE session that a section of a description of ours belongs to.
  func generation(of section: LocalDescription.Section, in description: LocalDescription) -> Generation? {
    guard let id = section.transportID else { return nil }
    if let restart = description.restarts[id] { return restart }
    if let new = description.newTransports.first(where: { $0.id == id }) { return new.ice }
    guard let index = transportIndex(id) else { return nil }
    let transport = transports[index]
    return transport.restart?.ice.number == section.generation ? transport.restart : transport.ice
  }

  /// What a section already uses keeps its payload types (RFC 9429 §5.2.2).
  private mutating func offeredCodecs(
    of transceiver: JSEPTransceiver, agreed: NegotiatedMedia?
  ) -> ([NegotiatedCodec], [CodecCapability]) {
    var codecs: [NegotiatedCodec] = []
    var capabilities: [CodecCapability] = []
    for capability in self.codecs(of: transceiver) {
      let known = agreed?.receiveCodecs.first { capability.matches(CodecDescription($0)) }
      let payloadType =
        known?.payloadType
        ?? payloadTypes.payloadType(for: .init(capability), preferred: capability.preferredPayloadType)
      guard let payloadType else { continue }
      var retransmission: PayloadType?
      if capability.supportsRetransmission {
        retransmission =
          known?.retransmissionPayloadType
          ?? payloadTypes.payloadType(
            for: .init(retransmissionOf: payloadType, kind: capability.kind, clockRate: capability.clockRate),
            preferred: capability.preferredRetransmissionPayloadType)
      }
      codecs.append(
        NegotiatedCodec(
          payloadType: payloadType, name: capability.name, clockRate: capability.clockRate,
          channels: capability.channels,
          parameters: FormatParameters(format: String(payloadType.rawValue), parameters: capability.parameters),
          feedback: capability.feedback, retransmissionPayloadType: retransmission))
      capabilities.append(capability)
    }
    return (codecs, capabilities)
  }

  private mutating func offeredExtensions(
    _ kind: MediaStreamTrackKind, agreed: NegotiatedMedia?
  ) -> [NegotiatedExtension] {
    configuration.extensions(kind).compactMap { capability in
      let known = agreed?.extensions.first { $0.uri == capability.uri }.map { Int($0.id) }
      let id = known ?? extensions.id(for: capability.uri, preferred: capability.preferredID.map { Int($0) })
      guard let id, let byte = UInt8(exactly: id) else { return nil }
      return NegotiatedExtension(id: byte, uri: capability.uri, direction: capability.direction)
    }
  }

  /// The session's own lines, and the version of `o=`, which changes only if anything else does (RFC 9429 §5.2.2).
  mutating func finish(_ local: inout LocalDescription, groups: [[String]], mixesExtensionHeaders: Bool) {
    var attributes: [Attribute] = groups.map { .group(semantics: "BUNDLE", mids: $0) }
    // RFC 9429 §5.2.1: ice2 says that nomination follows RFC 8445.
    attributes.append(.iceOptions(["trickle", "ice2"]))
    if mixesExtensionHeaders { attributes.append(.extmapAllowMixed) }
    attributes.append(.msidSemantic(semantic: "WMS", streamIDs: ["*"]))
    local.description.attributes = attributes
    local.description.origin = Origin(sessionID: sessionID, sessionVersion: 0, address: "0.0.0.0")
    if lastGenerated != local.description {
      lastGenerated = local.description
      sessionVersion += 1
    }
    local.description.origin.sessionVersion = sessionVersion
  }
}

extension CodecDescription {
  init(_ codec: NegotiatedCodec) {
    self.init(
      payloadType: codec.payloadType, name: codec.name, clockRate: codec.clockRate, channels: codec.channels,
      parameters: codec.parameters, feedback: Set(codec.feedback))
  }
}
