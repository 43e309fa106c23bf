import RTCBase
import RTCSDP
import RTCSecurity
import WebRTCTypes

/// What follows once an offer has met its answer, provisional or final.
extension JSEPSession {
  /// Which of the two descriptions is the offer, and how binding the answer is.
  struct Exchange {
    var local: LocalDescription
    var remote: RemoteDescription
    var isLocalOffer: Bool
    var isFinal: Bool
    /// An earlier provisional answer may have come from another peer (RFC 9429 §4.1.10.1).
    var followsPranswer: Bool
  }

  mutating func agree(_ exchange: Exchange) throws(WebRTCError) {
    let local = exchange.local
    let remote = exchange.remote
    let accepted = try acceptedSections(exchange)
    for index in accepted { try agree(on: index, exchange) }
    try agreeOnTransports(exchange, accepted: accepted)
    for index in accepted { agreeOnMedia(index, local.sections[index], remote.sections[index], exchange) }
    guard exchange.isFinal else { return }
    for index in local.sections.indices where !accepted.contains(index) { reject(index) }
    removeStoppedTransceivers()
    let used = Set(sections.compactMap(\.transportID))
    transports.removeAll { !used.contains($0.id) }
  }

  /// RFC 3264 §6: a section is used if neither side rejected it.
  private func acceptedSections(_ exchange: Exchange) throws(WebRTCError) -> [Int] {
    var accepted: [Int] = []
    for (local, remote) in zip(exchange.local.sections, exchange.remote.sections) {
      if exchange.isLocalOffer, local.isRejected, !remote.isRejected {
        throw .invalidAccessError("The answer accepts the section with mid \"\(local.mid)\", which the offer rejected.")
      }
      if !local.isRejected, !remote.isRejected { accepted.append(remote.index) }
    }
    return accepted
  }

  /// Settles which transport a section uses (RFC 9143 §7.3, §7.4).
  private mutating func agree(on index: Int, _ exchange: Exchange) throws(WebRTCError) {
    let local = exchange.local.sections[index]
    let remote = exchange.remote.sections[index]
    let place = "The section with mid \"\(local.mid)\""
    var transportID = local.transportID
    var isBundled = local.isBundled
    if exchange.isLocalOffer {
      isBundled = remote.bundleGroup != nil
      if isBundled {
        let tag = exchange.local.sections[remote.transportTag]
        guard local.isBundled, tag.isBundled else {
          throw .invalidAccessError("\(place) is in a BUNDLE group of the answer that was not offered.")
        }
        transportID = tag.transportID
      } else {
        let sharesTransport = exchange.local.sections.indices.contains {
          $0 != index && exchange.local.sections[$0].transportID == transportID
            && !exchange.remote.sections[$0].isRejected
        }
        guard !local.isBundleOnly, !sharesTransport else {
          throw .invalidAccessError(
            "\(place) has no transport of its own: the answer must keep it in its BUNDLE group or reject it.")
        }
      }
    }
    sections[index].transportID = transportID
    sections[index].isBundled = isBundled
    sections[index].isBundleOnly = false
    sections[index].isNegotiated = true
  }

  private mutating func reject(_ index: Int) {
    // The wish for data channels has its answer: to ask again with every negotiation would not change it.
    if sections[index].kind == .application, !sections[index].isRejected { wantsDataChannels = false }
    sections[index].isRejected = true
    sections[index].isBundled = false
    sections[index].isBundleOnly = false
    sections[index].transportID = nil
    sections[index].media = nil
    sections[index].data = nil
    if let position = sections[index].transceiverID.flatMap({ transceiverIndex($0) }) { stopNow(position) }
    sections[index].transceiverID = nil
  }

  /// webrtc-pc §5.4, "stop the RTCRtpTransceiver".
  mutating func stopNow(_ position: Int) {
    transceivers[position].isStopping = true
    transceivers[position].isStopped = true
    transceivers[position].negotiated.isReceptive = false
    transceivers[position].negotiated.receiverStreamIDs = []
    transceivers[position].negotiated.currentDirection = nil
  }

