import RTCBase
import RTCICE
import RTCRTP
import RTCReceive
import RTCSecurity

/// One transport whole: its path and keys, and the media that goes over them.
struct EngineTransport {
  var session: TransportSession
  var media: MediaTransport
  /// The number of the credentials that the agent was given last.
  var generation: Int?
  /// Sockets that the shell opened for it.
  var addresses: [TransportAddress] = []
  var knownRemoteCandidates = 0
  var knowsRemoteEnd = false
  var knowsRemoteCredentials = false
  var mediaState: MediaState?
  /// Encoders are to be told anew what to make.
  var needsTargets = false
  var announcedStates = ConnectionStates.Transport(ice: .new, dtls: .new)
  let pool: PacketPool

  init(session: TransportSession, media: MediaTransport, pool: PacketPool) {
    self.session = session
    self.media = media
    self.pool = pool
  }

  /// The states as they are told. It gathers from the description on, though the agent waits for sockets.
  var states: ConnectionStates.Transport {
    var states = session.states
    if generation != nil, states.gathering == .new { states.gathering = .gathering }
    return states
  }

  /// The states, once for every change. Mutating for speed: what is mutating is called in place.
  mutating func takeChangedStates() -> ConnectionStates.Transport? {
    let states = states
    guard states != announcedStates else { return nil }
    announcedStates = states
    return states
  }

  // MARK: In

  /// - Returns: the section whose first packet this is.
  mutating func receive(
    _ datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress, now: MonotonicTime
  ) -> Int? {
    switch session.handle(datagram, from: remote, to: base, now: now) {
    case .consumed: return nil
    case .rtp: return receiveRTP(datagram, from: remote, to: base, now: now)
    case .rtcp:
      receiveRTCP(datagram, from: remote, to: base, now: now)
      return nil
    }
  }

  private mutating func receiveRTP(
    _ datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress, now: MonotonicTime
  ) -> Int? {
    guard let header = RTPHeader(parsingProtected: datagram) else {
      media.countMalformed()
      return nil
    }
    guard media.shouldAccept(header) else {
      media.countDuplicate()
      return nil
    }
    guard let srtp = session.srtp, let packet = pool.take(copying: datagram) else {
      media.countMalformed()
      return nil
    }
    do {
      try srtp.unprotectRTP(packet)
    } catch {
      media.countRejected()
      pool.give(packet)
      return nil
    }
    session.ice.recordReceived(byteCount: datagram.byteCount, from: remote, to: base, now: now)
    return media.receive(packet, header, size: datagram.byteCount, now: now)
  }

  private mutating func receiveRTCP(
    _ datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress, now: MonotonicTime
  ) {
    guard let srtp = session.srtp, let packet = pool.take(copying: datagram) else {
      media.countMalformed()
      return
    }
    defer { pool.give(packet) }
    do {
      try srtp.unprotectRTCP(packet)
    } catch {
      media.countRejected()
      return
    }
    session.ice.recordReceived(byteCount: datagram.byteCount, from: remote, to: base, now: now)
    media.receiveControl(packet.bytes, now: now)
  }

  // MARK: Out

  /// The next packet of media that may go now, protected.
  mutating func nextMediaDatagram(now: MonotonicTime) -> OutgoingDatagram? {
    guard let path = session.path, let srtp = session.srtp else { return nil }
    while let packet = media.sender.nextPacket(now: now) {
      // The original stays in the retransmission cache; this copy is protected in place.
      let copy = pool.take()
      copy.assign(packet.buffer.bytes)
      do {
        try srtp.protectRTP(copy)
      } catch {
        pool.give(copy)
        continue
      }
      return send(copy, on: path, now: now)
    }
    return nil
  }

  /// Mutating for speed: what is mutating is called in place.
  mutating func canSendData() -> Bool { session.isConnected && session.path != nil }

  /// An SCTP packet as a datagram; `nil` when DTLS cannot send it.
  mutating func makeDataDatagram(_ bytes: RawSpan, now: MonotonicTime) -> OutgoingDatagram? {
    guard let path = session.path else { return nil }
    let packet = pool.take()
    guard session.protect(bytes, into: packet) else {
      pool.give(packet)
      return nil
    }
    return send(packet, on: path, now: now)
  }

