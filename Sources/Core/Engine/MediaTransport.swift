import RTCBase
import RTCJSEP
import RTCPayload
import RTCRTP
import RTCReceive
import RTCSend
import WebRTCTypes

/// The RTP and RTCP of one transport: which stream a packet belongs to, what comes of it, and what is sent.
///
/// Decrypted packets go in; frames, feedback and reports come out. Protection and sockets are the transport's.
struct MediaTransport {
  /// The receiver of one stream, and the section it belongs to.
  struct Receiver {
    var stream: ReceiveStream
    var section: Int
    /// What the sender's RTCP calls it.
    var cname: String?
    /// Of what the stream may carry.
    let mimeTypes: [(payloadType: PayloadType, mimeType: String)]
  }

  var sections: [MediaSection] = []
  /// In the order of their first packets. A receiver is large: per packet and per batch it is only changed in place, since to read from an
  /// element with a function that is not mutating copies it.
  var receivers: [Receiver] = []
  /// Where in `receivers` a stream is, by its number in the demultiplexer; `nil` for repair streams and those without packets yet.
  private var positions: [Int?] = []
  var sender: MediaSender
  private(set) var counters = MediaCounters()

  /// What all streams together may hold, in bytes.
  var receiveBuffer: Int
  /// Packets since what is held was last compared with the bound, which costs a look at each stream.
  private var uncheckedPackets = 0
  private static let uncheckedLimit = 16

  let pool: PacketPool
  private var demultiplexer: RTPDemultiplexer
  private var extensions = RTPExtensionMap()
  var feedback: TransportFeedbackRecorder?
  var bitrateEstimator: RemoteBitrateEstimator?
  private var synchronization = StreamSynchronizer()
  private var nextSynchronization: MonotonicTime?
  /// Packets came since streams were last synchronized: without them there is nothing to do.
  private var hasReceived = false
  private let formats: PayloadFormats
  private let random: RandomSource
  /// Whom RTCP is from while nothing is sent.
  private let ownSSRC: SSRC
  private var knownRoundTripTime: TimeDelta?
  /// The position of the receiver whose turn it is to be reported on.
  private var nextReported = 0

  static let synchronizationInterval = TimeDelta.milliseconds(200)

  init(
    sender: MediaSender, formats: PayloadFormats, limits: EngineLimits, pool: PacketPool, random: RandomSource
  ) {
    self.sender = sender
    receiveBuffer = limits.receiveBuffer
    self.formats = formats
    self.pool = pool
    self.random = random
    demultiplexer = RTPDemultiplexer(maximumStreamCount: limits.receiveStreams)
    ownSSRC = SSRC(rawValue: random.uint32() | 1)
  }

  // MARK: Negotiation

  /// Takes the sections that the descriptions give this transport; streams that stay what they were go on.
  ///
  /// - Returns: the BYEs of streams that end (RFC 3550 §6.6).
  mutating func configure(
    _ media: [NegotiatedMedia], settings: [TransceiverID: SendSettings], maximumPacketSize: Int, now: MonotonicTime
  ) -> [Goodbye] {
    let before = sections
    sections = media.map { MediaSection($0, settings: settings[$0.transceiverID] ?? SendSettings()) }
    var goodbyes: [Goodbye] = []
    for index in sections.indices {
      guard let old = before.first(where: { $0.negotiated.transceiverID == sections[index].negotiated.transceiverID })
      else { continue }
      sections[index].sendStream = old.sendStream
      sections[index].announcedTarget = old.announcedTarget
      sections[index].isReceiving = old.isReceiving && sections[index].negotiated.direction.receives
    }
    for old in before {
      guard let stream = old.sendStream, !sections.contains(where: { $0.sendStream == stream }) else { continue }
      if let goodbye = sender.removeStream(stream, now: now) { goodbyes.append(goodbye) }
    }
    configureReceivers(before: before, now: now)
    for index in sections.indices {
      let goodbye = configureSender(index, maximumPacketSize: maximumPacketSize, now: now)
      if let goodbye { goodbyes.append(goodbye) }
    }
    if !sections.isEmpty { sender.reports.start(now: now) }
    return goodbyes
  }

