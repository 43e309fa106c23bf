import RTCBase
import RTCEngine
import RTCICE
import RTCJSEP
import RTCReceive
import RTCSCTP
import RTCSecurity
import WebRTCTypes

/// A whole engine with the least of a shell around it: addresses, encoders that are synthetic or the test's own, and a record of what came out.
///
/// It stands for one `RTCPeerConnection`, so it is in one call at a time.
public final class SimulatedPeer {
  /// What it was added as.
  public let name: String
  package var addresses: [TransportAddress]
  package var engine: PeerEngine

  package private(set) var candidates: [RTCIceCandidateInit] = []
  package private(set) var connectionStates: [(time: MonotonicTime, state: RTCPeerConnectionState)] = []
  package private(set) var modelEvents: [JSEPEvent] = []
  package private(set) var negotiationNeededCount = 0
  package private(set) var targets: [TransceiverID: EncodingTarget] = [:]
  package private(set) var receiving: [TransceiverID: Bool] = [:]
  package private(set) var keyFrameRequests = 0
  /// Counters of the frames that came out, in order, with the time of each.
  package private(set) var videoFrames: [(time: MonotonicTime, counter: UInt32)] = []
  package private(set) var audioFrames: [(time: MonotonicTime, counter: UInt32)] = []
  /// When each frame was captured here: the first is number 1.
  package private(set) var videoCaptureTimes: [MonotonicTime] = []
  package private(set) var audioCaptureTimes: [MonotonicTime] = []
  /// How long pictures take from capture to the network more than sound.
  package var videoDelay = TimeDelta.zero
  /// Of sound that it sends from the next negotiation on.
  package var packetTime = SyntheticAudio.PacketTime.normal
  package private(set) var concealedTicks = 0
  package private(set) var playedTicks = 0
  /// What data channels told, in order.
  package private(set) var dataEvents: [DataChannelEvent] = []
  /// Messages of each channel with the time of each, while `takesMessages`.
  package private(set) var messages: [DataChannelHandle: [(time: MonotonicTime, message: DataChannelMessage)]] = [:]
  package var takesMessages = true
  /// Synthetic frames that were neither whole nor in order: there must be none.
  package private(set) var brokenFrames = 0
  /// When frames were due and packets of sound were played, whoever made them.
  private(set) var videoTimes: [MonotonicTime] = []
  private(set) var audioTimes: [MonotonicTime] = []

  /// The tracks that it sends, in the order in which they were added.
  public internal(set) var senders: [SimulatedSender] = []
  /// The data channels that either side made, in the order in which they came to be.
  public internal(set) var dataChannels: [SimulatedDataChannel] = []
  /// Called with each frame that arrives, when it is due. Like all observers it may change peers and simulation, but not run it.
  public var onFrame: ((ReceivedFrame) -> Void)?
  /// Called with each data channel that the other side made.
  public var onDataChannel: ((SimulatedDataChannel) -> Void)?
  /// Called with each new state of the connection.
  public var onStateChange: ((RTCPeerConnectionState) -> Void)?
  /// A hash of every datagram that it has sent while `Simulation.hashesTraffic`.
  public var trafficHash: UInt64 { trafficDigest.word }

  /// Tracks added so far.
  var trackCount = 0
  var trafficDigest = StandInHash(seed: 0)
  let crypto: ObservedCrypto
  /// The simulation's.
  let time: SimulationClock
  /// Something was asked of the engine since it was last settled.
  var isTouched = false
  var sources: [TransceiverID: Source] = [:]
  /// Candidates not yet signalled: they follow their description.
  package var unsignalled: [RTCIceCandidateInit] = []
  /// Whether it runs; one that does not neither sends nor hears anything.
  public var isAlive = true
  var clock = DriftingClock()
  /// STUN servers to ask.
  var servers: [TransportAddress] = []

  enum Source {
    case video(SyntheticVideo, next: MonotonicTime)
    case audio(SyntheticAudio, next: MonotonicTime)
    case frames(FrameSource)

    var next: MonotonicTime {
      switch self {
      case .video(_, let next), .audio(_, let next): next
      case .frames(let source): source.next
      }
    }
  }

