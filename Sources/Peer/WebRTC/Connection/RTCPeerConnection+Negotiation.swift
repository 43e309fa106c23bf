internal import NIOCore
internal import RTCBase
internal import RTCEngine
internal import RTCJSEP

extension RTCPeerConnection {
  /// Makes an offer for the connection as it is now (webrtc-pc §4.4.2).
  ///
  /// - Throws: `WebRTCError.invalidStateError` when closed or when the state does not allow an offer.
  public func createOffer(_ options: RTCOfferOptions = RTCOfferOptions()) throws -> RTCSessionDescription {
    try operate { engine, _ throws(WebRTCError) in try engine.createOffer(options) }
  }

  /// Makes the answer to the offer that was set (webrtc-pc §4.4.2).
  ///
  /// - Throws: `WebRTCError.invalidStateError` without a remote offer.
  public func createAnswer() throws -> RTCSessionDescription {
    try operate { engine, _ throws(WebRTCError) in try engine.createAnswer() }
  }

  /// Makes and applies the description that the state calls for: an offer, or the answer to the offer that was set (webrtc-pc §4.4.2). What
  /// was created last is taken if nothing has changed since.
  ///
  /// - Throws: `WebRTCError.invalidStateError` when closed or when the state allows neither.
  public func setLocalDescription() throws {
    try operate { engine, now throws(WebRTCError) in try engine.setLocalDescription(nil, sdp: "", now: now) }
  }

  /// Applies a description that `createOffer` or `createAnswer` made, or takes the local offer back (`rollback`).
  ///
  /// - Throws: `WebRTCError.invalidStateError` when the state does not allow the type, `.invalidModificationError` for a text that was changed.
  public func setLocalDescription(_ description: RTCSessionDescription) throws {
    try operate { engine, now throws(WebRTCError) in
      try engine.setLocalDescription(description.type, sdp: description.sdp, now: now)
    }
  }

  /// Applies the peer's description.
  ///
  /// - Throws: `WebRTCError.invalidStateError` when the state does not allow the type, `.rtcError` with `sdpLineNumber` for a text that cannot be
  ///   parsed, `.invalidAccessError` or `.operationError` for one that cannot be applied. The state is then what it was.
  public func setRemoteDescription(_ description: RTCSessionDescription) throws {
    try operate { engine, now throws(WebRTCError) in try engine.setRemoteDescription(description, now: now) }
  }

  /// Adds a candidate of the peer; `nil` or an empty one ends its candidates.
  ///
  /// - Throws: `WebRTCError.invalidStateError` before the remote description, `.operationError` for a candidate or section that is not there,
  ///   `.typeError` without section.
  public func addIceCandidate(_ candidate: RTCIceCandidateInit?) throws {
    try operate(onCandidate: true) { engine, now throws(WebRTCError) in
      try engine.addICECandidate(candidate ?? RTCIceCandidateInit(candidate: ""), now: now)
    }
  }

  /// Adds a candidate of the peer.
  ///
  /// - Throws: as the other `addIceCandidate`.
  public func addIceCandidate(_ candidate: RTCIceCandidate) throws {
    try addIceCandidate(
      RTCIceCandidateInit(
        candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex,
        usernameFragment: candidate.usernameFragment))
  }

  /// The next offer has new ICE credentials for every transport; media goes on meanwhile (webrtc-pc §4.4.2).
  ///
  /// - Throws: `WebRTCError.invalidStateError` when closed.
  public func restartIce() throws {
    try operate { engine, now throws(WebRTCError) in
      try engine.updateModel(now: now) { model throws(WebRTCError) in try model.restartICE() }
    }
  }

  // MARK: The chain of operations

  /// Runs one operation whole, then takes over what it changed; a candidate changes descriptions and transports alone.
  func operate<Result>(
    onCandidate isCandidate: Bool = false,
    _ body: (inout PeerEngine, MonotonicTime) throws(WebRTCError) -> Result
  ) throws(WebRTCError) -> Result {
    guard !isClosed else { throw .invalidStateError("The connection is closed.") }
    startListening()
    defer {
      if isCandidate { refreshCandidates() } else { refreshSnapshot() }
      queueNegotiationCheck()
    }
    return try driver.perform(body)
  }

  /// webrtc-pc §4.7.3: the event comes when the chain has run empty, once for all that was changed meanwhile.
  private func queueNegotiationCheck() {
    guard !isNegotiationCheckQueued else { return }
    isNegotiationCheckQueued = true
    eventLoop.execute { [weak self] in
      self?.assumeIsolated { connection in
        connection.isNegotiationCheckQueued = false
        guard !connection.isClosed else { return }
        connection.driver.perform { engine, _ in engine.announceNegotiationNeeded() }
      }
    }
  }

  /// Copies what synchronous attributes show, if it may have changed: a description of hundreds of sections causes as many events.
  func refreshSnapshot() {
    let (jsep, revision) = driver.read { engine, _ in (engine.jsep, engine.modelRevision) }
    guard revision != snapshotRevision || isClosed else { return }
    snapshotRevision = revision
    let models = jsep.transceivers
    let transports = transportsByMID(jsep.negotiated)
    var objects: [RTCRtpTransceiver] = []
    for model in models {
      let object = transceiverObjects[model.id] ?? makeTransceiver(model)
      object.update(model)
      let transport = model.mid.flatMap { transports[$0] }
      if let parameters = jsep.sendParameters(model.id, transactionID: "") {
        object.sender.update(parameters, transport: transport)
      }
      if let parameters = jsep.receiveParameters(model.id) {
        object.receiver.update(parameters, transport: transport)
      }
      object.receiver.pipeline.setChannels(jsep.receivesStereo(model.id) ? 2 : 1)
      objects.append(object)
    }
    for (id, object) in transceiverObjects where !models.contains(where: { $0.id == id }) {
      transceiverObjects[id] = nil
      object.markStopped()
      retire(object)
    }
    snapshot.withLock { snapshot in
      snapshot.signalingState = isClosed ? .closed : jsep.signalingState
      snapshot.descriptions = jsep.descriptions
      snapshot.canTrickleIceCandidates = jsep.canTrickleIceCandidates
      snapshot.transceivers = objects
    }
  }

  /// Copies what candidates change, and leaves the rest for when more may have changed.
  func refreshCandidates() {
    let descriptions = driver.read { engine, _ in engine.jsep.descriptions }
    snapshot.withLock { $0.descriptions = descriptions }
    guard !isClosed else { return }
    for (id, object) in transportObjects { refresh(object, of: id) }
  }

  private func refresh(_ object: RTCDtlsTransport, of id: TransportID) {
    object.iceTransport.update(driver.read { engine, _ in engine.iceTransport(id) })
  }

  /// One object for each transport, made when a description first names it (webrtc-pc §5.5).
  private func transportsByMID(_ session: NegotiatedSession) -> [String: RTCDtlsTransport] {
    guard !isClosed else { return [:] }
    var found: [String: RTCDtlsTransport] = [:]
    for transport in session.transports {
      let object = transportObjects[transport.id] ?? RTCDtlsTransport()
      transportObjects[transport.id] = object
      refresh(object, of: transport.id)
      for mid in transport.mids { found[mid] = object }
    }
    return found
  }
}