  /// Those whose section both sides know to be rejected, and those that never had one (webrtc-pc §4.4.1.5).
  mutating func removeStoppedTransceivers() {
    for position in transceivers.indices
    where transceivers[position].isStopping && transceivers[position].mid == nil {
      stopNow(position)
    }
    let inUse = Set(sections.compactMap(\.transceiverID))
    removeTransceivers { $0.isStopped && !inUse.contains($0.id) }
  }

  // MARK: Transports

  private mutating func agreeOnTransports(_ exchange: Exchange, accepted: [Int]) throws(WebRTCError) {
    var done: Set<TransportID> = []
    for index in accepted {
      guard let id = sections[index].transportID, done.insert(id).inserted else { continue }
      let remote: RemoteDescription.Section
      let local: LocalDescription.Section
      if exchange.isLocalOffer {
        local = exchange.local.sections[index]
        remote = exchange.remote.sections[exchange.remote.sections[index].transportTag]
      } else {
        let tag = exchange.local.sections.firstIndex { $0.transportID == id && $0.isTransportTag } ?? index
        local = exchange.local.sections[tag]
        remote = exchange.remote.transportSection(of: tag)
      }
      guard let ice = remote.ice, !remote.fingerprints.isEmpty else {
        throw .invalidAccessError("The section with mid \"\(remote.mid)\" has no ICE credentials or no a=fingerprint.")
      }
      if let new = exchange.local.newTransports.first(where: { $0.id == id }), transportIndex(id) == nil {
        transports.append(new)
      }
      guard let position = transportIndex(id) else { continue }
      if let restart = exchange.local.restarts[id], restart.ice.number > transports[position].ice.ice.number {
        // What has been gathered since the description was created is in the transport's own copy.
        transports[position].ice =
          transports[position].restart?.ice.number == restart.ice.number
          ? transports[position].restart ?? restart : restart
        transports[position].restart = nil
      }
      let isNewSession = transports[position].ice.ice.remote.map { !$0.hasSameCredentials(as: ice) } ?? true
      try agreeOnICE(position, ice, remote, exchange)
      try agreeOnDTLS(position, local: local, remote: remote, isLocalOffer: exchange.isLocalOffer, isNewSession)
    }
  }

  private mutating func agreeOnICE(
    _ position: Int, _ ice: RTCIceParameters, _ remote: RemoteDescription.Section, _ exchange: Exchange
  ) throws(WebRTCError) {
    if let known = transports[position].ice.ice.remote, !known.hasSameCredentials(as: ice) {
      guard exchange.followsPranswer else {
        throw .invalidAccessError(
          "The section with mid \"\(remote.mid)\" has new ICE credentials, but the offer did not restart ICE.")
      }
      transports[position].ice.ice.number = transports[position].nextGenerationNumber
      transports[position].nextGenerationNumber += 1
      transports[position].ice.ice.remoteCandidates = []
      transports[position].ice.ice.remoteCandidateCount = 0
      transports[position].ice.ice.remoteCandidatesEnded = false
    }
    transports[position].ice.ice.remote = ice
    // RFC 8445 §6.1.1: a full implementation controls a lite one, whoever offered.
    if ice.iceLite { transports[position].ice.ice.isControlling = true }
    let media = exchange.remote.description.media[remote.index]
    transports[position].ice.addRemote(media.candidates)
    if media.hasEndOfCandidates || exchange.remote.description.attributes.contains(.endOfCandidates) {
      transports[position].ice.ice.remoteCandidatesEnded = true
    }
  }

