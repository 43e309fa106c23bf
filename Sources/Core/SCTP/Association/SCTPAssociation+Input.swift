import RTCBase

/// A packet's way in: header, checksum, tag, then chunk by chunk.
extension SCTPAssociation {
  /// Takes one packet from DTLS, whatever it holds.
  package mutating func handle(_ packet: RawSpan, now: MonotonicTime) {
    guard let header = SCTPCommonHeader(packet), header.destinationPort == configuration.localPort,
      hasValidChecksum(packet, header), let first = SCTPChunk(packet, at: SCTPCommonHeader.byteCount),
      hasValidTag(packet, header, first)
    else {
      counters.invalidPackets &+= 1
      return
    }
    counters.packetsReceived &+= 1
    counters.bytesReceived &+= UInt64(packet.byteCount)
    if phase == .ended {
      answerLate(first)
      return
    }
    resets?.beginPacket()
    var allowance = ChunkAllowance()
    var offset = SCTPCommonHeader.byteCount
    while offset < packet.byteCount {
      guard let chunk = SCTPChunk(packet, at: offset) else {
        counters.invalidChunks &+= 1
        break
      }
      offset = chunk.end
      guard allowance.take(chunk.type) else {
        counters.invalidChunks &+= 1
        continue
      }
      guard handle(chunk, in: packet, header, now: now), phase != .ended else { break }
    }
    receiver?.packetEnded(now: now)
  }

  /// DTLS protects the packet: with the extension a checksum of zero says that there is none (RFC 9653 §5.3).
  private func hasValidChecksum(_ packet: RawSpan, _ header: SCTPCommonHeader) -> Bool {
    if header.checksum == 0, configuration.offersZeroChecksum { return true }
    return CRC32c.ofPacket(packet) == header.checksum
  }

  /// RFC 9260 §8.5.1.
  private func hasValidTag(_ packet: RawSpan, _ header: SCTPCommonHeader, _ first: SCTPChunk) -> Bool {
    switch first.type {
    case .initiation:
      // Alone in its packet, and without a tag.
      return header.verificationTag == .none && first.end >= packet.byteCount
    case .abort, .shutdownComplete:
      if first.flags & 1 != 0 { return peerTag != .none && header.verificationTag == peerTag }
      return header.verificationTag == localTag
    default: return header.verificationTag == localTag
    }
  }

  /// - Returns: `false` when the rest of the packet must not be looked at.
  private mutating func handle(_ chunk: SCTPChunk, in packet: RawSpan, _ header: SCTPCommonHeader, now: MonotonicTime)
    -> Bool
  {
    switch chunk.type {
    case .data, .interleavedData: return handleData(chunk, in: packet)
    case .selectiveAcknowledgement: handleAcknowledgement(packet.extracting(chunk.value), now: now)
    case .initiation: handleInit(packet.extracting(chunk.value), from: header.sourcePort, now: now)
    case .initiationAcknowledgement: handleInitAcknowledgement(packet.extracting(chunk.value), now: now)
    case .cookieEcho: handleCookieEcho(packet.extracting(chunk.value), now: now)
    case .cookieAcknowledgement: handleCookieAcknowledgement(now: now)
    case .heartbeat:
      // One that could not go back in a packet of ours is not answered.
      guard control.heartbeats.count < ControlOutput.heartbeatLimit,
        chunk.value.count <= configuration.maximumPacketSize - SCTPCommonHeader.byteCount - 8
      else { break }
      control.heartbeats.append(packet.extracting(chunk.value).copied())
    case .heartbeatAcknowledgement:
      if let roundTrip = heartbeat.handleAnswer(packet.extracting(chunk.value), now: now) {
        errorCount = 0
        sender.timeout.add(roundTrip)
      }
    case .abort:
      handleAbort(SCTPErrorCause.parse(packet.extracting(chunk.value)))
      return false
    case .error:
      let causes = SCTPErrorCause.parse(packet.extracting(chunk.value))
      if causes.contains(where: { $0.code == SCTPErrorCause.staleCookie }) { handleStaleCookie(now: now) }
    case .shutdown: handleShutdown(packet.extracting(chunk.value), now: now)
    case .shutdownAcknowledgement: handleShutdownAcknowledgement()
    case .shutdownComplete: if phase == .shutdownAckSent { end(nil) }
    case .forwardTSN, .interleavedForwardTSN:
      handleForwardTSN(packet.extracting(chunk.value), isInterleaved: chunk.type == .interleavedForwardTSN)
    case .reconfiguration: handleReconfiguration(packet.extracting(chunk.value), now: now)
    default: return handleUnknown(chunk, in: packet)
    }
    return true
  }

  private mutating func handleUnknown(_ chunk: SCTPChunk, in packet: RawSpan) -> Bool {
    counters.invalidChunks &+= 1
    if chunk.type.isReportedWhenUnknown, peerTag != .none {
      let start = chunk.value.lowerBound - SCTPChunk.headerByteCount
      let end = min(chunk.value.upperBound, start + SCTPErrorCause.informationLimit)
      report(SCTPErrorCause(SCTPErrorCause.unrecognizedChunk, packet.extracting(start..<end).copied()))
    }
    return !chunk.type.stopsPacketWhenUnknown
  }

  // MARK: Data