  private mutating func configureReceivers(before: [MediaSection], now: MonotonicTime) {
    for number in demultiplexer.configure(sections.map(\.route)) { closeReceiver(number) }
    for number in positions.indices {
      guard let position = positions[number] else { continue }
      let section = receivers[position].section
      // Other codecs need another receiver; it begins with the next packet.
      let isSame =
        section < before.count && section < sections.count
        && before[section].negotiated.receiveCodecs == sections[section].negotiated.receiveCodecs
        && sections[section].negotiated.direction.receives
      if !isSame { closeReceiver(number) }
    }
    // Identifiers mean the same in all sections of a transport (RFC 9143 §9.3).
    extensions = RTPExtensionMap()
    for section in sections {
      let map = section.extensionMap(sendingOnly: false)
      extensions.allowsMixedForms = extensions.allowsMixedForms || map.allowsMixedForms
      for known in RTPExtension.allCases {
        if let id = map.id(of: known) { extensions.set(known, id: id) }
      }
    }
    let usesTransportFeedback =
      extensions.contains(.transportSequenceNumber) && sections.contains { $0.usesFeedback(.transportCC) }
    if !usesTransportFeedback {
      feedback = nil
    } else if feedback == nil {
      feedback = TransportFeedbackRecorder(senderSSRC: ownSSRC)
    }
    let usesEstimates = !usesTransportFeedback && sections.contains { $0.usesFeedback(.remb) }
    if !usesEstimates {
      bitrateEstimator = nil
    } else if bitrateEstimator == nil {
      bitrateEstimator = RemoteBitrateEstimator()
    }
  }

  private mutating func configureSender(_ index: Int, maximumPacketSize: Int, now: MonotonicTime) -> Goodbye? {
    let section = sections[index]
    if section.settings.isStopped {
      guard let stream = section.sendStream else { return nil }
      sections[index].sendStream = nil
      return sender.removeStream(stream, now: now)
    }
    guard let codec = section.sendCodec, let source = section.negotiated.localSources.first else {
      pause(section.sendStream, now: now)
      return nil
    }
    let kind: SendStreamConfiguration.Kind = section.negotiated.kind == .audio ? .audio : .video
    var configuration = SendStreamConfiguration(
      kind: kind, ssrc: source.ssrc, payloadType: codec.payloadType, clockRate: Int(codec.clockRate),
      cname: section.negotiated.cname)
    // Without a stream of its own a packet would be sent again under its number, which AES-GCM must not do (RFC 7714 §8.4).
    configuration.isRetransmissionEnabled = codec.feedback.contains(.nack) && codec.retransmissionPayloadType != nil
    if let repair = codec.retransmissionPayloadType {
      configuration.rtxSSRC = source.retransmissionSSRC
      configuration.rtxPayloadType = repair
    }
    configuration.mid = StreamIdentifier(section.negotiated.mid)
    configuration.rid = source.rid.flatMap { StreamIdentifier($0) }
    configuration.extensions = section.extensionMap(sendingOnly: true)
    configuration.maximumPacketSize = maximumPacketSize
    configuration.isActive = section.settings.isActive
    if let maximum = section.settings.maximumBitrate { configuration.maximumBitrate = maximum }
    if let limit = section.negotiated.maximumBitrate {
      configuration.maximumBitrate = min(configuration.maximumBitrate, limit)
    }
    // RFC 7587 §6.1: what the peer's decoder takes of Opus.
    if let limit = codec.parameters["maxaveragebitrate"].flatMap({ Int64($0) }), (6_000...510_000).contains(limit) {
      configuration.maximumBitrate = min(configuration.maximumBitrate, .bitsPerSecond(limit))
    }
    var goodbye: Goodbye?
    if let stream = section.sendStream {
      let current = sender.configuration(of: stream)
      if current?.ssrc == source.ssrc {
        let isSameFormat = current?.payloadType == codec.payloadType
        sender.updateStream(
          stream, configuration, packetizer: isSameFormat ? nil : makePacketizer(kind, codec.name), now: now)
        return nil
      }
      goodbye = sender.removeStream(stream, now: now)
      sections[index].sendStream = nil
    }
    if let packetizer = makePacketizer(kind, codec.name) {
      sections[index].sendStream = sender.addStream(configuration, packetizer: packetizer, now: now)
    }
    return goodbye
  }

