internal import NIOCore
internal import RTCBase
internal import RTCEngine
internal import RTCJSEP
internal import RTCTransport

extension RTCPeerConnection {
  /// Listens to the engine; called once, by the first operation on the event loop.
  func startListening() {
    guard driver.onEvent == nil else { return }
    reaper = ConnectionReaper(holdings, eventLoop: eventLoop)
    driver.onEvent = { [weak self, tasks] event in
      tasks.hold()
      self?.assumeIsolated { $0.handle(event) }
    }
    driver.onSent = { [weak self, tasks] in
      tasks.hold()
      self?.assumeIsolated { $0.refreshBufferedAmounts() }
    }
    driver.onDrained = { [tasks] in tasks.runJobs() }
  }

  private func handle(_ event: EngineEvent) {
    switch event {
    case .model(let change): handle(change)
    case .negotiationNeeded: tell(.negotiationNeeded)
    case .gatheringNeeded(let transport, let fragment): gather(transport, fragment: fragment)
    case .candidate(let candidate, let server):
      refreshCandidates()
      tell(.iceCandidate(named(candidate, server: server)))
    case .candidatesComplete:
      refreshCandidates()
      tell(.iceCandidate(nil))
    case .candidateError(let error):
      let url = serverURL(error.serverIndex) ?? ""
      tell(
        .iceCandidateError(
          RTCPeerConnectionIceErrorEvent(
            address: error.address, port: error.port, url: url, errorCode: UInt16(clamping: error.code),
            errorText: error.text)))
    case .iceGatheringStateChanged(let state):
      snapshot.withLock { $0.iceGatheringState = state }
      tell(.iceGatheringStateChange(state))
      if state == .gathering { for error in unusableServers { tell(.iceCandidateError(error)) } }
      if state == .complete { resumeGatheringWaiters() }
    case .iceConnectionStateChanged(let state):
      snapshot.withLock { $0.iceConnectionState = state }
      tell(.iceConnectionStateChange(state))
    case .connectionStateChanged(let state):
      snapshot.withLock { $0.connectionState = state }
      tell(.connectionStateChange(state))
    case .transportChanged(let id, let states):
      transportObjects[id]?.update(states, driver.read { engine, _ in engine.handshakeOutcome(of: id) })
    case .pathChanged(let id):
      transportObjects[id]?.iceTransport.pathChanged(driver.read { engine, _ in engine.iceTransport(id) })
    case .transportRemoved(let id): removeTransport(id)
    case .remoteAddressValidated: break
    case .videoFrame(let id, let frame, let mimeType):
      transceiverObjects[id]?.receiver.pipeline.receive(frame, mimeType: mimeType)
    case .audioPlayout(let id, let playout, let mimeType):
      transceiverObjects[id]?.receiver.pipeline.receive(playout, mimeType: mimeType)
    case .receivingChanged(let id, let isReceiving):
      transceiverObjects[id]?.receiver.pipeline.setMuted(!isReceiving)
    case .keyFrameRequested(let id): transceiverObjects[id]?.sender.pipeline.requestKeyFrame()
    case .encodingTargetChanged(let id, let target): transceiverObjects[id]?.sender.pipeline.apply(target)
    case .sctpTransportChanged: refreshSCTPTransport()
    case .dataChannel(let event): handle(event)
    }
  }

  private func handle(_ change: JSEPEvent) {
    switch change {
    case .signalingStateChanged(let state):
      refreshSnapshot()
      tell(.signalingStateChange(state))
    case .transceiverAdded: refreshSnapshot()
    case .transceiverStopped(let id):
      guard let transceiver = transceiverObjects[id] else { return }
      transceiver.markStopped()
      retire(transceiver)
    case .trackMuted(let id): transceiverObjects[id]?.receiver.pipeline.setMuted(true)
    case .trackAddedToStream(let id, let streamID):
      guard let track = transceiverObjects[id]?.receiver.track else { return }
      remoteStreams.stream(streamID).addRemoteTrack(track)
    case .trackRemovedFromStream(let id, let streamID):
      guard let track = transceiverObjects[id]?.receiver.track else { return }
      remoteStreams.remove(track, from: streamID)
    case .track(let id, let streamIDs):
      refreshSnapshot()
      guard let transceiver = transceiverObjects[id] else { return }
      tell(
        .track(
          RTCTrackEvent(
            receiver: transceiver.receiver, track: transceiver.receiver.track,
            streams: streamIDs.map { remoteStreams.stream($0) }, transceiver: transceiver)))
    case .transceiverRemoved: refreshSnapshot()
    }
  }

  private func serverURL(_ index: Int?) -> String? {
    index.flatMap { serverURLs.indices.contains($0) ? serverURLs[$0] : nil }
  }

  /// The candidate with the URL of the server that it comes from.
  private func named(_ candidate: RTCIceCandidate, server: Int?) -> RTCIceCandidate {
    guard let url = serverURL(server), let attribute = candidate.parsed else { return candidate }
    return RTCIceCandidate(
      attribute, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex,
      usernameFragment: candidate.usernameFragment, url: url)
  }

  func tell(_ event: RTCPeerConnectionEvent) {
    guard !isClosed, !isOverflowing, !broadcaster.send(event) else { return }
    // Nobody reads: rather than grow or lose events without a word, the connection ends.
    isOverflowing = true
    let reason = WebRTCError.operationError(
      "Nobody read the connection's events: \(broadcaster.limit) were waiting, so it closed.")
    // Not here: the engine is being drained.
    eventLoop.execute { self.assumeIsolated { _ = $0.beginClosing(because: reason) } }
  }
}