  private mutating func send(_ packet: PacketBuffer, on path: ICEPath, now: MonotonicTime) -> OutgoingDatagram {
    session.sent(packet.count, now: now)
    session.ice.recordSent(byteCount: packet.count, now: now)
    return OutgoingDatagram(packet: packet, source: path.base, destination: path.remote)
  }

  /// What ICE and DTLS want sent.
  mutating func nextControlDatagram(now: MonotonicTime) -> OutgoingDatagram? {
    while let transmit = session.ice.pollTransmit() {
      guard let packet = transmit.bytes.withRawSpan({ pool.take(copying: $0) }) else { continue }
      return OutgoingDatagram(packet: packet, source: transmit.source, destination: transmit.destination)
    }
    while let path = session.path, let flight = session.popFlight() {
      guard let packet = flight.withRawSpan({ pool.take(copying: $0) }) else { continue }
      return send(packet, on: path, now: now)
    }
    return nil
  }

  /// Builds as many compound packets as `messages` need, each begun with a report and a name where the peer wants that, and protects them.
  ///
  /// - Parameter messages: reports first, then the source description.
  mutating func sendControl(
    _ messages: [RTCPPacket], needsReport: Bool, to output: inout EngineOutput, now: MonotonicTime
  ) {
    guard let path = session.path, let srtp = session.srtp, !messages.isEmpty else { return }
    var rest = messages[...]
    while !rest.isEmpty {
      var writer = RTCPWriter(into: pool.take(), maximumByteCount: RTCPWriter.defaultMaximumByteCount)
      var hasProgress = needsReport && begin(&writer, with: &rest)
      // Reports have their place at the beginning: those that are left begin the next packet.
      while let message = rest.first, !(needsReport && message.isReport), writer.take(message, of: &rest) {
        hasProgress = true
      }
      // What neither fits a packet nor can be cut is left out: nobody could send it.
      if !hasProgress { rest.removeFirst() }
      media.sender.reports.observe(byteCount: writer.byteCount)
      protectControl(writer.packet, srtp, path, to: &output, now: now)
    }
  }

  /// Begins a compound packet as RFC 3550 §6.1 wants it: with reports, one without blocks at least, and a canonical name.
  ///
  /// - Returns: whether that took something of `rest`.
  private func begin(_ writer: inout RTCPWriter, with rest: inout ArraySlice<RTCPPacket>) -> Bool {
    let name = media.makeOwnDescription()
    let reserved = name?.byteCount ?? 0
    var hasReport = false
    while let message = rest.first, message.isReport, writer.take(message, of: &rest, reserving: reserved) {
      hasReport = true
    }
    if !hasReport { writer.append(.receiverReport(ReceiverReport(ssrc: media.controlSSRC))) }
    if case .sourceDescription(let all) = rest.first, writer.append(.sourceDescription(all)) {
      rest.removeFirst()
      return true
    }
    if let name { writer.append(.sourceDescription(name)) }
    return hasReport
  }

  private mutating func protectControl(
    _ packet: PacketBuffer, _ srtp: any SRTPContext, _ path: ICEPath, to output: inout EngineOutput, now: MonotonicTime
  ) {
    guard !packet.isEmpty, (try? srtp.protectRTCP(packet)) != nil else {
      pool.give(packet)
      return
    }
    output.append(send(packet, on: path, now: now), pool: pool)
  }

  // MARK: Time

  /// Mutating for speed: what is mutating is called in place.
  mutating func deadline(now: MonotonicTime) -> Deadline? {
    let control = session.deadline
    guard session.srtp != nil else { return control }
    return Deadline.earliest(control, media.deadline(canSend: session.path != nil, now: now))
  }
}

extension RTCPPacket {
  fileprivate var isReport: Bool {
    switch self {
    case .senderReport, .receiverReport: true
    default: false
    }
  }
}

extension RTCPWriter {
  /// Appends as much of the first of `messages` as fits, and leaves there what is still to be sent.
  ///
  /// - Returns: whether anything was appended.
  fileprivate mutating func take(
    _ first: RTCPPacket, of messages: inout ArraySlice<RTCPPacket>, reserving reserved: Int = 0
  ) -> Bool {
    switch appendPart(of: first, reserving: reserved) {
    case .whole: messages.removeFirst()
    case .some(let rest): messages[messages.startIndex] = rest
    case .none: return false
    }
    return true
  }
}