  private mutating func agreeOnDTLS(
    _ position: Int, local: LocalDescription.Section, remote: RemoteDescription.Section, isLocalOffer: Bool,
    _ isNewSession: Bool
  ) throws(WebRTCError) {
    let known = transports[position].remoteFingerprints
    if !known.isEmpty, !known.contains(where: { remote.fingerprints.contains($0) }) {
      guard isNewSession else {
        throw .invalidAccessError(
          "The section with mid \"\(remote.mid)\" has another a=fingerprint, which needs an ICE restart.")
      }
      transports[position].associationNumber += 1
      transports[position].dtlsRole = nil
    }
    transports[position].remoteFingerprints = remote.fingerprints
    // RFC 8842 §5.3, §5.4
    let role: DTLSRole =
      isLocalOffer
      ? (remote.setup == .passive ? .client : .server)
      : (local.setup == .active ? .client : .server)
    guard let current = transports[position].dtlsRole else {
      transports[position].dtlsRole = role
      return
    }
    if current != role, remote.setup == .active || remote.setup == .passive {
      // RFC 8842 §4: roles change only with the association.
      transports[position].associationNumber += 1
      transports[position].dtlsRole = role
    }
  }

  // MARK: Media

  private mutating func agreeOnMedia(
    _ index: Int, _ local: LocalDescription.Section, _ remote: RemoteDescription.Section, _ exchange: Exchange
  ) {
    guard let transportID = sections[index].transportID else { return }
    let media = exchange.remote.description.media[index]
    guard let id = sections[index].transceiverID, let position = transceiverIndex(id) else {
      let size = media.maxMessageSize ?? 65_536
      sections[index].data = NegotiatedDataSection(
        mid: local.mid, sectionIndex: index, transportID: transportID, localPort: configuration.sctpPort,
        remotePort: media.sctpPort ?? media.draftSCTPPort ?? 5_000, maximumMessageSize: size == 0 ? nil : size)
      sections[index].hasDraftDataFormat = media.draftSCTPPort != nil
      return
    }
    let direction =
      exchange.isLocalOffer ? local.direction.intersection(remote.direction.reversed) : local.direction
    let codecs = pairCodecs(local, remote, answerIsRemote: exchange.isLocalOffer)
    transceivers[position].negotiated.currentDirection = direction
    if direction.sends { transceivers[position].hasSent = true }
    if !direction.receives {
      transceivers[position].negotiated.isReceptive = false
      transceivers[position].negotiated.receiverStreamIDs = []
    }
    agreeOnSimulcast(position, media.simulcast, exchange)
    let sender = transceivers[position].sender
    sections[index].media = NegotiatedMedia(
      mid: local.mid, sectionIndex: index, transceiverID: id, transportID: transportID,
      kind: transceivers[position].kind, direction: direction, sendCodecs: codecs.send,
      receiveCodecs: codecs.receive,
      extensions: exchange.isLocalOffer ? pairExtensions(local, remote) : local.extensions,
      usesReducedSizeRTCP: remote.hasReducedSizeRTCP, mixesExtensionHeaders: remote.mixesExtensionHeaders,
      cname: cname, localSources: sender.sources, localStreamIDs: sender.streamIDs,
      remoteStreamIDs: remote.streamIDs ?? [], remoteSources: remote.sources,
      remoteRIDs: media.rids, remoteSimulcast: media.simulcast, maximumBitrate: media.maximumBitrate,
      packetTime: media.wantedPacketTime)
  }

  /// Both lists in the order of the answer, which is the one both sides have seen last (RFC 3264 §6.1).
  private func pairCodecs(
    _ local: LocalDescription.Section, _ remote: RemoteDescription.Section, answerIsRemote: Bool
  ) -> (send: [NegotiatedCodec], receive: [NegotiatedCodec]) {
    var pairs: [(local: Int, remote: CodecDescription)] = []
    if answerIsRemote {
      for answered in remote.codecs where PayloadTypeRegistry.isUsable(answered.payloadType) {
        let matching = local.capabilities.indices.filter { local.capabilities[$0].matches(answered) }
        let same = matching.first { local.codecs[$0].payloadType == answered.payloadType }
        guard let index = same ?? matching.first, !pairs.contains(where: { $0.local == index }) else { continue }
        pairs.append((index, answered))
      }
    } else {
      for index in local.codecs.indices {
        guard let offered = remote.codecs.first(where: { $0.payloadType == local.codecs[index].payloadType }) else {
          continue
        }
        pairs.append((index, offered))
      }
    }
    var send: [NegotiatedCodec] = []
    var receive: [NegotiatedCodec] = []
    for (index, theirs) in pairs {
      let ours = local.codecs[index]
      let retransmission =
        ours.retransmissionPayloadType == nil ? nil : remote.retransmission(of: theirs.payloadType)
      let feedback = ours.feedback.filter { theirs.feedback.contains($0) }
      var codec = ours
      codec.feedback = feedback
      if retransmission == nil { codec.retransmissionPayloadType = nil }
      receive.append(codec)
      codec.payloadType = theirs.payloadType
      codec.parameters = theirs.parameters ?? FormatParameters(format: "\(theirs.payloadType.rawValue)", text: "")
      codec.retransmissionPayloadType = retransmission
      send.append(codec)
    }
    return (send, receive)
  }

