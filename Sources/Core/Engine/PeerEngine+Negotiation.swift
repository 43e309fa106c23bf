import RTCBase
import RTCICE
import RTCJSEP
import RTCRTP
import RTCSDP
import RTCSend
import WebRTCTypes

/// Signalling: descriptions and candidates in, and what they ask of the transports.
extension PeerEngine {
  // MARK: Transceivers

  /// Changes what the application wants: tracks, directions, codec preferences.
  package mutating func updateModel<Result>(
    now: MonotonicTime, _ body: (inout JSEPSession) throws(WebRTCError) -> Result
  ) throws(WebRTCError) -> Result {
    let result = try body(&jsep)
    setDirty(now: now)
    reconcileMedia(now: now)
    for index in transports.indices { transports[index].needsTargets = true }
    return result
  }

  /// To be called when the connection's chain of operations has run empty (webrtc-pc §4.7.3).
  package mutating func announceNegotiationNeeded() {
    if jsep.announceNegotiationNeeded() { output.append(.negotiationNeeded) }
  }

  // MARK: Descriptions

  package mutating func createOffer(_ options: RTCOfferOptions) throws(WebRTCError) -> RTCSessionDescription {
    try jsep.createOffer(options)
  }

  package mutating func createAnswer() throws(WebRTCError) -> RTCSessionDescription { try jsep.createAnswer() }

  package mutating func setLocalDescription(
    _ type: RTCSdpType?, sdp: String, now: MonotonicTime
  ) throws(WebRTCError) {
    let events = try jsep.setLocalDescription(type, sdp: sdp)
    apply(events, isRollback: type == .rollback, now: now)
  }

  package mutating func setRemoteDescription(
    _ description: RTCSessionDescription, now: MonotonicTime
  ) throws(WebRTCError) {
    let events = try jsep.setRemoteDescription(description.type, sdp: description.sdp)
    apply(events, isRollback: description.type == .rollback, now: now)
  }

  package mutating func addICECandidate(_ candidate: RTCIceCandidateInit, now: MonotonicTime) throws(WebRTCError) {
    try jsep.addICECandidate(
      candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex.map { Int($0) },
      usernameFragment: candidate.usernameFragment)
    setDirty(now: now)
    reconcileTransports(now: now)
  }

  private mutating func apply(_ events: [JSEPEvent], isRollback: Bool, now: MonotonicTime) {
    setDirty(now: now)
    reconcile(now: now)
    for event in events { output.append(.model(event)) }
    guard isRollback else { return }
    // The offer that was taken back may have muted what still comes.
    for transport in transports {
      for section in transport.media.sections where section.isReceiving {
        output.append(.receivingChanged(section.negotiated.transceiverID, isReceiving: true))
      }
    }
  }

  // MARK: Gathering

  /// A socket is open for a transport: its address becomes a host candidate.
  package mutating func addLocalAddress(
    _ address: TransportAddress, interface: ICEInterface, transport id: TransportID, now: MonotonicTime
  ) {
    guard let index = transports.firstIndex(where: { $0.session.id == id }) else { return }
    setDirty(now: now)
    if !transports[index].addresses.contains(address) { transports[index].addresses.append(address) }
    transports[index].session.ice.addLocalHost(address, interface: interface, now: now)
  }

  /// All sockets are open: candidates are told from now on.
  package mutating func localAddressesComplete(transport id: TransportID, now: MonotonicTime) {
    guard let index = transports.firstIndex(where: { $0.session.id == id }) else { return }
    setDirty(now: now)
    for server in stunServers {
      transports[index].session.ice.addSTUNServer(server.index)
      if let addresses = server.addresses {
        transports[index].session.ice.resolveSTUNServer(server.index, addresses: addresses, now: now)
      }
    }
    transports[index].session.ice.startGathering(now: now)
  }

  /// Names the STUN servers that transports ask when they gather next; their addresses may follow later.
  package mutating func setSTUNServers(_ indices: [Int]) {
    let known = stunServers
    stunServers = indices.map { index in known.first { $0.index == index } ?? StunServer(index: index) }
  }

  /// Whether candidates that tell an address of this machine may be gathered; holds for generations that begin from now on.
  package mutating func setUsesOnlyRelays(_ usesOnlyRelays: Bool) { configuration.ice.usesOnlyRelays = usesOnlyRelays }