  /// A stream that may not be sent for now keeps its place: when it goes on, with the same SSRC under the same key, so must its sequence
  /// numbers (RFC 3711 §9.1, RFC 7714 §8.1).
  private mutating func pause(_ stream: SendStreamID?, now: MonotonicTime) {
    guard let stream, var configuration = sender.configuration(of: stream) else { return }
    configuration.isActive = false
    sender.updateStream(stream, configuration, now: now)
  }

  private func makePacketizer(_ kind: SendStreamConfiguration.Kind, _ name: String) -> (any Packetizer)? {
    switch kind {
    case .audio: formats.audio("audio/\(name)")?.makePacketizer()
    case .video: formats.video("video/\(name)")?.makePacketizer(random)
    }
  }

  /// Where the receiver of a stream is, by the demultiplexer's number.
  private func position(of number: Int) -> Int? { number < positions.count ? positions[number] : nil }

  private mutating func closeReceiver(_ number: Int) {
    guard let closed = position(of: number) else { return }
    receivers[closed].stream.close()
    synchronization.remove(receivers[closed].stream.ssrc)
    receivers.remove(at: closed)
    positions[number] = nil
    for number in positions.indices {
      if let position = positions[number], position > closed { positions[number] = position - 1 }
    }
  }

  // MARK: Packets

  /// Whether a packet is worth decrypting: not one that was received already.
  mutating func shouldAccept(_ header: RTPHeader) -> Bool {
    guard let number = primary(demultiplexer.stream(for: header.ssrc)), let position = position(of: number) else {
      return true
    }
    return receivers[position].stream.shouldAccept(header)
  }

  /// The stream whose receiver takes packets of stream `number`: itself, or the one that it repairs.
  private func primary(_ number: Int?) -> Int? {
    guard let number, let stream = demultiplexer.streams[number] else { return nil }
    return stream.isRepair ? stream.repairedStream : number
  }

  /// Takes a decrypted packet and its buffer.
  ///
  /// - Returns: the section whose first packet this is.
  mutating func receive(_ buffer: PacketBuffer, _ protectedHeader: RTPHeader, size: Int, now: MonotonicTime) -> Int? {
    var header = protectedHeader
    guard header.resolvePadding(in: buffer.bytes) else {
      counters.malformed &+= 1
      pool.give(buffer)
      return nil
    }
    let values = RTPExtensionValues(parsing: buffer.bytes, header: header, map: extensions)
    if let number = values.transportSequenceNumber {
      feedback?.record(number, mediaSSRC: header.ssrc, arrival: now, byteCount: size)
    }
    bitrateEstimator?.record(absoluteSendTime: values.absoluteSendTime, arrival: now, byteCount: size)
    let number: Int
    switch demultiplexer.route(header, values) {
    case .known(let stream): number = stream
    case .new(let stream):
      number = stream
      closeReceiver(stream)
      // One that moved, or whose number was forgotten, may still count as another's retransmissions.
      for index in receivers.indices where receivers[index].stream.rtxSSRC == header.ssrc {
        receivers[index].stream.rtxSSRC = nil
      }
    case .dropped:
      counters.unrouted &+= 1
      pool.give(buffer)
      return nil
    }
    guard let target = primary(number), let position = prepareReceiver(target, header, now: now) else {
      // Padding that probes the path comes before there is anything to repair.
      counters.unrouted &+= 1
      pool.give(buffer)
      return nil
    }
    sender.reports.noteMedia(now: now)
    hasReceived = true
    if nextSynchronization == nil, receivers.count > 1 { nextSynchronization = now + Self.synchronizationInterval }
    if target != number { receivers[position].stream.rtxSSRC = header.ssrc }
    receivers[position].stream.handle(
      ReceivedRTPPacket(buffer: buffer, header: header, extensions: values, arrival: now))
    uncheckedPackets += 1
    if uncheckedPackets >= Self.uncheckedLimit { boundBuffers() }
    let section = receivers[position].section
    guard target == number, !sections[section].isReceiving else { return nil }
    sections[section].isReceiving = true
    return section
  }

  /// What all streams hold now, in bytes.
  var heldBytes: Int {
    var sum = 0
    for index in receivers.indices { sum += receivers[index].stream.heldBytes }
    return sum
  }

