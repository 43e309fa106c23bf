import RTCBase
import RTCICE
import RTCJSEP
import RTCPayload
import RTCRTP
import RTCReceive
import RTCSTUN
import RTCSecurity
import RTCSend
import WebRTCTypes

/// One peer connection without sockets, clocks or threads: signalling, transports and media, told what happens and when.
///
/// ```
///             descriptions, candidates                 frames of encoders
///                      │                                      │
///   datagram ──► ┌─────▼──────────────────────────────────────▼─────┐ ──► datagrams
///                │ JSEP ──► transports: ICE ─ DTLS ─ SRTP ─ RTP      │
///   time ──────► └───────────────────────────────────────────────────┘ ──► events, frames for decoders
/// ```
///
/// Its owner calls one of the inputs, then drains `pollDatagram` and `pollEvent` until both answer `nil`, and calls `handleTimeout` when
/// `deadline` has come. Nothing calls back. Bytes from the network never throw and never trap; what is wrong is counted.
package struct PeerEngine: ~Copyable {
  /// Where the packets of `pollDatagram` come from and go back to.
  package let pool: PacketPool
  package internal(set) var configuration: EngineConfiguration
  package internal(set) var jsep: JSEPSession { didSet { modelRevision &+= 1 } }
  /// Another one whenever `jsep` may have changed: what is derived from it is derived once.
  package private(set) var modelRevision: UInt64 = 0
  package internal(set) var iceGatheringState = RTCIceGatheringState.new
  package internal(set) var iceConnectionState = RTCIceConnectionState.new
  package internal(set) var connectionState = RTCPeerConnectionState.new

  let crypto: any CryptoProvider
  let random: RandomSource
  let wallClock: WallClock
  var payloadFormats: PayloadFormats
  var transports: [EngineTransport] = []
  private var playoutDelays: [TransceiverID: TimeDelta] = [:]
  var negotiated = NegotiatedSession()
  /// `nil` until there is a data channel or a section for some.
  var data: DataTransport?
  var output: EngineOutput
  var stunServers: [StunServer] = []
  var isClosed = false
  /// A transport changed its state, came or went since the connection's states were derived.
  var areStatesStale = true
  /// What statistics said when it was closed.
  var finalStatistics: EngineStatistics?
  /// The last time anything was told: outputs that need a time and are asked for without one take this.
  var lastTime: MonotonicTime
  /// Something happened since outputs were last collected.
  private var isDirty = false

  /// A STUN server by the number the shell gave it, its addresses once resolved.
  struct StunServer {
    var index: Int
    var addresses: [TransportAddress]?
  }

  package init(
    configuration: EngineConfiguration, payloadFormats: PayloadFormats = PayloadFormats(), crypto: any CryptoProvider,
    random: RandomSource, wallClock: WallClock, pool: PacketPool = PacketPool(), now: MonotonicTime
  ) {
    self.configuration = configuration
    self.payloadFormats = payloadFormats
    self.crypto = crypto
    self.random = random
    self.wallClock = wallClock
    self.pool = pool
    jsep = JSEPSession(configuration: configuration.jsep, random: random)
    output = EngineOutput(limits: configuration.limits)
    lastTime = now
  }

  // MARK: Inputs

  /// Takes one datagram, whatever it holds.
  /// - Parameters:
  ///   - remote: where it came from.
  ///   - base: the local address of the socket that it came to.
  package mutating func handle(
    _ datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress, now: MonotonicTime
  ) {
    guard let index = transportIndex(for: datagram, from: remote, to: base) else { return }
    lastTime = now
    isDirty = true
    guard let section = transports[index].receive(datagram, from: remote, to: base, now: now) else {
      // The peer's media may be in the same batch as the flight that completes the keys.
      if DatagramKind(datagram) == .dtls, transports[index].session.pumpDTLS(crypto: crypto, now: now) {
        transports[index].needsTargets = true
      }
      receiveData(index, now: now)
      return
    }
    let transceiver = transports[index].media.sections[section].negotiated.transceiverID
    output.append(.receivingChanged(transceiver, isReceiving: true))
  }

  /// With BUNDLE there is one transport. Otherwise checks name theirs, and the rest comes from an address that one of them knows.
  private mutating func transportIndex(
    for datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress
  ) -> Int? {
    if transports.count <= 1 { return transports.isEmpty ? nil : 0 }
    if DatagramKind(datagram) == .stun {
      if let fragment = STUNUsername.localUfrag(of: datagram) {
        return transports.firstIndex { $0.session.ice.localCredentials?.ufrag == fragment }
      }
      // An answer names nobody, and transports may share a socket.
      return transports.firstIndex { $0.session.ice.isExpecting(datagram) }
        ?? transports.firstIndex { $0.addresses.contains(base) }
    }
    // A look-up of the agent's changes nothing, but is spared a copy of it by being mutating.
    for index in transports.indices where transports[index].session.ice.isValidated(remote, at: base) { return index }
    // The peer may have moved.
    return transports.firstIndex { $0.addresses.contains(base) }
  }

  /// A frame of a transceiver's encoder; it goes into the pacer whole, or not at all.
  /// - Returns: `false` when the frame was refused: nothing is negotiated or connected, or too much waits already.
  @discardableResult
  package mutating func send(_ frame: EncodedFrame, on transceiver: TransceiverID, now: MonotonicTime) -> Bool {
    lastTime = now
    for index in transports.indices where transports[index].session.isConnected {
      let section = transports[index].media.sections.first { $0.negotiated.transceiverID == transceiver }
      guard let stream = section?.sendStream else { continue }
      isDirty = true
      return transports[index].media.sender.send(frame, on: stream, now: now) == .queued
    }
    return false
  }

  /// A decoder could not go on: the stream needs a key frame.
  package mutating func requestKeyFrame(from transceiver: TransceiverID, now: MonotonicTime) {
    lastTime = now
    isDirty = true
    forEachReceiver(of: transceiver) { $0.stream.requestKeyFrame() }
  }

  /// At least so much delay between arrival and playout (`jitterBufferTarget`).
  package mutating func setPlayoutDelay(_ delay: TimeDelta, of transceiver: TransceiverID) {
    playoutDelays[transceiver] = delay > .zero ? delay : nil
    for index in transports.indices { applyPlayoutDelays(to: index) }
    forEachReceiver(of: transceiver) { $0.stream.playoutDelayTarget = delay }
  }

  /// For the receivers that are yet to be made.
  mutating func applyPlayoutDelays(to index: Int) {
    for section in transports[index].media.sections.indices {
      let transceiver = transports[index].media.sections[section].negotiated.transceiverID
      transports[index].media.sections[section].playoutDelay = playoutDelays[transceiver] ?? .zero
    }
  }

  private mutating func forEachReceiver(
    of transceiver: TransceiverID, _ body: (inout MediaTransport.Receiver) -> Void
  ) {
    for index in transports.indices {
      for number in transports[index].media.receivers.indices {
        let section = transports[index].media.receivers[number].section
        guard transports[index].media.sections[section].negotiated.transceiverID == transceiver else { continue }
        body(&transports[index].media.receivers[number])
      }
    }
  }

  // MARK: Time

  /// When `handleTimeout` wants to be called, and who wants it.
  package var deadline: Deadline? {
    mutating get {
      var earliest: Deadline?
      for index in transports.indices {
        earliest = .earliest(earliest, transports[index].deadline(now: lastTime))
      }
      return .earliest(earliest, dataDeadline)
    }
  }

  package mutating func handleTimeout(now: MonotonicTime) {
    lastTime = now
    isDirty = true
    for index in transports.indices {
      transports[index].session.handleTimeout(now: now)
      transports[index].media.sender.handleTimeout(now: now)
      transports[index].media.synchronize(now: now)
    }
    data?.handleTimeout(now: now)
  }

  // MARK: Outputs

  /// The next datagram to send; `nil` when there is none now.
  package mutating func pollDatagram(now: MonotonicTime) -> OutgoingDatagram? {
    lastTime = now
    if isDirty {
      isDirty = false
      collect(now: now)
    }
    if let datagram = output.popDatagram() { return datagram }
    for index in transports.indices {
      if let datagram = transports[index].nextMediaDatagram(now: now) { return datagram }
    }
    if let datagram = nextDataDatagram(now: now) { return datagram }
    renewDataAllowance()
    return nil
  }

  package mutating func pollEvent() -> EngineEvent? { output.popEvent() }

  mutating func setDirty(now: MonotonicTime) {
    lastTime = now
    isDirty = true
  }

  /// Takes what the machines inside have to say, once per batch of inputs.
  mutating func collect(now: MonotonicTime) {
    for index in transports.indices {
      collectTransport(index, now: now)
      collectEndedSections(index)
      guard transports[index].session.srtp != nil else { continue }
      collectReceivers(index, now: now)
      collectSender(index, now: now)
    }
    updateStates(now: now)
    for index in transports.indices {
      while let datagram = transports[index].nextControlDatagram(now: now) { output.append(datagram, pool: pool) }
    }
    collectData(now: now)
  }
}
