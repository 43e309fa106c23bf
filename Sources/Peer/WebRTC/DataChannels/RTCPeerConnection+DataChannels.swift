internal import NIOCore
internal import RTCBase
internal import RTCEngine
internal import RTCSCTP

extension RTCPeerConnection {
  /// Makes a data channel (webrtc-pc §6.1). The first one asks for negotiation; it opens once that is done and the peers are connected.
  ///
  /// - Parameters:
  ///   - label: a name for the application's use, at most 65,535 bytes; several channels may have the same.
  ///   - options: reliable and ordered unless told otherwise.
  /// - Throws: `WebRTCError.typeError` for a label or protocol that is too long, for both limits of retransmission at once, and for a
  ///   negotiated channel without `id` or with 65,535; `.operationError` for an `id` in use or beyond `RTCSctpTransport.maxChannels`, and when
  ///   the association has ended; `.invalidStateError` when closed.
  public func createDataChannel(
    _ label: String, init options: RTCDataChannelInit = RTCDataChannelInit()
  ) throws -> RTCDataChannel {
    let options = try DataChannelOptions(label: label, options)
    return try operate { engine, now throws(WebRTCError) in
      let handle = try engine.openDataChannel(options, now: now)
      // Made before events are read: the channel may open at once.
      return addDataChannel(handle, engine.dataChannel(handle), engine.sctpTransport)
    }
  }

  /// The association that data channels go over; `nil` before a section for them is negotiated.
  public nonisolated var sctp: RTCSctpTransport? { snapshot.withLock { $0.sctp } }

  // MARK: Events

  func handle(_ event: DataChannelEvent) {
    switch event {
    case .associationChanged: updateIdentifiers()
    case .channelArrived(let handle):
      let (description, sctp) = driver.read { engine, _ in (engine.dataChannel(handle), engine.sctpTransport) }
      tell(.dataChannel(addDataChannel(handle, description, sctp)))
    case .opened(let handle):
      updateIdentifiers()
      dataChannels[handle]?.markOpen()
    case .messagesAvailable(let handle): fillInbox(of: handle)
    case .bufferedAmountLow: break  // Seen when the amount is looked at: what is not yet with the engine counts too.
    case .closing(let handle): dataChannels[handle]?.markClosing()
    case .closed(let handle, let failure): dataChannelClosed(handle, failure)
    }
  }

  /// The transport of data channels is there, or has changed.
  func refreshSCTPTransport() {
    guard let known = driver.read({ engine, _ in engine.sctpTransport }) else { return }
    if let sctp {
      sctp.update(known)
    } else {
      let transport = transportObjects[known.transport] ?? RTCDtlsTransport()
      transportObjects[known.transport] = transport
      let made = RTCSctpTransport(known, transport: transport)
      snapshot.withLock { $0.sctp = made }
    }
    for channel in dataChannels.values { channel.update(maximumMessageSize: known.maximumMessageSize) }
  }

  private func updateIdentifiers() {
    for (handle, channel) in dataChannels where channel.id == nil {
      channel.update(id: driver.read { engine, _ in engine.dataChannel(handle)?.id })
    }
  }

  private func dataChannelClosed(_ handle: DataChannelHandle, _ failure: DataChannelFailure?) {
    guard let channel = dataChannels[handle] else { return }
    sendingChannels.removeAll { $0 == handle }
    channel.markClosed(because: failure.map { RTCError($0) })
    fillInbox(of: handle)
  }

  // MARK: Objects

  private func addDataChannel(
    _ handle: DataChannelHandle, _ description: DataChannelDescription?, _ sctp: EngineSCTPTransport?
  ) -> RTCDataChannel {
    guard let description else { preconditionFailure("the engine knows the channel that it has just told of") }
    let (loop, tasks) = (eventLoop, tasks)
    let connection = WeakConnection(self)
    let channel = RTCDataChannel(
      description, maximumMessageSize: sctp?.maximumMessageSize ?? .max,
      requestFlush: { tasks.execute { connection.value?.assumeIsolated { $0.flushDataChannel(handle) } } },
      refill: { loop.execute { connection.value?.assumeIsolated { $0.fillInbox(of: handle) } } })
    dataChannels[handle] = channel
    return channel
  }

  // MARK: Messages

  /// Gives the engine what a channel has to send, and closes it behind that if so wished.
  private func flushDataChannel(_ handle: DataChannelHandle) {
    guard !isClosed, let channel = dataChannels[handle] else { return }
    if !sendingChannels.contains(handle) { sendingChannels.append(handle) }
    driver.perform { engine, now in
      channel.outbox.flush { message in
        do throws(DataChannelError) {
          try engine.send(message, on: handle, now: now)
          return true
        } catch {
          // What the channel can send no more is dropped; without room it waits.
          return error != .bufferFull
        }
      }
      if channel.readyState == .closing, channel.outbox.isEmpty { engine.closeDataChannel(handle, now: now) }
    }
  }

  /// Datagrams have left: less may be buffered now.
  func refreshBufferedAmounts() {
    for handle in sendingChannels {
      guard let channel = dataChannels[handle] else { continue }
      let amount = driver.read { engine, _ in engine.bufferedAmount(of: handle) }
      if channel.outbox.update(queuedByteCount: amount) { channel.tell(.bufferedAmountLow) }
      if !channel.outbox.isEmpty {
        // The engine had no room. Not here: it is being drained.
        let connection = WeakConnection(self)
        eventLoop.execute { connection.value?.assumeIsolated { $0.flushDataChannel(handle) } }
      } else if amount == 0 {
        sendingChannels.removeAll { $0 == handle }
      }
    }
  }

  /// Brings a channel what the engine has for it and the channel has room for. A closed channel that has got everything is let go.
  private func fillInbox(of handle: DataChannelHandle) {
    guard !isClosed, let channel = dataChannels[handle] else { return }
    var isEmpty = false
    driver.perform { engine, now in
      while !isEmpty, channel.inbox.wantsMessage() {
        if let message = engine.takeMessage(from: handle, now: now) {
          channel.inbox.receive(message)
        } else {
          isEmpty = true
        }
      }
      if isEmpty, channel.readyState == .closed { engine.releaseDataChannel(handle) }
    }
    if isEmpty, channel.readyState == .closed {
      channel.inbox.finish()
      dataChannels[handle] = nil
    }
  }
}

extension RTCError {
  /// webrtc-pc §6.2, closed abruptly: what the `error` event of a channel says.
  init(_ failure: DataChannelFailure) {
    switch failure {
    case .association(let failure):
      self.init(
        RTCErrorInit(errorDetail: .sctpFailure, sctpCauseCode: failure.causeCode.map { Int($0) }),
        message: "The SCTP association ended: \(failure.description)")
    case .streamsExhausted:
      self.init(
        RTCErrorInit(errorDetail: .dataChannelFailure), message: "The peer has no stream left for the channel.")
    case .protocolViolation(let reason):
      self.init(RTCErrorInit(errorDetail: .dataChannelFailure), message: "The peer broke the protocol: \(reason).")
    case .receiverStalled:
      self.init(
        RTCErrorInit(errorDetail: .dataChannelFailure),
        message: "Nobody read the channel's messages, and they kept the others from arriving.")
    }
  }
}
