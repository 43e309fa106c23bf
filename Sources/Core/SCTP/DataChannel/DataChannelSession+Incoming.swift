import RTCBase

/// What comes from the association: its state, resets and messages.
extension DataChannelSession {
  mutating func collect(now: MonotonicTime) {
    collectEvents(now: now)
    collectMessages(now: now)
    if stall.deadline == nil, association.isWindowShut { stall.deadline = now + StallWatch.interval }
  }

  /// Events that need no answer to the peer may also come out between inputs.
  mutating func collectEvents() { while let stream = association.pollLowStream() { handleLow(stream) } }

  private mutating func handleLow(_ stream: SCTPStreamIdentifier) {
    guard let slot = slotByStream[stream] else { return }
    events.append(.bufferedAmountLow(handle(of: slot)))
  }

  private mutating func collectEvents(now: MonotonicTime) {
    collectEvents()
    while let event = association.pollEvent() {
      // What came before a reset, or before the end, belongs to the channels as they were.
      if event != .stateChanged(.connected) { collectMessages(now: now) }
      switch event {
      case .stateChanged(let state): associationChanged(to: state, now: now)
      case .incomingStreamReset(let stream): if let slot = slotByStream[stream] { incomingReset(slot) }
      case .allIncomingStreamsReset: for slot in channels.indices { incomingReset(slot) }
      case .outgoingStreamReset(let stream): outgoingReset(stream)
      }
    }
  }

  private mutating func collectMessages(now: MonotonicTime) {
    while let message = association.pollMessage() { receive(message, now: now) }
  }

  private mutating func associationChanged(to state: SCTPState, now: MonotonicTime) {
    events.append(.associationChanged(state))
    switch state {
    case .connected: for slot in channels.indices { establish(slot, now: now) }
    case .closed(let failure):
      for slot in channels.indices {
        guard let channel = channels[slot].channel, channel.state != .closed else { continue }
        if channel.failure == nil { channels[slot].channel?.failure = failure.map { .association($0) } }
        finishClosing(slot)
      }
    case .new, .connecting, .shuttingDown: break
    }
  }

  // MARK: Resets

  private mutating func incomingReset(_ slot: Int) {
    // Looked at in place first: of all the channels that a peer may reset again and again, few are there to be reset.
    guard channels[slot].channel?.isEstablished == true, channels[slot].channel?.isIncomingReset == false,
      let channel = channels[slot].channel, channel.state != .closed
    else { return }
    channels[slot].channel?.isIncomingReset = true
    if channel.state == .open {
      channels[slot].channel?.state = .closing
      events.append(.closing(handle(of: slot)))
    }
    requestReset(slot)
    finishIfBothReset(slot)
  }

  private mutating func outgoingReset(_ stream: SCTPStreamIdentifier) {
    guard let slot = slotByStream[stream] else { return }
    channels[slot].channel?.isOutgoingReset = true
    finishIfBothReset(slot)
  }

  private mutating func finishIfBothReset(_ slot: Int) {
    guard let channel = channels[slot].channel, channel.isIncomingReset, channel.isOutgoingReset else { return }
    finishClosing(slot)
  }

  // MARK: Messages

  private mutating func receive(_ message: SCTPReceivedMessage, now: MonotonicTime) {
    if message.payloadProtocol == .dcep {
      receiveControl(message, now: now)
      association.release(messages: 1, byteCount: message.payload.count)
      return
    }
    guard let slot = slotByStream[message.stream], channels[slot].channel?.isEstablished == true else {
      let dropped = early.append(message)
      association.release(messages: dropped.messages, byteCount: dropped.byteCount)
      return
    }
    deliver(message, to: slot)
  }

  /// Puts a message into its channel's inbox. Anything from the peer shows that it knows the channel (RFC 8832 §6).
  mutating func deliver(_ message: SCTPReceivedMessage, to slot: Int) {
    let kind: DataChannelMessage.Kind
    switch message.payloadProtocol {
    case .text, .partialText, .emptyText: kind = .text
    case .binary, .partialBinary, .emptyBinary: kind = .binary
    default:
      association.release(messages: 1, byteCount: message.payload.count)
      return
    }
    guard channels[slot].channel?.failure == nil else {
      association.release(messages: 1, byteCount: message.payload.count)
      return
    }
    var payload = message.payload
    if message.payloadProtocol == .emptyText || message.payloadProtocol == .emptyBinary {
      association.release(messages: 0, byteCount: payload.count)
      payload = []
    }
    let byteCount = payload.count
    let wasEmpty = channels[slot].channel?.inbox.isEmpty ?? true
    channels[slot].channel?.awaitsAcknowledgement = false
    channels[slot].channel?.inbox.append(DataChannelMessage(kind, payload))
    channels[slot].channel?.inboxByteCount += byteCount
    channels[slot].channel?.statistics.messagesReceived &+= 1
    channels[slot].channel?.statistics.bytesReceived &+= UInt64(byteCount)
    if wasEmpty { events.append(.messagesAvailable(handle(of: slot))) }
  }

  private mutating func receiveControl(_ message: SCTPReceivedMessage, now: MonotonicTime) {
    guard let control = message.payload.withRawSpan({ DataChannelControlMessage($0) }) else {
      refuse(message.stream)
      return
    }
    switch control {
    case .acknowledge:
      guard let slot = slotByStream[message.stream] else { return }
      channels[slot].channel?.awaitsAcknowledgement = false
    case .open(let options): accept(options, on: message.stream, now: now)
    }
  }

  private mutating func accept(_ options: DataChannelOptions, on stream: SCTPStreamIdentifier, now: MonotonicTime) {
    // A second OPEN, or one for a negotiated channel, means nothing.
    guard slotByStream[stream] == nil else { return }
    let textByteCount = Self.textByteCount(options)
    guard stream.rawValue <= StreamIdentifierPool.last, !identifiers.isUsed(stream.rawValue),
      channels.count - freeSlots.count < configuration.maximumChannels,
      remoteTextByteCount + textByteCount <= Self.remoteTextLimit
    else {
      refuse(stream)
      return
    }
    remoteTextByteCount += textByteCount
    identifiers.use(stream.rawValue)
    let slot = insert(DataChannel(options: options, isRemote: true))
    slotByStream[stream] = slot
    channels[slot].channel?.stream = stream
    channels[slot].channel?.isEstablished = true
    channels[slot].channel?.state = .open
    association.setPriority(options.priority, of: stream)
    association.setLowThreshold(0, of: stream)
    sendControl(.acknowledge, on: stream, now: now)
    events.append(.channelArrived(handle(of: slot)))
    events.append(.opened(handle(of: slot)))
    for message in early.takeAll(on: stream) { deliver(message, to: slot) }
  }

  /// What labels and protocols of the peer's channels may hold in all.
  static var remoteTextLimit: Int { 8 << 20 }

  /// A malformed or unwanted OPEN: the stream is closed, as a channel on it would be (RFC 8832 §6).
  private mutating func refuse(_ stream: SCTPStreamIdentifier) {
    guard let slot = slotByStream[stream] else {
      association.resetStream(stream)
      return
    }
    fail(slot, .protocolViolation("a malformed control message"))
  }

  /// Closes a channel that neither side wished to close.
  mutating func fail(_ slot: Int, _ failure: DataChannelFailure) {
    guard channels[slot].channel?.state == .open else { return }
    channels[slot].channel?.failure = failure
    channels[slot].channel?.state = .closing
    events.append(.closing(handle(of: slot)))
    requestReset(slot)
  }
}