  /// The addresses of a server's name; none is an error 701.
  package mutating func resolveSTUNServer(_ index: Int, addresses: [TransportAddress], now: MonotonicTime) {
    guard let position = stunServers.firstIndex(where: { $0.index == index }) else { return }
    stunServers[position].addresses = addresses
    setDirty(now: now)
    for transport in transports.indices {
      transports[transport].session.ice.resolveSTUNServer(index, addresses: addresses, now: now)
    }
  }

  /// `nil` when there is no such transport.
  package func iceTransport(_ id: TransportID) -> ICETransportDescription? {
    guard let transport = transports.first(where: { $0.session.id == id }), let agreed = negotiated.transport(id)
    else { return nil }
    return ICETransportDescription(transport.session.ice, of: agreed)
  }

  /// What became of a transport's DTLS handshake so far.
  package func handshakeOutcome(of id: TransportID) -> HandshakeOutcome {
    guard let transport = transports.first(where: { $0.session.id == id }) else { return HandshakeOutcome() }
    return HandshakeOutcome(
      failure: transport.session.dtlsFailure, peerCertificate: transport.session.details?.peerCertificate)
  }

  // MARK: Reconciliation

  /// Makes the transports what the descriptions say.
  mutating func reconcile(now: MonotonicTime) {
    guard !isClosed else { return }
    reconcileTransports(now: now)
    reconcileMedia(now: now)
    reconcileData(now: now)
  }

  /// All that candidates change.
  private mutating func reconcileTransports(now: MonotonicTime) {
    guard !isClosed else { return }
    negotiated = jsep.negotiated
    for index in transports.indices.reversed()
    where negotiated.transport(transports[index].session.id) == nil {
      transports[index].media.close()
      transports[index].session.tearDown()
      output.append(.transportRemoved(transports[index].session.id))
      transports.remove(at: index)
      areStatesStale = true
    }
    for transport in negotiated.transports {
      let index = transports.firstIndex { $0.session.id == transport.id } ?? addTransport(transport)
      reconcile(transport, at: index, now: now)
    }
    for index in transports.indices {
      transports[index].media.receiveBuffer = configuration.limits.receiveBuffer / transports.count
    }
    sharePace(now: now)
  }

  /// Agents that have a path leave the pace to the others.
  mutating func sharePace(now: MonotonicTime) {
    let count = max(1, transports.count { $0.session.ice.needsPace })
    for index in transports.indices { transports[index].session.ice.sharePace(among: count, now: now) }
  }

  private mutating func addTransport(_ transport: NegotiatedTransport) -> Int {
    let agent = ICEAgent(
      configuration: configuration.ice, role: transport.ice.isControlling ? .controlling : .controlled, random: random,
      crypto: crypto)
    var senderConfiguration = MediaSender.Configuration()
    senderConfiguration.limits = configuration.bitrateLimits
    let sender = MediaSender(configuration: senderConfiguration, pool: pool, random: random, wallClock: wallClock)
    let media = MediaTransport(
      sender: sender, formats: payloadFormats, limits: configuration.limits, pool: pool, random: random)
    areStatesStale = true
    transports.append(
      EngineTransport(session: TransportSession(id: transport.id, ice: agent), media: media, pool: pool))
    return transports.count - 1
  }

  private mutating func reconcile(_ transport: NegotiatedTransport, at index: Int, now: MonotonicTime) {
    let generation = transport.restart ?? transport.ice
    if transports[index].generation != generation.number {
      beginGeneration(generation, of: transport, at: index, now: now)
    }
    let role: ICERole = generation.isControlling ? .controlling : .controlled
    // A conflict may have changed the role since; only the descriptions' own change counts (RFC 8445 §6.1.1).
    if generation.remote == nil || !transports[index].knowsRemoteCredentials {
      transports[index].session.ice.setRole(role, now: now)
    }
    if let remote = generation.remote,
      let credentials = ICECredentials(ufrag: remote.usernameFragment, password: remote.password)
    {
      if transports[index].session.ice.remoteCredentials != credentials {
        transports[index].session.ice.setRemoteCredentials(credentials, isLite: remote.iceLite, now: now)
      }
      transports[index].knowsRemoteCredentials = true
      let new = max(0, generation.remoteCandidateCount - transports[index].knownRemoteCandidates)
      for candidate in generation.remoteCandidates.suffix(new) { add(candidate, at: index, now: now) }
      transports[index].knownRemoteCandidates = generation.remoteCandidateCount
      if generation.remoteCandidatesEnded, !transports[index].knowsRemoteEnd {
        transports[index].knowsRemoteEnd = true
        transports[index].session.ice.endOfRemoteCandidates(now: now)
      }
    }
    transports[index].session.configureDTLS(
      transport, certificate: configuration.certificate, profiles: configuration.srtpProfiles,
      maximumDatagramSize: configuration.maximumDatagramSize, crypto: crypto, now: now)
  }

