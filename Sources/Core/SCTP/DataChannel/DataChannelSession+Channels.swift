import RTCBase
import RTCSecurity

/// Opening, sending and closing.
extension DataChannelSession {
  /// Makes a channel. It opens once the association is connected.
  package mutating func open(_ options: DataChannelOptions, now: MonotonicTime) throws(DataChannelError)
    -> DataChannelHandle
  {
    var options = options
    if !options.isNegotiated { options.id = nil }
    guard options.label.utf8.count <= 65_535, options.subprotocol.utf8.count <= 65_535,
      !options.isNegotiated || options.id != nil, (options.id ?? 0) <= StreamIdentifierPool.last
    else { throw .invalidOptions }
    if let id = options.id, identifiers.isUsed(id) { throw .identifierInUse }
    guard channels.count - freeSlots.count < configuration.maximumChannels else { throw .tooManyChannels }
    if role != nil, options.id == nil, !hasFreeIdentifier { throw .tooManyChannels }

    let slot = insert(DataChannel(options: options, isRemote: false))
    if let id = options.id {
      identifiers.use(id)
      slotByStream[SCTPStreamIdentifier(rawValue: id)] = slot
    } else if role != nil {
      assignStream(slot)
    }
    if association.state == .connected { establish(slot, now: now) }
    // Too late: it is told so in its turn.
    if association.state.isClosed { finishClosing(slot) }
    return handle(of: slot)
  }

  private var highestIdentifier: UInt16 {
    guard let maximumChannels else { return StreamIdentifierPool.last }
    return maximumChannels == 0 ? 0 : maximumChannels - 1
  }

  private var hasFreeIdentifier: Bool {
    guard let role else { return true }
    var identifiers = identifiers
    return identifiers.allocate(for: role, upTo: highestIdentifier) != nil
  }

  /// Numbers a channel; one for which no number is left closes.
  mutating func assignStream(_ slot: Int) {
    guard let role, channels[slot].channel?.state == .connecting else { return }
    guard let id = identifiers.allocate(for: role, upTo: highestIdentifier) else {
      channels[slot].channel?.failure = .streamsExhausted
      finishClosing(slot)
      return
    }
    let stream = SCTPStreamIdentifier(rawValue: id)
    channels[slot].channel?.stream = stream
    slotByStream[stream] = slot
  }

  /// The association is connected: announces the channel to the peer, unless negotiated, and opens it.
  mutating func establish(_ slot: Int, now: MonotonicTime) {
    guard let channel = channels[slot].channel, channel.state == .connecting, let stream = channel.stream else {
      return
    }
    guard stream.rawValue <= highestIdentifier else {
      channels[slot].channel?.failure = .streamsExhausted
      finishClosing(slot)
      return
    }
    channels[slot].channel?.isEstablished = true
    association.setPriority(channel.options.priority, of: stream)
    association.setLowThreshold(channel.lowThreshold, of: stream)
    if !channel.options.isNegotiated {
      channels[slot].channel?.awaitsAcknowledgement = true
      sendControl(.open(channel.options), on: stream, now: now)
    }
    // An opener need not wait for the acknowledgement (RFC 8832 §6).
    channels[slot].channel?.state = .open
    events.append(.opened(handle(of: slot)))
    for message in early.takeAll(on: stream) { deliver(message, to: slot) }
  }

  mutating func sendControl(_ message: DataChannelControlMessage, on stream: SCTPStreamIdentifier, now: MonotonicTime) {
    association.send(
      SCTPOutgoingMessage(stream: stream, payloadProtocol: .dcep, payload: message.bytes, bufferedByteCount: 0),
      now: now)
  }

  /// Queues a message on an open channel.
  package mutating func send(_ message: DataChannelMessage, on handle: DataChannelHandle, now: MonotonicTime)
    throws(DataChannelError)
  {
    // Field by field: a channel copied out would cost more than a short message.
    guard let slot = slot(of: handle), channels[slot].channel?.state == .open,
      let stream = channels[slot].channel?.stream, let reliability = channels[slot].channel?.options.reliability
    else { throw .notOpen }
    guard association.hasRoom(for: message.bytes.count) else { throw .bufferFull }
    let isOrdered =
      channels[slot].channel?.options.isOrdered == true || channels[slot].channel?.awaitsAcknowledgement == true
    // SCTP has no empty messages: a zero byte under a PPID of its own stands for one (RFC 8831 §6.6).
    let isEmpty = message.bytes.isEmpty
    let payloadProtocol: PayloadProtocolIdentifier
    switch message.kind {
    case .text: payloadProtocol = isEmpty ? .emptyText : .text
    case .binary: payloadProtocol = isEmpty ? .emptyBinary : .binary
    }
    association.send(
      SCTPOutgoingMessage(
        stream: stream, payloadProtocol: payloadProtocol, payload: isEmpty ? [0] : message.bytes,
        isOrdered: isOrdered, reliability: reliability, bufferedByteCount: message.bytes.count), now: now)
    channels[slot].channel?.statistics.messagesSent &+= 1
    channels[slot].channel?.statistics.bytesSent &+= UInt64(message.bytes.count)
  }

  /// `bufferedAmountLow` is told when what waits falls to so many bytes.
  package mutating func setBufferedAmountLowThreshold(_ threshold: Int, of handle: DataChannelHandle) {
    guard let slot = slot(of: handle) else { return }
    channels[slot].channel?.lowThreshold = threshold
    if let stream = channels[slot].channel?.stream { association.setLowThreshold(threshold, of: stream) }
  }

  /// Closes a channel once what it has buffered is sent; the peer's side follows.
  package mutating func close(_ handle: DataChannelHandle, now: MonotonicTime) {
    guard let slot = slot(of: handle) else { return }
    beginClosing(slot)
    collect(now: now)
  }

  mutating func beginClosing(_ slot: Int) {
    guard let channel = channels[slot].channel, channel.state == .connecting || channel.state == .open else { return }
    channels[slot].channel?.state = .closing
    guard channel.isEstablished, !association.state.isClosed else {
      finishClosing(slot)
      return
    }
    requestReset(slot)
  }

  mutating func requestReset(_ slot: Int) {
    guard let channel = channels[slot].channel, !channel.hasRequestedReset, let stream = channel.stream else { return }
    channels[slot].channel?.hasRequestedReset = true
    association.resetStream(stream)
  }

  /// The number of a channel that is closed on both sides may be used anew (RFC 8831 §6.7).
  mutating func finishClosing(_ slot: Int) {
    guard let channel = channels[slot].channel, channel.state != .closed else { return }
    if let stream = channel.stream {
      channels[slot].channel?.finalBufferedAmount = association.bufferedAmount(on: stream)
      identifiers.free(stream.rawValue)
      slotByStream[stream] = nil
    }
    channels[slot].channel?.state = .closed
    events.append(.closed(handle(of: slot), channel.failure))
  }
}
