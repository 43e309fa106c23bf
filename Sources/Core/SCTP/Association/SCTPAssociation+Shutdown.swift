import RTCBase

/// The end of an association: graceful (RFC 9260 §9.2) or not (§9.1).
extension SCTPAssociation {
  /// Ends the association once everything queued is acknowledged.
  package mutating func shutdown(now: MonotonicTime) {
    switch phase {
    case .established:
      phase = .shutdownPending
      setState(.shuttingDown)
      continueShutdown(now: now)
    case .idle: end(nil)
    case .cookieWait, .cookieEchoed: abort(reason: "closed during the handshake", now: now)
    default: break
    }
  }

  /// Ends the association now and tells the peer so.
  package mutating func abort(reason: String, now: MonotonicTime) {
    abort(SCTPErrorCause(SCTPErrorCause.userInitiatedAbort, text: reason), .abortedLocally)
  }

  mutating func continueShutdown(now: MonotonicTime) {
    guard sender.hasEverythingAcknowledged else { return }
    switch phase {
    case .shutdownPending:
      phase = .shutdownSent
      control.needsShutdown = true
      handshakeTimer.start(after: sender.timeout.value, now: now)
    case .shutdownReceived:
      phase = .shutdownAckSent
      control.needsShutdownAcknowledgement = true
      handshakeTimer.start(after: sender.timeout.value, now: now)
    default: break
    }
  }

  mutating func handleShutdown(_ value: RawSpan, now: MonotonicTime) {
    guard value.byteCount >= 4 else {
      counters.invalidChunks &+= 1
      return
    }
    switch phase {
    case .established, .shutdownPending, .shutdownReceived:
      // Its cumulative TSN acknowledges like a SACK without gaps.
      let sack = SelectiveAcknowledgement(
        cumulativeTSN: TSN(rawValue: value.uint32(at: 0)), window: UInt32(clamping: sender.peerWindow))
      _ = sender.acknowledge(sack, in: value, now: now)
      phase = .shutdownReceived
      setState(.shuttingDown)
      continueShutdown(now: now)
    case .shutdownSent:
      // Both at once (RFC 9260 §9.2).
      phase = .shutdownAckSent
      control.needsShutdown = false
      control.needsShutdownAcknowledgement = true
      handshakeTimer.start(after: sender.timeout.value, now: now)
    case .shutdownAckSent: control.needsShutdownAcknowledgement = true
    case .idle, .cookieWait, .cookieEchoed, .ended: break
    }
  }

  mutating func handleShutdownAcknowledgement() {
    guard isInPhase(.shutdownSent, .shutdownAckSent) else { return }
    end(nil)
    control.needsShutdownComplete = true
  }

  mutating func handleAbort(_ causes: [SCTPErrorCause]) {
    let first = causes.first
    end(
      SCTPFailure(
        .abortedByPeer, causeCode: first?.code,
        description: first.map { "the peer aborted: \($0.description)" } ?? "the peer aborted"))
  }

  /// What still comes after the end gets a last word, a few times (RFC 9260 §8.4).
  mutating func answerLate(_ first: SCTPChunk) {
    guard peerTag != .none, counters.lateAnswers < 16 else { return }
    switch first.type {
    case .abort, .shutdownComplete, .error, .cookieAcknowledgement: break
    case .shutdownAcknowledgement:
      counters.lateAnswers += 1
      control.needsShutdownComplete = true
    default:
      counters.lateAnswers += 1
      control.abort = control.abort ?? SCTPErrorCause(SCTPErrorCause.userInitiatedAbort)
    }
  }
}