  private mutating func beginGeneration(
    _ generation: ICEGeneration, of transport: NegotiatedTransport, at index: Int, now: MonotonicTime
  ) {
    guard
      let credentials = ICECredentials(
        ufrag: generation.local.usernameFragment, password: generation.local.password)
    else { preconditionFailure("the session makes credentials that ICE takes") }
    if transports[index].generation == nil {
      transports[index].session.ice.setLocalCredentials(credentials, now: now)
    } else {
      transports[index].session.ice.setUsesOnlyRelays(configuration.ice.usesOnlyRelays)
      transports[index].session.ice.replaceSTUNServers(stunServers.map(\.index))
      transports[index].session.ice.restart(localCredentials: credentials, now: now)
      for server in stunServers {
        guard let addresses = server.addresses else { continue }
        transports[index].session.ice.resolveSTUNServer(server.index, addresses: addresses, now: now)
      }
    }
    transports[index].generation = generation.number
    transports[index].knownRemoteCandidates = 0
    transports[index].knowsRemoteEnd = false
    transports[index].knowsRemoteCredentials = false
    output.append(.gatheringNeeded(transport.id, usernameFragment: credentials.ufrag))
  }

  /// Names (`.local` and others), TCP and other components are left out without harm (IC-08).
  private mutating func add(_ candidate: CandidateAttribute, at index: Int, now: MonotonicTime) {
    let usable = try? ICECandidate(
      foundation: candidate.foundation, component: Int(candidate.component), transport: candidate.transport,
      priority: candidate.priority, host: candidate.address, port: candidate.port, type: candidate.kind.description,
      relatedHost: candidate.relatedAddress, relatedPort: candidate.relatedPort,
      usernameFragment: candidate.usernameFragment)
    guard let usable else { return }
    transports[index].session.ice.addRemoteCandidate(usable, now: now)
  }

  /// Gives each transport its sections.
  mutating func reconcileMedia(now: MonotonicTime) {
    guard !isClosed else { return }
    let transceivers = Dictionary(uniqueKeysWithValues: jsep.transceivers.map { ($0.id, $0) })
    for index in transports.indices {
      let id = transports[index].session.id
      var media = negotiated.media.filter { $0.transportID == id }
      var settings: [TransceiverID: SendSettings] = [:]
      for position in media.indices {
        guard let transceiver = transceivers[media[position].transceiverID] else { continue }
        settings[transceiver.id] = SendSettings(transceiver)
        // A stopped transceiver falls silent at once, not with the next negotiation (webrtc-pc §5.4, stop).
        if transceiver.isStopping { media[position].direction = .inactive }
      }
      transports[index].session.needsSRTP = !media.isEmpty
      let state = MediaState(media: media, settings: settings)
      guard state != transports[index].mediaState else { continue }
      let ended = endedSections(of: transports[index], in: media)
      transports[index].mediaState = state
      let overhead = 16
      let goodbyes = transports[index].media.configure(
        media, settings: settings, maximumPacketSize: configuration.maximumDatagramSize - overhead, now: now)
      applyPlayoutDelays(to: index)
      for transceiver in ended { output.append(.receivingChanged(transceiver, isReceiving: false)) }
      transports[index].sendControl(
        goodbyes.map { .goodbye($0) }, needsReport: true, to: &output, now: now)
    }
  }

  /// Transceivers that received and no longer do.
  private func endedSections(of transport: EngineTransport, in media: [NegotiatedMedia]) -> [TransceiverID] {
    transport.media.sections.filter { old in
      old.isReceiving
        && media.first { $0.transceiverID == old.negotiated.transceiverID }?.direction.receives != true
    }.map(\.negotiated.transceiverID)
  }
}

/// What a transport's media was configured with.
struct MediaState: Hashable {
  var media: [NegotiatedMedia]
  var settings: [TransceiverID: SendSettings]
}
