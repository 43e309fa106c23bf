import RTCBase

/// When to be woken, and what then.
extension SCTPAssociation {
  package var deadline: Deadline? {
    guard phase != .ended else { return nil }
    var earliest = sender.deadline
    earliest = .earliest(earliest, receiver?.deadline)
    if let time = handshakeTimer.deadline { earliest = .earliest(earliest, Deadline(time, "sctp.handshake")) }
    if let time = heartbeat.deadline { earliest = .earliest(earliest, Deadline(time, "sctp.heartbeat")) }
    if let time = resets?.deadline { earliest = .earliest(earliest, Deadline(time, "sctp.reset")) }
    return earliest
  }

  package mutating func handleTimeout(now: MonotonicTime) {
    guard phase != .ended else { return }
    receiver?.handleTimeout(now: now)
    if handshakeTimer.expire(now: now, maximum: configuration.timers.maximumRTO) { handshakeTimedOut() }
    if sender.handleTimeout(now: now) { countError() }
    if resets?.handleTimeout(now: now) == true { countError() }
    switch heartbeat.expire(now: now, timeout: sender.timeout.value) {
    case .missed: countError()
    case .asks, .none: break
    }
  }

  private mutating func handshakeTimedOut() {
    let limit =
      isInPhase(.cookieWait, .cookieEchoed)
      ? configuration.timers.maximumInitRetransmissions : configuration.timers.maximumRetransmissions
    guard handshakeTimer.expiryCount <= limit else {
      end(SCTPFailure(.timeout, description: "the peer did not answer in time"))
      return
    }
    switch phase {
    case .cookieWait: control.needsInit = true
    case .cookieEchoed: control.needsCookieEcho = true
    case .shutdownSent: control.needsShutdown = true
    case .shutdownAckSent: control.needsShutdownAcknowledgement = true
    default: handshakeTimer.stop()
    }
  }

  /// RFC 9260 §8.1.
  private mutating func countError() {
    errorCount += 1
    guard errorCount > configuration.timers.maximumRetransmissions else { return }
    end(SCTPFailure(.timeout, description: "the peer acknowledges nothing any more"))
  }
}
