internal import NIOCore
internal import RTCBase
internal import RTCEngine
internal import RTCJSEP
internal import RTCTransport

extension RTCPeerConnection {
  /// Listens to the engine; called once, by the first operation on the event loop.
  func startListening() {
    guard driver.onEvent == nil else { return }
    driver.onEvent = { [weak self] event in
      self?.assumeIsolated { $0.handle(event) }
    }
  }

  private func handle(_ event: EngineEvent) {
    switch event {
    case .model(let change): handle(change)
    case .negotiationNeeded: tell(.negotiationNeeded)
    case .gatheringNeeded(let transport, let fragment): gather(transport, fragment: fragment)
    case .candidate(let candidate, _):
      refreshSnapshot()
      tell(.iceCandidate(candidate))
    case .candidatesComplete:
      refreshSnapshot()
      tell(.iceCandidate(nil))
    case .candidateError(let error):
      let url = serverURLs.indices.contains(error.serverIndex) ? serverURLs[error.serverIndex] : ""
      tell(
        .iceCandidateError(
          RTCPeerConnectionIceErrorEvent(
            address: error.address, port: error.port, url: url, errorCode: UInt16(clamping: error.code),
            errorText: error.text)))
    case .iceGatheringStateChanged(let state):
      snapshot.withLock { $0.iceGatheringState = state }
      tell(.iceGatheringStateChange(state))
      if state == .complete { resumeGatheringWaiters() }
    case .iceConnectionStateChanged(let state):
      snapshot.withLock { $0.iceConnectionState = state }
      tell(.iceConnectionStateChange(state))
    case .connectionStateChanged(let state):
      snapshot.withLock { $0.connectionState = state }
      tell(.connectionStateChange(state))
    case .transportChanged, .remoteAddressValidated: break
    case .videoFrame(let id, let frame, let mimeType):
      transceiverObjects[id]?.receiver.pipeline.receive(frame, mimeType: mimeType)
    case .audioPlayout(let id, let playout, let mimeType):
      transceiverObjects[id]?.receiver.pipeline.receive(playout, mimeType: mimeType)
    case .receivingChanged(let id, let isReceiving):
      transceiverObjects[id]?.receiver.pipeline.setMuted(!isReceiving)
    case .keyFrameRequested(let id): transceiverObjects[id]?.sender.pipeline.requestKeyFrame()
    case .encodingTargetChanged(let id, let target): transceiverObjects[id]?.sender.pipeline.apply(target)
    }
  }

  private func handle(_ change: JSEPEvent) {
    switch change {
    case .signalingStateChanged(let state):
      refreshSnapshot()
      tell(.signalingStateChange(state))
    case .transceiverAdded: refreshSnapshot()
    case .transceiverStopped(let id): transceiverObjects[id]?.receiver.pipeline.end()
    case .trackMuted(let id): transceiverObjects[id]?.receiver.pipeline.setMuted(true)
    case .trackAddedToStream(let id, let streamID):
      guard let track = transceiverObjects[id]?.receiver.track else { return }
      remoteStream(streamID).addRemoteTrack(track)
    case .trackRemovedFromStream(let id, let streamID):
      guard let track = transceiverObjects[id]?.receiver.track else { return }
      remoteStreams[streamID]?.removeRemoteTrack(track)
    case .track(let id, let streamIDs):
      refreshSnapshot()
      guard let transceiver = transceiverObjects[id] else { return }
      tell(
        .track(
          RTCTrackEvent(
            receiver: transceiver.receiver, track: transceiver.receiver.track, streams: streamIDs.map(remoteStream),
            transceiver: transceiver)))
    case .transceiverRemoved: refreshSnapshot()
    }
  }

  /// A stream of the peer by its identifier; made when it is first named (MS-10).
  private func remoteStream(_ id: String) -> MediaStream {
    if let known = remoteStreams[id] { return known }
    let stream = MediaStream.remote(id: id)
    remoteStreams[id] = stream
    return stream
  }

  private func tell(_ event: RTCPeerConnectionEvent) {
    guard !isClosed else { return }
    // Nobody reads: rather than grow or lose events without a word, the connection ends.
    if !broadcaster.send(event) { overflow() }
  }

  private func overflow() {
    eventOverflow = WebRTCError.operationError("Nobody read the connection's events: 1,024 were waiting, so it closed.")
    Task { await self.close() }
  }

  func resumeGatheringWaiters() {
    let waiters = gatheringWaiters
    gatheringWaiters.removeAll()
    for waiter in waiters { waiter.resume() }
  }
}