  init(
    name: String, addresses: [TransportAddress], certificate: any LocalCertificate, crypto: ObservedCrypto,
    random: RandomSource, time: SimulationClock, configure: (inout EngineConfiguration) -> Void
  ) {
    self.name = name
    self.addresses = addresses
    self.crypto = crypto
    self.time = time
    var configuration = EngineConfiguration(
      jsep: JSEPConfiguration(fingerprints: certificate.fingerprints), certificate: certificate)
    configure(&configuration)
    engine = PeerEngine(
      configuration: configuration, crypto: crypto, random: random,
      wallClock: WallClock(nanosecondsSince1970: 1_790_000_000_000_000_000, at: .zero), now: time.now)
  }

  package var connectedAt: MonotonicTime? { connectionStates.first { $0.state == .connected }?.time }
  /// As `RTCPeerConnection.connectionState` has it.
  public var connectionState: RTCPeerConnectionState { engine.connectionState }

  /// What the peer's own clock shows.
  package func localTime(_ now: MonotonicTime) -> MonotonicTime { clock.local(now) }

  /// Asks something of the engine; what it sends for that leaves when the simulation goes on.
  func change<Result, Failure: Error>(
    _ body: (inout PeerEngine, MonotonicTime) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    isTouched = true
    return try body(&engine, localTime(time.now))
  }

  /// Gives a transceiver a synthetic encoder, which follows the engine's targets.
  package func attachSource(to transceiver: TransceiverID, now: MonotonicTime) {
    switch engine.jsep.transceiver(transceiver)?.kind {
    case .video: sources[transceiver] = .video(SyntheticVideo(), next: now)
    case .audio: sources[transceiver] = .audio(SyntheticAudio(packetTime: packetTime), next: now)
    case nil: break
    }
  }

  // MARK: Driven by the simulation

  var nextTime: MonotonicTime? {
    guard isAlive else { return nil }
    var next = (engine.deadline?.time).map { clock.global($0) }
    for (id, source) in sources where targets[id]?.isActive == true {
      let due = clock.global(source.next)
      next = min(next ?? due, due)
    }
    return next
  }

  func runSources(now simulationTime: MonotonicTime) {
    let now = localTime(simulationTime)
    for id in sources.keys.sorted() {
      guard let target = targets[id], target.isActive, let source = sources[id] else { continue }
      switch source {
      case .video(var video, let next):
        guard next <= now else { continue }
        video.bitrate = target.bitrate
        let captured = now - videoDelay
        videoCaptureTimes.append(captured)
        if !engine.send(video.next(now: captured), on: id, now: now) { video.needsKeyFrame = true }
        sources[id] = .video(video, next: max(next + video.frameInterval, now - .milliseconds(100)))
      case .audio(var audio, let next):
        guard next <= now else { continue }
        audioCaptureTimes.append(now)
        engine.send(audio.next(now: now), on: id, now: now)
        sources[id] = .audio(audio, next: max(next + audio.packetTime.interval, now - .milliseconds(100)))
      case .frames(let frames): if frames.next <= now { runSource(frames, of: id, target, now: simulationTime) }
      }
    }
  }

  func takeEvents(now: MonotonicTime) {
    while let event = engine.pollEvent() { handle(event, now: now) }
  }

  private func handle(_ event: EngineEvent, now: MonotonicTime) {
    switch event {
    case .gatheringNeeded(let transport, _):
      for (position, address) in addresses.enumerated() {
        // Each transport has ports of its own.
        let own = TransportAddress(
          address.ip, port: address.port &+ UInt16(truncatingIfNeeded: transport.rawValue * 16))
        engine.addLocalAddress(
          own, interface: ICEInterface(name: "eth\(position)"), transport: transport, now: localTime(now))
      }
      engine.setSTUNServers(Array(servers.indices))
      engine.localAddressesComplete(transport: transport, now: localTime(now))
      for (index, server) in servers.enumerated() {
        engine.resolveSTUNServer(index, addresses: [server], now: localTime(now))
      }
    case .candidate(let candidate, _):
      let signalled = RTCIceCandidateInit(
        candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex,
        usernameFragment: candidate.usernameFragment)
      candidates.append(signalled)
      unsignalled.append(signalled)
    case .connectionStateChanged(let state):
      connectionStates.append((now, state))
      onStateChange?(state)
    case .model(let event): modelEvents.append(event)
    case .negotiationNeeded: negotiationNeededCount += 1
    case .encodingTargetChanged(let id, let target):
      if target.isActive, targets[id]?.isActive != true { restartSource(id, now: localTime(now)) }
      targets[id] = target
    case .keyFrameRequested(let id):
      keyFrameRequests += 1
      requireKeyFrame(of: id)
      senders.first { $0.id == id }?.onKeyFrameRequest?()
    case .receivingChanged(let id, let isReceiving): receiving[id] = isReceiving
    case .videoFrame(let id, let frame, let mimeType):
      note(frame, now: now)
      tell(frame.frame.bytes, .video, id, mimeType, frame.frame.isKeyFrame, frame.frame.rtpTimestamp, now: now)
    case .audioPlayout(let id, let playout, let mimeType):
      note(playout, now: now)
      if case .decode(let payload) = playout.action {
        tell(payload, .audio, id, mimeType, true, playout.rtpTimestamp, now: now)
      }
    case .dataChannel(let event): handle(event, now: now)
    default: break
    }
  }