  private mutating func handleData(_ chunk: SCTPChunk, in packet: RawSpan) -> Bool {
    guard isInPhase(.established, .shutdownPending, .shutdownSent), receiver != nil else {
      counters.invalidChunks &+= 1
      return true
    }
    guard let data = DataChunk(chunk, in: packet), data.isInterleaved == extensions.contains(.interleaving) else {
      counters.invalidChunks &+= 1
      return true
    }
    let payload = packet.extracting(chunk.value.lowerBound + data.payloadOffset..<chunk.value.upperBound)
    guard payload.byteCount > 0 else {
      // RFC 9260 §6.2: the cause tells the TSN.
      let tsn = (0..<4).map { UInt8(truncatingIfNeeded: data.tsn.rawValue >> (24 - 8 * UInt32($0))) }
      abort(SCTPErrorCause(SCTPErrorCause.noUserData, tsn), .protocolViolation)
      return false
    }
    switch receiver?.receive(data, payload) {
    case .accepted, nil:
      advanceDeferredReset()
      return true
    case .invalidStream:
      counters.invalidChunks &+= 1
      let stream = data.stream.rawValue
      report(
        SCTPErrorCause(SCTPErrorCause.invalidStream, [UInt8(stream >> 8), UInt8(truncatingIfNeeded: stream), 0, 0]))
      return true
    case .tooLarge:
      abort(
        SCTPErrorCause(SCTPErrorCause.protocolViolation, text: "a message exceeds max-message-size"), .protocolViolation
      )
      return false
    case .contradiction:
      abort(
        SCTPErrorCause(SCTPErrorCause.protocolViolation, text: "fragments contradict each other"), .protocolViolation)
      return false
    }
  }

  private mutating func handleAcknowledgement(_ value: RawSpan, now: MonotonicTime) {
    guard isInPhase(.established, .shutdownPending, .shutdownReceived, .shutdownSent) else { return }
    guard let sack = SelectiveAcknowledgement(value) else {
      counters.invalidChunks &+= 1
      return
    }
    switch sender.acknowledge(sack, in: value, now: now) {
    case .progress:
      errorCount = 0
      heartbeat.start(now: now)
    case .nothingNew:
      // A peer that answers with a shut window is alive (RFC 9260 §6.1).
      if sack.window == 0 { errorCount = 0 }
    case .stale: break
    case .invalid: counters.invalidChunks &+= 1
    }
    continueShutdown(now: now)
  }

  private mutating func handleForwardTSN(_ value: RawSpan, isInterleaved: Bool) {
    guard extensions.contains(.partialReliability), isInterleaved == extensions.contains(.interleaving),
      isInPhase(.established, .shutdownPending, .shutdownSent),
      let chunk = ForwardTSNChunk(value, isInterleaved: isInterleaved), receiver?.skip(chunk) == true
    else {
      counters.invalidChunks &+= 1
      return
    }
    advanceDeferredReset()
  }

  // MARK: Stream resets

  private mutating func handleReconfiguration(_ value: RawSpan, now: MonotonicTime) {
    guard extensions.contains(.reconfiguration), isInPhase(.established, .shutdownPending),
      let parameters = ReconfigurationParameter.parse(value), let receiver
    else {
      counters.invalidChunks &+= 1
      return
    }
    for parameter in parameters {
      switch parameter {
      case .outgoingReset(let request, _, let lastTSN, let streams):
        guard streams.allSatisfy({ $0.rawValue < receiver.incomingStreams }) else {
          _ = resets?.handleRequest(request, result: .wrongStream)
          break
        }
        let verdict = resets?.handleRequest(
          request, lastTSN: lastTSN, streams: streams, cumulativeTSN: receiver.tsns.cumulative)
        applyReset(verdict)
      case .incomingReset(let request, let streams):
        // The peer asks us to reset ours (RFC 6525 §5.2.3).
        let outgoing = negotiatedStreams?.outgoing ?? 0
        guard streams.allSatisfy({ $0.rawValue < outgoing }) else {
          _ = resets?.handleRequest(request, result: .wrongStream)
          break
        }
        guard resets?.handleRequest(request, result: .performed) == true else { break }
        for stream in streams.prefix(StreamResets.requestLimit) { beginReset(of: stream) }
      case .associationReset(let request): _ = resets?.handleRequest(request, result: .denied)
      case .addOutgoingStreams(let request, let count):
        handleAddedStreams(request, count: count)
      case .addIncomingStreams(let request, _):
        // We have as many as the peer announced that it takes.
        _ = resets?.handleRequest(request, result: .denied)
      case .response(let number, let result):
        errorCount = 0
        let streams = resets?.handleResponse(to: number, result, now: now, retry: sender.timeout.value) ?? []
        for stream in streams {
          sender.queue.restart(stream)
          events.append(.outgoingStreamReset(stream))
        }
      }
    }
  }

  /// The peer wants to send on more streams than it announced (RFC 6525 §5.2.5), as some stacks do when they need them.
  private mutating func handleAddedStreams(_ request: ReconfigurationNumber, count: UInt16) {
    guard let streams = negotiatedStreams else { return }
    let isPossible = count > 0 && Int(streams.incoming) + Int(count) <= Int(configuration.streamCount)
    guard resets?.handleRequest(request, result: isPossible ? .performed : .denied) == true, isPossible else { return }
    negotiatedStreams?.incoming = streams.incoming + count
    receiver?.incomingStreams = streams.incoming + count
  }

  private mutating func advanceDeferredReset() {
    guard let receiver else { return }
    applyReset(resets?.advanced(to: receiver.tsns.cumulative))
  }

  private mutating func applyReset(_ verdict: StreamResets.Verdict?) {
    guard case .reset(let streams) = verdict else { return }
    if streams.isEmpty {
      receiver?.reassembly.resetAll()
      events.append(.allIncomingStreamsReset)
    }
    for stream in streams {
      receiver?.reassembly.reset(stream)
      events.append(.incomingStreamReset(stream))
    }
  }
}
