import RTCBase

/// A packet's way out: control chunks first, then an acknowledgement, then data.
extension SCTPAssociation {
  /// Writes the next packet into `packet`, whose contents it replaces; `false` when there is none now.
  package mutating func pollPacket(into packet: PacketBuffer, now: MonotonicTime) -> Bool {
    let mayOmitChecksum: Bool
    if writeLonePacket(packet) {
      mayOmitChecksum = false
    } else {
      guard phase != .ended, peerTag != .none else { return false }
      begin(packet, tag: peerTag)
      // The receiver of a COOKIE ECHO has no state yet that would say what was negotiated (RFC 9653 §5.2).
      mayOmitChecksum = extensions.contains(.zeroChecksum) && !control.needsCookieEcho
      writeChunks(to: packet, now: now)
      guard packet.count > SCTPCommonHeader.byteCount else { return false }
    }
    if !mayOmitChecksum { SCTPCommonHeader.seal(packet) }
    counters.packetsSent &+= 1
    counters.bytesSent &+= UInt64(packet.count)
    return true
  }

  private func begin(_ packet: PacketBuffer, tag: VerificationTag) {
    SCTPCommonHeader(sourcePort: configuration.localPort, destinationPort: remotePort, verificationTag: tag).write(
      to: packet)
  }

  /// Packets that hold one chunk: INIT, its answer, and the last words.
  private mutating func writeLonePacket(_ packet: PacketBuffer) -> Bool {
    if let cause = control.abort {
      control.abort = nil
      begin(packet, tag: peerTag)
      SCTPErrorCause.write([cause], type: .abort, to: packet)
    } else if control.needsShutdownComplete {
      control.needsShutdownComplete = false
      begin(packet, tag: peerTag)
      packet.appendChunk(.shutdownComplete)
    } else if let answer = control.initAnswer {
      control.initAnswer = nil
      begin(packet, tag: answer.tag)
      answer.acknowledgement.write(to: packet, isAcknowledgement: true)
    } else if control.needsInit {
      control.needsInit = false
      begin(packet, tag: .none)
      initChunk.write(to: packet, isAcknowledgement: false)
    } else {
      return false
    }
    return true
  }

  private mutating func writeChunks(to packet: PacketBuffer, now: MonotonicTime) {
    writeControl(to: packet, now: now)
    guard isInPhase(.established, .shutdownPending, .shutdownReceived, .shutdownSent) else { return }
    let limit = configuration.maximumPacketSize
    if receiver?.mustAcknowledge == true { writeAcknowledgement(to: packet) }
    _ = sender.writeForwardTSN(to: packet, now: now)
    writeResets(to: packet, now: now)
    guard phase != .shutdownSent else { return }
    // Data goes anyway: what is to be acknowledged goes along.
    if receiver?.mayAcknowledge == true, sender.canSend, limit - packet.count >= 64 { writeAcknowledgement(to: packet) }
    _ = sender.writeChunks(to: packet, now: now)
  }

  private mutating func writeAcknowledgement(to packet: PacketBuffer) {
    receiver?.writeAcknowledgement(to: packet, limit: configuration.maximumPacketSize)
  }

  private mutating func writeResets(to packet: PacketBuffer, now: MonotonicTime) {
    while let stream = sender.queue.emptiedStreams.popFirst() { resets?.markReady(stream) }
    resets?.begin(lastTSN: sender.outstanding.nextTSN.previous) { !sender.queue.tellsWhenEmpty($0) }
    while resets?.hasOutput == true {
      let isWritten =
        resets?.write(to: packet, limit: configuration.maximumPacketSize, now: now, retry: sender.timeout.value)
        ?? false
      guard isWritten else { return }
    }
  }

  private mutating func writeControl(to packet: PacketBuffer, now: MonotonicTime) {
    if control.needsCookieEcho {
      control.needsCookieEcho = false
      let start = packet.beginChunk(.cookieEcho)
      packet.appendBytes(cookie)
      packet.endChunk(start)
    }
    if control.needsCookieAcknowledgement {
      control.needsCookieAcknowledgement = false
      packet.appendChunk(.cookieAcknowledgement)
    }
    if control.needsShutdownAcknowledgement {
      control.needsShutdownAcknowledgement = false
      packet.appendChunk(.shutdownAcknowledgement)
    }
    if control.needsShutdown, let receiver {
      control.needsShutdown = false
      let start = packet.beginChunk(.shutdown)
      packet.append(receiver.tsns.cumulative.rawValue)
      packet.endChunk(start)
    }
    if !control.errors.isEmpty,
      packet.count + SCTPErrorCause.byteCount(control.errors) <= configuration.maximumPacketSize
    {
      SCTPErrorCause.write(control.errors, type: .error, to: packet)
      control.errors.removeAll()
    }
    while let information = control.heartbeats.first,
      packet.count + SCTPChunk.padded(information.count) + 4 <= configuration.maximumPacketSize
    {
      let start = packet.beginChunk(.heartbeatAcknowledgement)
      packet.appendBytes(information)
      packet.endChunk(start)
      control.heartbeats.removeFirst()
    }
    if heartbeat.isDue, configuration.maximumPacketSize - packet.count >= 20 {
      heartbeat.write(to: packet, random: random, now: now)
    }
  }
}
