import RTCBase
import RTCSecurity

/// One SCTP association over DTLS (RFC 9260, RFC 8261) without sockets or clocks.
///
/// ```
///                    ┌────────┐  INIT ACK   ┌──────────────┐ COOKIE ACK
///   connect ──INIT──►│ cookie ├────────────►│ cookie       ├───────────┐
///                    │ wait   │ COOKIE ECHO │ echoed       │           ▼
///                    └────────┘             └──────────────┘    ┌─────────────┐ shutdown, or the peer's
///   INIT of the peer ──INIT ACK── COOKIE ECHO ──COOKIE ACK─────►│ established ├────► SHUTDOWN ─► ACK ─► COMPLETE ─► ended
///                                                               └─────────────┘
/// ```
///
/// Composed of a sender, a receiver, stream resets and heartbeats; what is here is the life of the whole and the way of a packet.
/// After every input the owner drains `pollPacket`, `pollEvent` and `pollMessage`.
package struct SCTPAssociation {
  package let configuration: SCTPConfiguration
  package internal(set) var state = SCTPState.new
  /// What both sides agreed on in the handshake; `nil` before.
  package internal(set) var negotiatedStreams: (outgoing: UInt16, incoming: UInt16)?

  let random: RandomSource
  let authenticator: any MessageAuthenticator
  var phase = Phase.idle
  let localTag: VerificationTag
  let localInitialTSN: TSN
  var peerTag = VerificationTag.none
  var remotePort: UInt16
  var extensions: SCTPExtensions = []
  /// The peer's cookie, while it is echoed.
  var cookie: [UInt8] = []

  var sender: DataSender
  /// `nil` until the peer's first TSN is known.
  var receiver: DataReceiver?
  var resets: StreamResets?
  var heartbeat: Heartbeat

  /// T1-init, T1-cookie and T2-shutdown: never two of them at once.
  var handshakeTimer = BackoffTimer()
  /// Expiries since the peer last answered (RFC 9260 §8.1).
  var errorCount = 0
  /// What is to be sent besides data.
  var control = ControlOutput()
  var events = RingQueue<SCTPEvent>()
  var counters = SCTPCounters()

  enum Phase {
    case idle
    case cookieWait
    case cookieEchoed
    case established
    /// Shuts down once everything is acknowledged.
    case shutdownPending
    case shutdownSent
    case shutdownReceived
    case shutdownAckSent
    case ended
  }

  package init(configuration: SCTPConfiguration, random: RandomSource, authenticator: any MessageAuthenticator) {
    var configuration = configuration
    // A packet is a multiple of four bytes and holds any control chunk; small ones may join one that is full, so its storage is larger.
    configuration.maximumPacketSize = min(max(configuration.maximumPacketSize, 512), PacketBuffer.capacity - 128) & ~3
    self.configuration = configuration
    self.random = random
    self.authenticator = authenticator
    localTag = VerificationTag(rawValue: max(1, random.uint32()))
    localInitialTSN = TSN(rawValue: random.uint32())
    remotePort = configuration.localPort
    sender = DataSender(firstTSN: localInitialTSN, configuration: configuration)
    heartbeat = Heartbeat(interval: configuration.timers.heartbeatInterval)
  }

  var offeredExtensions: SCTPExtensions {
    var extensions: SCTPExtensions = [.partialReliability, .reconfiguration]
    if configuration.offersInterleaving { extensions.insert(.interleaving) }
    if configuration.offersZeroChecksum { extensions.insert(.zeroChecksum) }
    return extensions
  }

  // MARK: Application

  /// Begins the handshake. Both sides may (RFC 9260 §5.2.1).
  package mutating func connect(remotePort: UInt16, now: MonotonicTime) {
    guard phase == .idle else { return }
    self.remotePort = remotePort
    phase = .cookieWait
    setState(.connecting)
    control.needsInit = true
    handshakeTimer.start(after: sender.timeout.value, now: now)
  }

  /// Queues a message. Before the association is connected it waits.
  package mutating func send(_ message: SCTPOutgoingMessage, now: MonotonicTime) {
    guard phase != .ended else { return }
    sender.queue.append(message, now: now)
  }

  /// A message of so many bytes may be queued. One that alone exceeds the limit may when nothing else waits.
  package func hasRoom(for byteCount: Int) -> Bool {
    sender.queue.cost == 0 || sender.queue.cost + byteCount <= configuration.sendBufferLimit
  }

  package func bufferedAmount(on stream: SCTPStreamIdentifier) -> Int { sender.queue.bufferedAmount(of: stream) }

  package mutating func setPriority(_ priority: UInt16, of stream: SCTPStreamIdentifier) {
    sender.queue.setWeight(Int(priority), of: stream)
  }

  package mutating func setLowThreshold(_ threshold: Int, of stream: SCTPStreamIdentifier) {
    sender.queue.setLowThreshold(threshold, of: stream)
  }

  /// Begins our side of a stream anew once what it has queued is sent; told by `outgoingStreamReset`.
  package mutating func resetStream(_ stream: SCTPStreamIdentifier) {
    guard phase != .ended else { return }
    guard extensions.contains(.reconfiguration), resets != nil else {
      // The peer cannot: both sides count as reset.
      events.append(.outgoingStreamReset(stream))
      events.append(.incomingStreamReset(stream))
      return
    }
    beginReset(of: stream)
  }

  /// Asks the peer to see a stream begin anew as soon as it has nothing to send any more.
  mutating func beginReset(of stream: SCTPStreamIdentifier) {
    guard resets?.reset(stream) == true else { return }
    if sender.queue.tellsWhenEmpty(stream) { return }
    resets?.markReady(stream)
  }

  /// Messages were taken by the application: so much room is free again.
  package mutating func release(messages: Int, byteCount: Int) {
    receiver?.release(messages: messages, byteCount: byteCount)
  }

  /// The window is shut, or as good as: too small for a packet.
  package var isWindowShut: Bool { receiver.map { $0.window < configuration.maximumPacketSize } ?? false }
  /// Bytes lent beyond the window.
  package var lentByteCount: Int { receiver?.extraCapacity ?? 0 }

  /// Opens a window that is shut by so much, beyond what is configured.
  package mutating func lendWindow(_ byteCount: Int) { receiver?.lend(byteCount) }

  // MARK: Outputs

  package mutating func pollEvent() -> SCTPEvent? { events.popFirst() }

  /// The next stream whose buffered amount fell to its threshold.
  package mutating func pollLowStream() -> SCTPStreamIdentifier? { sender.queue.lowStreams.popFirst() }

  package mutating func pollMessage() -> SCTPReceivedMessage? { receiver?.reassembly.popMessage() }

  func isInPhase(_ phases: Phase...) -> Bool { phases.contains(phase) }

  mutating func setState(_ newState: SCTPState) {
    guard state != newState, !state.isClosed else { return }
    state = newState
    events.append(.stateChanged(newState))
  }

  /// The end, whatever the reason.
  mutating func end(_ failure: SCTPFailure?) {
    guard phase != .ended else { return }
    phase = .ended
    sender.clear()
    resets = nil
    handshakeTimer.stop()
    heartbeat.stop()
    control.clear()
    setState(.closed(failure))
  }

  /// Ends the association and tells the peer why.
  mutating func abort(_ cause: SCTPErrorCause, _ reason: SCTPFailure.Reason) {
    guard phase != .ended else { return }
    let wasKnown = peerTag != .none
    end(SCTPFailure(reason, causeCode: cause.code, description: cause.description))
    if wasKnown { control.abort = cause }
  }
}
