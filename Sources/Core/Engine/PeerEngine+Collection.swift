import RTCBase
import RTCICE
import RTCJSEP
import RTCRTP
import RTCReceive
import RTCSDP
import RTCSend
import WebRTCTypes

/// Takes what the machines inside have to say and turns it into datagrams and events.
extension PeerEngine {
  // MARK: ICE and DTLS

  mutating func collectTransport(_ index: Int, now: MonotonicTime) {
    while let event = transports[index].session.ice.pollEvent() { handle(event, of: index, now: now) }
    let wasConnected = transports[index].session.isConnected
    _ = transports[index].session.pumpDTLS(crypto: crypto, now: now)
    receiveData(index, now: now)
    if wasConnected != transports[index].session.isConnected || transports[index].needsTargets {
      transports[index].needsTargets = false
      announceTargets(of: index)
    }
  }

  private mutating func handle(_ event: ICEEvent, of index: Int, now: MonotonicTime) {
    switch event {
    case .candidateGathered(let candidate): announce(candidate, of: index)
    case .candidateFailed(let error):
      output.append(
        .candidateError(
          EngineCandidateError(
            serverIndex: error.serverIndex, address: error.base.map { "\($0.ip)" }, port: error.base?.port,
            code: error.code, text: error.text)))
    case .gatheringStateChanged(let state):
      if state == .complete { announceEndOfCandidates(of: index) }
      transports[index].announcedStates.gathering = RTCIceGathererState(state)
      output.append(.transportChanged(transports[index].session.id, transports[index].announcedStates))
      updateGatheringState()
    case .pathChanged(let path):
      transports[index].needsTargets = true
      transports[index].session.pathChanged(now: now)
      if path != nil { output.append(.pathChanged(transports[index].session.id)) }
    case .remoteAddressValidated(let remote, let base):
      output.append(.remoteAddressValidated(remote: remote, local: base))
    case .stateChanged, .selectedPairChanged, .roleChanged: break
    }
  }

  private mutating func announce(_ local: ICELocalCandidate, of index: Int) {
    let fragment = transports[index].session.ice.localCredentials?.ufrag
    let attribute = CandidateAttribute(
      local.candidate, usernameFragment: fragment,
      hidesRelatedAddress: !configuration.ice.privacyMode.announcesHostCandidates)
    let id = transports[index].session.id
    guard let generation = transports[index].generation, let transport = negotiated.transport(id) else { return }
    jsep.addLocalCandidate(attribute, transport: id, generation: generation)
    output.append(
      .candidate(
        RTCIceCandidate(
          attribute, sdpMid: transport.mids.first, sdpMLineIndex: UInt16(clamping: transport.sectionIndex),
          usernameFragment: fragment), serverIndex: local.serverIndex))
  }

  private mutating func announceEndOfCandidates(of index: Int) {
    let id = transports[index].session.id
    guard let generation = transports[index].generation, let transport = negotiated.transport(id) else { return }
    jsep.addLocalCandidate(nil, transport: id, generation: generation)
    let end = RTCIceCandidateInit(
      candidate: "", sdpMid: transport.mids.first, sdpMLineIndex: UInt16(clamping: transport.sectionIndex),
      usernameFragment: transports[index].session.ice.localCredentials?.ufrag)
    if let candidate = try? RTCIceCandidate(end) { output.append(.candidate(candidate, serverIndex: nil)) }
  }

  // MARK: Received media

  /// Streams that said BYE, and all of them when the peer has closed the transport.
  mutating func collectEndedSections(_ index: Int) {
    var ended = transports[index].media.takeEndedSections()
    if transports[index].session.srtp == nil { ended += transports[index].media.endReceiving() }
    // A description, or a new stream of the section, may have come between the end of a stream and this.
    for section in ended where section < transports[index].media.sections.count {
      guard !transports[index].media.sections[section].isReceiving else { continue }
      let transceiver = transports[index].media.sections[section].negotiated.transceiverID
      output.append(.receivingChanged(transceiver, isReceiving: false))
    }
  }

  mutating func collectReceivers(_ index: Int, now: MonotonicTime) {
    var messages: [RTCPPacket] = []
    for position in transports[index].media.receivers.indices {
      guard let due = transports[index].media.receivers[position].stream.takeDeadline(), due.time <= now else {
        continue
      }
      collectReceiver(position, of: index, messages: &messages, now: now)
    }
    while let feedback = transports[index].media.feedback?.pollFeedback(now: now) {
      messages.append(.transportFeedback(feedback))
    }
    if !messages.isEmpty {
      let needsReport = !transports[index].media.usesReducedSize
      transports[index].sendControl(messages, needsReport: needsReport, to: &output, now: now)
    }
  }