  /// Takes from the greediest stream, its oldest first, until all together hold what they may.
  private mutating func boundBuffers() {
    uncheckedPackets = 0
    var held = heldBytes
    while held > receiveBuffer {
      var (greediest, most) = (0, 0)
      for index in receivers.indices where receivers[index].stream.heldBytes > most {
        (greediest, most) = (index, receivers[index].stream.heldBytes)
      }
      guard most > 0 else { return }
      receivers[greediest].stream.trim(to: most / 2)
      counters.overflows &+= 1
      let freed = most - receivers[greediest].stream.heldBytes
      guard freed > 0 else { return }
      held -= freed
    }
  }

  /// The position of a stream's receiver, which is made for its first packet.
  private mutating func prepareReceiver(_ target: Int, _ header: RTPHeader, now: MonotonicTime) -> Int? {
    if let position = position(of: target) { return position }
    guard let stream = demultiplexer.streams[target] else { return nil }
    let repair = demultiplexer.streams.first { $0?.repairedStream == target }??.ssrc
    guard
      let configuration = sections[stream.section].receiverConfiguration(
        ssrc: stream.ssrc, repair: repair, formats: formats)
    else { return nil }
    var receiver = ReceiveStream(configuration: configuration, pool: pool)
    receiver.playoutDelayTarget = sections[stream.section].playoutDelay
    if let knownRoundTripTime { receiver.setRoundTripTime(knownRoundTripTime) }
    while positions.count <= target { positions.append(nil) }
    positions[target] = receivers.count
    let mimeTypes = sections[stream.section].mimeTypes
    receivers.append(Receiver(stream: receiver, section: stream.section, mimeTypes: mimeTypes))
    return receivers.count - 1
  }

  /// Takes a decrypted compound packet.
  mutating func receiveControl(_ bytes: RawSpan, now: MonotonicTime) {
    sender.reports.observe(byteCount: bytes.byteCount)
    var reader = RTCPReader()
    while let packet = reader.next(in: bytes) {
      switch packet {
      case .senderReport(let report):
        if let number = demultiplexer.stream(for: report.ssrc), let position = position(of: number) {
          receivers[position].stream.handle(report, now: now)
        }
      case .sourceDescription(let description):
        for chunk in description.chunks {
          guard let number = demultiplexer.stream(for: chunk.ssrc), let position = position(of: number) else {
            continue
          }
          receivers[position].cname = chunk.cname
        }
      case .goodbye(let goodbye):
        for ssrc in goodbye.ssrcs { end(ssrc) }
      default: break
      }
      sender.add(packet, now: now)
    }
    sender.finishCompound(now: now)
    counters.malformed &+= UInt64(reader.malformedCount)
    updateRoundTripTime()
  }

  /// A stream said BYE: its section waits for another.
  private mutating func end(_ ssrc: SSRC) {
    guard let number = demultiplexer.stream(for: ssrc), let position = position(of: number) else { return }
    let section = receivers[position].section
    endedSections.append(section)
    sections[section].isReceiving = false
    closeReceiver(number)
    if demultiplexer.streams[number]?.isSignalled == false { demultiplexer.remove(number) }
  }

  /// Sections whose stream has ended, for the owner to take.
  private(set) var endedSections: [Int] = []
  mutating func takeEndedSections() -> [Int] {
    defer { endedSections.removeAll() }
    return endedSections
  }

  /// No packet comes any more.
  ///
  /// - Returns: the sections that were receiving.
  mutating func endReceiving() -> [Int] {
    let receiving = sections.indices.filter { sections[$0].isReceiving }
    for section in receiving { sections[section].isReceiving = false }
    return receiving
  }

  private mutating func updateRoundTripTime() {
    guard let roundTrip = sender.estimator.estimate.roundTripTime, roundTrip != knownRoundTripTime else { return }
    knownRoundTripTime = roundTrip
    for index in receivers.indices { receivers[index].stream.setRoundTripTime(roundTrip) }
  }

  mutating func countDuplicate() { counters.duplicates &+= 1 }
  mutating func countRejected() { counters.rejected &+= 1 }
  mutating func countMalformed() { counters.malformed &+= 1 }

  // MARK: Synchronization

