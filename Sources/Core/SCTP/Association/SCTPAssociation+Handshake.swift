import RTCBase

/// The four-way handshake (RFC 9260 §5.1) and its collisions (§5.2).
extension SCTPAssociation {
  /// Ours, the same every time it is sent.
  var initChunk: InitChunk {
    InitChunk(
      tag: localTag, window: UInt32(DataReceiver.capacity(configuration)), outgoingStreams: configuration.streamCount,
      incomingStreams: configuration.streamCount, initialTSN: localInitialTSN, extensions: offeredExtensions)
  }

  /// A window smaller than this could not hold a packet (RFC 9260 §3.3.2).
  private static let leastWindow: UInt32 = 1_500

  mutating func handleInit(_ value: RawSpan, from port: UInt16, now: MonotonicTime) {
    guard let chunk = InitChunk(value), chunk.tag != .none else {
      counters.invalidChunks &+= 1
      return
    }
    guard isInPhase(.idle, .cookieWait, .cookieEchoed) else {
      // DTLS lets nobody but the peer speak, and it has an association already (RFC 9260 §5.2.2 is for restarts, which take a new DTLS).
      counters.invalidChunks &+= 1
      return
    }
    guard chunk.outgoingStreams > 0, chunk.incomingStreams > 0, chunk.window >= Self.leastWindow else {
      refuseInit(chunk)
      return
    }
    if phase == .idle { remotePort = port }
    let cookie = StateCookie(
      createdAt: now, localTag: localTag, localInitialTSN: localInitialTSN, peer: chunk, peerPort: port)
    var answer = initChunk
    answer.cookie = cookie.sealed(by: authenticator)
    answer.unrecognized = chunk.unrecognized
    control.initAnswer = ControlOutput.InitAnswer(acknowledgement: answer, tag: chunk.tag)
  }

  /// RFC 9260 §3.3.2: an INIT that promises no streams or no window ends before it begins.
  private mutating func refuseInit(_ chunk: InitChunk) {
    counters.invalidChunks &+= 1
    guard isInPhase(.cookieWait, .cookieEchoed) else { return }
    peerTag = chunk.tag
    abort(SCTPErrorCause(SCTPErrorCause.invalidParameter), .protocolViolation)
  }

  mutating func handleInitAcknowledgement(_ value: RawSpan, now: MonotonicTime) {
    guard phase == .cookieWait else { return }
    guard let chunk = InitChunk(value), chunk.tag != .none else {
      counters.invalidChunks &+= 1
      return
    }
    peerTag = chunk.tag
    guard chunk.outgoingStreams > 0, chunk.incomingStreams > 0, chunk.window >= Self.leastWindow else {
      abort(SCTPErrorCause(SCTPErrorCause.invalidParameter), .protocolViolation)
      return
    }
    guard let cookie = chunk.cookie else {
      // The cause lists what is missing: one parameter, the state cookie (RFC 9260 §3.3.10.2).
      abort(SCTPErrorCause(SCTPErrorCause.missingParameter, [0, 0, 0, 1, 0, 7]), .protocolViolation)
      return
    }
    guard cookie.count <= configuration.maximumPacketSize - SCTPCommonHeader.byteCount - 4 else {
      abort(SCTPErrorCause(SCTPErrorCause.outOfResources), .outOfResources)
      return
    }
    adopt(
      peerInitialTSN: chunk.initialTSN, window: chunk.window, outgoingStreams: chunk.outgoingStreams,
      incomingStreams: chunk.incomingStreams, extensions: chunk.extensions)
    self.cookie = cookie
    phase = .cookieEchoed
    control.needsInit = false
    control.needsCookieEcho = true
    handshakeTimer.start(after: sender.timeout.value, now: now)
  }

  /// Takes on what the peer announced.
  private mutating func adopt(
    peerInitialTSN: TSN, window: UInt32, outgoingStreams: UInt16, incomingStreams: UInt16, extensions: SCTPExtensions
  ) {
    self.extensions = offeredExtensions.intersection(extensions)
    negotiatedStreams = (
      min(configuration.streamCount, incomingStreams), min(configuration.streamCount, outgoingStreams)
    )
    receiver = DataReceiver(
      initialTSN: peerInitialTSN, incomingStreams: negotiatedStreams?.incoming ?? 0,
      isInterleaved: self.extensions.contains(.interleaving), configuration: configuration)
    resets = StreamResets(localInitialTSN: localInitialTSN, peerInitialTSN: peerInitialTSN)
    sender.start(peerWindow: Int(window), extensions: self.extensions)
  }

  /// RFC 9260 §5.1.5 and the table of §5.2.4. Our tag never changes, so a cookie either is of this association or is refused.
  mutating func handleCookieEcho(_ value: RawSpan, now: MonotonicTime) {
    guard let cookie = StateCookie(value, authenticator: authenticator), cookie.localTag == localTag else {
      counters.invalidChunks &+= 1
      return
    }
    if isInPhase(.idle, .cookieWait, .cookieEchoed) {
      let age = now - cookie.createdAt
      guard age <= configuration.timers.cookieLifetime else {
        sendStaleCookie(age - configuration.timers.cookieLifetime, to: cookie)
        return
      }
      peerTag = cookie.peerTag
      remotePort = cookie.peerPort
      adopt(
        peerInitialTSN: cookie.peerInitialTSN, window: cookie.peerWindow, outgoingStreams: cookie.peerOutgoingStreams,
        incomingStreams: cookie.peerIncomingStreams, extensions: cookie.peerExtensions)
      establish(now: now)
      control.needsCookieAcknowledgement = true
    } else if cookie.peerTag == peerTag, phase == .shutdownAckSent {
      control.needsShutdownAcknowledgement = true
    } else if cookie.peerTag == peerTag {
      // Its COOKIE ACK was lost.
      control.needsCookieAcknowledgement = true
    } else {
      counters.invalidChunks &+= 1
    }
  }

  private mutating func sendStaleCookie(_ staleness: TimeDelta, to cookie: StateCookie) {
    counters.invalidChunks &+= 1
    let microseconds = UInt32(clamping: staleness.wholeMicroseconds)
    let information = (0..<4).map { UInt8(truncatingIfNeeded: microseconds >> (24 - 8 * UInt32($0))) }
    if peerTag == .none { peerTag = cookie.peerTag }
    report(SCTPErrorCause(SCTPErrorCause.staleCookie, information))
  }

  mutating func handleCookieAcknowledgement(now: MonotonicTime) {
    guard phase == .cookieEchoed else { return }
    establish(now: now)
  }

  private mutating func establish(now: MonotonicTime) {
    phase = .established
    cookie = []
    errorCount = 0
    control.needsInit = false
    control.needsCookieEcho = false
    handshakeTimer.stop()
    heartbeat.start(now: now)
    setState(.connecting)
    setState(.connected)
  }

  /// The peer found our cookie too old: begin again (RFC 9260 §5.2.6).
  mutating func handleStaleCookie(now: MonotonicTime) {
    guard phase == .cookieEchoed, errorCount < configuration.timers.maximumInitRetransmissions else { return }
    errorCount += 1
    phase = .cookieWait
    cookie = []
    control.needsCookieEcho = false
    control.needsInit = true
    handshakeTimer.start(after: sender.timeout.value, now: now)
  }

  mutating func report(_ cause: SCTPErrorCause) {
    if control.errors.count < ControlOutput.errorLimit { control.errors.append(cause) }
  }
}
