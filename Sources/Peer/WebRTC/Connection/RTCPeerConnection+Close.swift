internal import NIOCore
internal import RTCBase
internal import RTCEngine
internal import RTCTransport

extension RTCPeerConnection {
  /// Ends the connection: says goodbye to the peer, stops transceivers, ends received tracks (webrtc-pc §4.4.2).
  ///
  /// When it returns, every socket, codec thread, task and waiting continuation of the connection is gone. No event follows; `events` ends.
  /// Calling it again waits for the same.
  public func close() async { await beginClosing(because: nil).value }

  /// - Parameter reason: why the connection ends by itself.
  @discardableResult
  func beginClosing(because reason: WebRTCError?) -> Task<Void, Never> {
    if let closing { return closing }
    driver.perform { engine, now in engine.close(now: now) }
    isClosed = true
    keepFinalStatistics()
    refreshSnapshot()
    snapshot.withLock { snapshot in
      snapshot.signalingState = .closed
      snapshot.connectionState = .closed
      snapshot.iceConnectionState = .closed
      snapshot.closeReason = reason
    }
    driver.detach()
    let transceivers = transceivers
    for transceiver in transceivers {
      transceiver.markStopped()
      retire(transceiver)
    }
    holdings.endDataChannels()
    sctp?.close()
    for transport in transportObjects.values { transport.close() }
    broadcaster.finish()
    resumeGatheringWaiters()
    var work = Array(unfinishedWork.values)
    for port in sockets.values.flatMap(\.ports) { work.append(port.close()) }
    sockets.removeAll()
    let finished = EventLoopFuture.andAllComplete(work, on: eventLoop)
    let retirements = Array(retirements.values)
    let task = Task {
      // A socket that fails to close is gone all the same.
      try? await finished.get()
      for retirement in retirements { await retirement.value }
    }
    closing = task
    return task
  }

  /// Ends both halves of a transceiver that takes no further part, and releases its codecs.
  func retire(_ transceiver: RTCRtpTransceiver) {
    transceiver.receiver.pipeline.end()
    let (sending, receiving) = (transceiver.sender.pipeline, transceiver.receiver.pipeline)
    let number = nextWorkNumber
    nextWorkNumber += 1
    retirements[number] = Task { [weak self] in
      await sending.close()
      await receiving.close()
      await self?.forgetRetirement(number)
    }
  }

  private func forgetRetirement(_ number: Int) { retirements[number] = nil }
}