  mutating func synchronize(now: MonotonicTime) {
    guard let due = nextSynchronization, due <= now else { return }
    nextSynchronization = hasReceived && receivers.count > 1 ? now + Self.synchronizationInterval : nil
    hasReceived = false
    for receiver in receivers {
      let stream = receiver.stream
      synchronization.join(
        stream.ssrc, group: sections[receiver.section].synchronizationGroup(of: stream.ssrc) ?? receiver.cname ?? "",
        now: now)
      synchronization.update(
        stream.ssrc, reference: stream.playoutReference, reports: stream.senderReports, clockRate: stream.clockRate,
        now: now)
    }
    synchronization.evaluate(now: now)
    for index in receivers.indices {
      receivers[index].stream.synchronizationDelay = synchronization.delay(of: receivers[index].stream.ssrc)
    }
  }

  // MARK: Reports and time

  /// Whom RTCP comes from: the first stream that is sent (RFC 3550 §6.4.2).
  var controlSSRC: SSRC {
    sections.lazy.compactMap { section in section.sendStream.flatMap { sender.configuration(of: $0)?.ssrc } }.first
      ?? ownSSRC
  }

  /// All sections agreed to feedback without reports around it (RFC 5506).
  var usesReducedSize: Bool { sections.allSatisfy(\.negotiated.usesReducedSizeRTCP) }

  /// RFC 3550 §6.4: what we sent, what we received, who we are, and what the peer may send.
  mutating func makeReports(now: MonotonicTime) -> [RTCPPacket] {
    let sender = controlSSRC
    var reports = self.sender.makeSenderReports(now: now)
    let blocks = makeReportBlocks(now: now)
    var messages: [RTCPPacket] = []
    if reports.isEmpty {
      messages.append(.receiverReport(ReceiverReport(ssrc: sender, reportBlocks: blocks)))
    } else {
      reports[0].reportBlocks = blocks
      messages += reports.map { .senderReport($0) }
    }
    if let description = makeSourceDescription() { messages.append(.sourceDescription(description)) }
    if let estimate = bitrateEstimator?.pollEstimate(now: now) {
      messages.append(
        .receiverEstimatedMaximumBitrate(
          ReceiverEstimatedMaximumBitrate(
            senderSSRC: sender, bitrate: estimate, ssrcs: receivers.prefix(255).map(\.stream.ssrc))))
    }
    return messages
  }

  /// As many as one report takes: where there are more streams they take turns (RFC 3550 §6.4), so that reports keep their size and rate.
  private mutating func makeReportBlocks(now: MonotonicTime) -> [ReportBlock] {
    var blocks: [ReportBlock] = []
    for _ in receivers.indices where blocks.count + 2 <= RTCPWriter.maximumBlockCount {
      nextReported = nextReported < receivers.count ? nextReported : 0
      receivers[nextReported].stream.appendReportBlocks(to: &blocks, now: now)
      nextReported += 1
    }
    if let worst = blocks.map(\.fractionLost).max() { bitrateEstimator?.recordLoss(fractionLost: worst, now: now) }
    return blocks
  }

  /// The names of all streams that are sent.
  private func makeSourceDescription() -> SourceDescription? { sender.makeSourceDescription() ?? makeOwnDescription() }

  /// What every compound packet names itself with.
  func makeOwnDescription() -> SourceDescription? {
    sections.first.map { SourceDescription(ssrc: controlSSRC, cname: $0.negotiated.cname) }
  }

  /// Mutating for speed: what is mutating is called in place.
  ///
  /// - Parameter canSend: whether there is a path; without one what waits to be sent wakes nobody.
  mutating func deadline(canSend: Bool, now: MonotonicTime) -> Deadline? {
    var earliest = feedback?.takeDeadline() ?? nil
    if canSend { earliest = .earliest(earliest, sender.deadline(now: now)) }
    if let nextSynchronization {
      earliest = .earliest(earliest, Deadline(nextSynchronization, "receive.synchronization"))
    }
    for index in receivers.indices { earliest = .earliest(earliest, receivers[index].stream.takeDeadline()) }
    return earliest
  }

  mutating func close() {
    for number in positions.indices { closeReceiver(number) }
    for id in sender.streamIDs { _ = sender.removeStream(id, now: .zero) }
    sections.removeAll()
  }
}