  private func pairExtensions(
    _ local: LocalDescription.Section, _ remote: RemoteDescription.Section
  ) -> [NegotiatedExtension] {
    local.extensions.compactMap { ours in
      guard let theirs = remote.extensions.first(where: { $0.uri == ours.uri }), let id = remote.usableID(theirs.id)
      else { return nil }
      let direction = ours.direction.intersection((theirs.direction ?? .sendrecv).reversed)
      return direction == .inactive ? nil : NegotiatedExtension(id: id, uri: ours.uri, direction: direction)
    }
  }

  /// What the answer does not take of the offered simulcast layers is not sent (webrtc-pc §4.4.1.5).
  private mutating func agreeOnSimulcast(_ position: Int, _ simulcast: SimulcastAttribute?, _ exchange: Exchange) {
    guard exchange.isFinal, transceivers[position].sender.sources.count > 1 else { return }
    let taken = Set((simulcast?.receive ?? []).flatMap(\.alternatives).map(\.rid))
    let sender = transceivers[position].sender
    var kept = sender.sources.indices.filter { index in
      exchange.isLocalOffer && sender.sources[index].rid.map { taken.contains($0) } ?? false
    }
    if kept.isEmpty { kept = [0] }
    transceivers[position].sender.sources = kept.map { sender.sources[$0] }
    transceivers[position].sender.encodings = kept.map { sender.encodings[$0] }
    if taken.isEmpty || !exchange.isLocalOffer {
      transceivers[position].sender.sources[0].rid = nil
      transceivers[position].sender.encodings[0].rid = nil
    }
  }
}

extension JSEPSession.Generation {
  /// The most candidates of one ICE session that a description tells.
  static let maximumCandidates = 128

  /// Every candidate goes on to the ICE agent, which knows which are of use. The latest are remembered: as many as one description
  /// may bring.
  mutating func addRemote(_ candidates: [CandidateAttribute]) {
    var known = Set(ice.remoteCandidates)
    for candidate in candidates where known.insert(candidate).inserted {
      if let forgotten = append(candidate) { known.remove(forgotten) }
    }
  }

  /// One that came alone.
  mutating func addRemote(_ candidate: CandidateAttribute) {
    if !ice.remoteCandidates.contains(candidate) { append(candidate) }
  }

  /// - Returns: what is forgotten for it.
  @discardableResult
  private mutating func append(_ candidate: CandidateAttribute) -> CandidateAttribute? {
    let isFull = ice.remoteCandidates.count >= SDPLimits.sectionLines
    let forgotten = isFull ? ice.remoteCandidates.removeFirst() : nil
    ice.remoteCandidates.append(candidate)
    ice.remoteCandidateCount += 1
    return forgotten
  }
}

extension MediaDescription {
  /// The port of the drafts of RFC 8841: `a=sctpmap:5000 webrtc-datachannel 1024`, named by the format of the `m=`
  /// line; `nil` for a section as the RFC has it.
  var draftSCTPPort: UInt16? { sctpPort == nil ? formats.first.flatMap { UInt16($0) } : nil }
}
