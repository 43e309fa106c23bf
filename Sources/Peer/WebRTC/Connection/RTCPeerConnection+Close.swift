internal import NIOCore
internal import RTCBase
internal import RTCEngine
internal import RTCTransport

extension RTCPeerConnection {
  /// Ends the connection: says goodbye to the peer, stops transceivers, ends received tracks (webrtc-pc §4.4.2). Calling it again does nothing.
  ///
  /// When it returns, every socket, codec thread and waiting continuation of the connection is gone. No event follows; `events` ends.
  public func close() async {
    guard !isClosed else { return }
    isClosed = true
    driver.perform { engine, now in engine.close(now: now) }
    refreshSnapshot()
    snapshot.withLock { snapshot in
      snapshot.signalingState = .closed
      snapshot.connectionState = .closed
      snapshot.iceConnectionState = .closed
    }
    driver.detach()
    let transceivers = transceivers
    for transceiver in transceivers {
      transceiver.markStopped()
      transceiver.receiver.pipeline.end()
    }
    broadcaster.finish()
    resumeGatheringWaiters()
    let closing = ownPorts.values.joined().map { $0.close() }
    ownPorts.removeAll()
    // A socket that fails to close is gone all the same.
    try? await EventLoopFuture.andAllComplete(closing, on: eventLoop).get()
    for transceiver in transceivers {
      await transceiver.sender.pipeline.close()
      await transceiver.receiver.pipeline.close()
    }
  }
}