  private func handle(_ event: DataChannelEvent, now: MonotonicTime) {
    dataEvents.append(event)
    switch event {
    case .channelArrived(let handle): if let channel = addDataChannel(handle) { onDataChannel?(channel) }
    case .opened(let handle): dataChannel(handle)?.onOpen?()
    case .messagesAvailable(let handle): if takesMessages { takeMessages(from: handle, now: now) }
    case .closed(let handle, _): dataChannel(handle)?.onClose?()
    case .associationChanged, .bufferedAmountLow, .closing: break
    }
  }

  /// Takes what waits in a channel.
  package func takeMessages(from channel: DataChannelHandle, now: MonotonicTime) {
    while let message = engine.takeMessage(from: channel, now: now) {
      messages[channel, default: []].append((now, message))
      if let observer = dataChannel(channel)?.onMessage { observer(RTCDataChannelMessage(message)) }
    }
  }

  /// Channels that the peer opened, in order.
  package var arrivedChannels: [DataChannelHandle] {
    dataEvents.compactMap { if case .channelArrived(let channel) = $0 { channel } else { nil } }
  }

  private func restartSource(_ id: TransceiverID, now: MonotonicTime) {
    requireKeyFrame(of: id)
    switch sources[id] {
    case .video(let video, _): sources[id] = .video(video, next: now)
    case .audio(let audio, _): sources[id] = .audio(audio, next: now)
    case .frames(var frames):
      frames.next = now
      sources[id] = .frames(frames)
    case nil: break
    }
  }

  private func requireKeyFrame(of id: TransceiverID) {
    switch sources[id] {
    case .video(var video, let next):
      video.needsKeyFrame = true
      sources[id] = .video(video, next: next)
    case .frames(var frames):
      frames.needsKeyFrame = true
      sources[id] = .frames(frames)
    case .audio, nil: break
    }
  }

  private func tell(
    _ bytes: [UInt8], _ kind: MediaStreamTrackKind, _ id: TransceiverID, _ mimeType: String, _ isKeyFrame: Bool,
    _ rtpTimestamp: UInt32, now: MonotonicTime
  ) {
    guard let onFrame else { return }
    onFrame(
      ReceivedFrame(
        kind: kind, mid: engine.jsep.transceiver(id)?.mid, mimeType: mimeType, bytes: bytes, isKeyFrame: isKeyFrame,
        time: Duration(now - .zero), rtpTimestamp: rtpTimestamp))
  }

  private func note(_ frame: ReceivedVideoFrame, now: MonotonicTime) {
    videoTimes.append(now)
    guard let counter = SyntheticVideo.counter(of: frame.frame.bytes) else {
      brokenFrames += 1
      return
    }
    if let last = videoFrames.last?.counter, counter <= last || (counter != last + 1 && !frame.frame.isKeyFrame) {
      brokenFrames += 1
    }
    videoFrames.append((now, counter))
  }

  private func note(_ playout: AudioPlayout, now: MonotonicTime) {
    playedTicks += playout.outputSamples
    switch playout.action {
    case .decode(let payload):
      audioTimes.append(now)
      if let counter = SyntheticAudio.counter(of: payload) { audioFrames.append((now, counter)) }
    case .conceal: concealedTicks += playout.outputSamples
    case .decodeForwardErrorCorrection, .silence: break
    }
  }
}