  private mutating func collectReceiver(
    _ position: Int, of index: Int, messages: inout [RTCPPacket], now: MonotonicTime
  ) {
    let section = transports[index].media.receivers[position].section
    let transceiver = transports[index].media.sections[section].negotiated.transceiverID
    let mimeTypes = transports[index].media.receivers[position].mimeTypes
    while let frame = transports[index].media.receivers[position].stream.pollFrame(now: now) {
      let mimeType = mimeTypes.first { $0.payloadType == frame.payloadType }?.mimeType
      output.append(.videoFrame(transceiver, frame, mimeType: mimeType ?? "video/unknown"))
    }
    while let playout = transports[index].media.receivers[position].stream.pollPlayout(now: now) {
      let mimeType = mimeTypes.first { $0.payloadType == playout.payloadType }?.mimeType
      output.append(.audioPlayout(transceiver, playout, mimeType: mimeType ?? "audio/unknown"))
    }
    var requests: [SequenceNumber] = []
    transports[index].media.receivers[position].stream.pollRequests(now: now, into: &requests)
    let request = transports[index].media.receivers[position].stream.pollKeyFrameRequest(now: now)
    guard !requests.isEmpty || request != nil else { return }
    let sender = transports[index].media.controlSSRC
    let ssrc = transports[index].media.receivers[position].stream.ssrc
    if !requests.isEmpty {
      messages.append(
        .negativeAcknowledgement(
          NegativeAcknowledgement(senderSSRC: sender, mediaSSRC: ssrc, sequenceNumbers: requests)))
    }
    switch request {
    case .pictureLossIndication:
      messages.append(.pictureLossIndication(PictureLossIndication(senderSSRC: sender, mediaSSRC: ssrc)))
    case .fullIntraRequest(let sequenceNumber):
      messages.append(
        .fullIntraRequest(
          FullIntraRequest(senderSSRC: sender, entries: [.init(ssrc: ssrc, sequenceNumber: sequenceNumber)])))
    case nil: break
    }
  }

  // MARK: Sent media

  mutating func collectSender(_ index: Int, now: MonotonicTime) {
    var areTargetsChanged = false
    while let event = transports[index].media.sender.pollEvent() {
      switch event {
      case .keyFrameRequested(let stream):
        guard let section = transports[index].media.sections.first(where: { $0.sendStream == stream }) else { continue }
        output.append(.keyFrameRequested(section.negotiated.transceiverID))
      case .encoderTargetChanged: areTargetsChanged = true
      }
    }
    if areTargetsChanged { announceTargets(of: index) }
    guard transports[index].session.path != nil, transports[index].media.sender.reports.isDue(now: now) else { return }
    let reports = transports[index].media.makeReports(now: now)
    transports[index].sendControl(reports, needsReport: true, to: &output, now: now)
  }

  /// Tells encoders what to make, where that changed.
  mutating func announceTargets(of index: Int) {
    let isOpen = transports[index].session.isConnected && transports[index].session.path != nil
    let loss = (transports[index].media.sender.estimator.estimate.fractionLost * 20).rounded() / 20
    for position in transports[index].media.sections.indices {
      let section = transports[index].media.sections[position]
      let encoding = jsep.transceiver(section.negotiated.transceiverID)?.sender.encodings.first
      let bitrate = section.sendStream.flatMap { transports[index].media.sender.encoderTarget(of: $0) }
      let target = EncodingTarget(
        isActive: isOpen && section.sendStream != nil && section.sendCodec != nil && section.settings.isActive,
        bitrate: bitrate ?? .zero,
        codec: section.sendCodec, packetTime: section.negotiated.packetTime,
        encoding: encoding ?? RTCRtpEncodingParameters(), packetLoss: loss)
      guard target != section.announcedTarget else { continue }
      transports[index].media.sections[position].announcedTarget = target
      output.append(.encodingTargetChanged(section.negotiated.transceiverID, target))
    }
  }

  // MARK: States

  /// Tells of states that changed, the transports' before the connection's (webrtc-pc §4.3.3, PC-14).
  mutating func updateStates(now: MonotonicTime) {
    for index in transports.indices {
      guard let states = transports[index].takeChangedStates() else { continue }
      areStatesStale = true
      output.append(.transportChanged(transports[index].session.id, states))
    }
    guard areStatesStale else { return }
    areStatesStale = false
    if transports.count > 1 { sharePace(now: now) }
    updateGatheringState()
    let states = transports.map(\.announcedStates)
    let ice = ConnectionStates.iceConnection(states, isClosed: isClosed)
    if ice != iceConnectionState {
      iceConnectionState = ice
      output.append(.iceConnectionStateChanged(ice))
    }
    let connection = ConnectionStates.connection(states, isClosed: isClosed)
    if connection != connectionState {
      connectionState = connection
      output.append(.connectionStateChanged(connection))
    }
  }

  /// Follows each change on its own, so that nobody sees candidates of a connection that does not gather (PC-11).
  private mutating func updateGatheringState() {
    let gathering = ConnectionStates.iceGathering(transports.map(\.announcedStates))
    guard gathering != iceGatheringState else { return }
    iceGatheringState = gathering
    output.append(.iceGatheringStateChanged(gathering))
    if gathering == .complete { output.append(.candidatesComplete) }
  }

  // MARK: End

  /// Says goodbye on every transport and ends everything. What that sends is still to be drained; no event follows (webrtc-pc §4.4.2, close).
  package mutating func close(now: MonotonicTime) {
    guard !isClosed else { return }
    lastTime = now
    finalStatistics = makeStatistics(now: now).closed()
    closeData(now: now)
    for index in transports.indices {
      if let goodbye = transports[index].media.sender.makeGoodbye() {
        transports[index].sendControl([.goodbye(goodbye)], needsReport: true, to: &output, now: now)
      }
      transports[index].session.close(now: now)
      while let datagram = transports[index].nextControlDatagram(now: now) { output.append(datagram, pool: pool) }
      transports[index].media.close()
      transports[index].session.tearDown()
    }
    isClosed = true
    jsep.close()
    iceConnectionState = .closed
    connectionState = .closed
    while output.popEvent() != nil {}
  }
}
