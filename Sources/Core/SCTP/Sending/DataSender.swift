import RTCBase

/// The sending half of an association: what waits, what is under way, how much may be, and what was lost.
///
/// ```
///  messages ──► send queue ──fragments──► outstanding ──acknowledged──► gone
///                                          │      ▲
///                                         lost ───┘ sent again, or given up
/// ```
struct DataSender {
  var queue = SendQueue()
  var outstanding: OutstandingQueue
  var timeout: RetransmissionTimeout
  var congestion: CongestionController
  let maximumPacketSize: Int
  /// Both sides know FORWARD TSN; without it nothing that was sent can be given up.
  private(set) var canAbandon = false
  /// What the peer's last acknowledgement said.
  var peerWindow = 0

  /// Loss detection: `DataSender+Acknowledgement.swift`.
  var recovery = LossRecovery()
  var needsForwardTSN = false
  /// The last FORWARD TSN: to where, and when.
  private var lastSkip: (end: TSN, time: MonotonicTime)?
  /// T3-rtx (RFC 9260 §6.3.2).
  var retransmissionDeadline: MonotonicTime?
  /// The next packet goes out whatever the window says: a probe, or the first of a recovery.
  var isUnbound = false
  /// What is under way was sent into a window that is shut: if it is dropped, that says nothing about the path.
  var isProbingWindow = false
  /// The congestion window is what stopped the last packet.
  var wasWindowLimited = false
  var transmissionOrder: UInt64 = 0
  var lastSentTime = MonotonicTime.distantPast

  var retransmittedCount: UInt64 = 0
  var abandonedMessageCount: UInt64 = 0
  var timeoutCount: UInt64 = 0

  init(firstTSN: TSN, configuration: SCTPConfiguration) {
    outstanding = OutstandingQueue(firstTSN: firstTSN)
    timeout = RetransmissionTimeout(configuration.timers)
    maximumPacketSize = configuration.maximumPacketSize
    congestion = CongestionController(packetSize: configuration.maximumPacketSize)
    setInterleaved(false)
  }

  /// The handshake is done.
  mutating func start(peerWindow: Int, extensions: SCTPExtensions) {
    self.peerWindow = peerWindow
    canAbandon = extensions.contains(.partialReliability)
    setInterleaved(extensions.contains(.interleaving))
  }

  private mutating func setInterleaved(_ isInterleaved: Bool) {
    queue.isInterleaved = isInterleaved
    let overhead = SCTPCommonHeader.byteCount + DataChunk.overhead(isInterleaved: isInterleaved)
    queue.fullPayload = (maximumPacketSize - overhead) & ~3
  }

  var hasEverythingAcknowledged: Bool { outstanding.isEmpty && queue.isEmpty }
  var cumulativeTSN: TSN { outstanding.firstTSN.previous }

  // MARK: Output

  /// The windows let at least something go now.
  var canSend: Bool {
    if outstanding.lostCount > 0 || recovery.isProbing { return true }
    guard !queue.isEmpty else { return false }
    return outstanding.isEmpty
      || (outstanding.bytesInFlight < congestion.window && outstanding.unacknowledgedPayload < peerWindow)
  }

  /// Adds chunks to a packet while there is room in it and in the windows; `false` when nothing was added.
  mutating func writeChunks(to packet: PacketBuffer, now: MonotonicTime) -> Bool {
    guard outstanding.lostCount > 0 || !queue.isEmpty || recovery.isProbing else { return false }
    if outstanding.inFlightCount == 0, outstanding.lostCount == 0, now - lastSentTime > timeout.value {
      congestion.idled()
    }
    let start = packet.count
    let sentBefore = transmissionOrder
    retransmit(to: packet, now: now)
    writeNew(to: packet, now: now)
    if recovery.isProbing, transmissionOrder == sentBefore { probe(to: packet, now: now) }
    guard transmissionOrder != sentBefore else { return packet.count > start }
    // A probe has the timeout's time to be answered (RFC 8985 §7.3).
    if recovery.isProbing { retransmissionDeadline = now + timeout.value }
    recovery.isProbing = false
    isUnbound = false
    lastSentTime = now
    if retransmissionDeadline == nil { retransmissionDeadline = now + timeout.value }
    armProbe(now: now)
    return true
  }

  private func room(in packet: PacketBuffer) -> Int {
    maximumPacketSize - packet.count - DataChunk.overhead(isInterleaved: queue.isInterleaved)
  }

  private mutating func retransmit(to packet: PacketBuffer, now: MonotonicTime) {
    while let position = outstanding.firstLost() {
      let chunk = outstanding[position]
      guard chunk.byteCount <= room(in: packet) else { return }
      guard isUnbound || outstanding.bytesInFlight + chunk.size <= congestion.window || outstanding.inFlightCount == 0
      else {
        wasWindowLimited = true
        return
      }
      transmissionOrder &+= 1
      outstanding.markSent(at: position, now: now, order: transmissionOrder)
      retransmittedCount &+= 1
      recovery.retransmissions += 1
      write(position, to: packet, isImmediate: true)
    }
  }

  private mutating func writeNew(to packet: PacketBuffer, now: MonotonicTime) {
    while !queue.isEmpty {
      guard outstanding.lostCount == 0 else { return }
      let mayProbe = outstanding.isEmpty
      if outstanding.bytesInFlight >= congestion.window, !recovery.isProbing, !mayProbe {
        wasWindowLimited = true
        return
      }
      guard outstanding.count < Self.outstandingLimit else { return }
      wasWindowLimited = false
      // One chunk may always be under way, to learn of a window that opens (RFC 9260 §6.1, rule A).
      let windowLeft = peerWindow - outstanding.unacknowledgedPayload
      let space = mayProbe ? room(in: packet) : min(room(in: packet), windowLeft)
      guard space > 0 else { return }
      switch queue.nextFragment(space: space, now: now) {
      case .none: return
      case .expired(let message): expire(message)
      case .fragment(let fragment):
        let position = outstanding.count
        if mayProbe { isProbingWindow = fragment.byteCount > windowLeft }
        transmissionOrder &+= 1
        outstanding.append(
          OutstandingChunk(
            message: fragment.message, offset: fragment.offset, byteCount: fragment.byteCount,
            fragment: fragment.number, isBeginning: fragment.isBeginning, isEnd: fragment.isEnd, sentTime: now,
            order: transmissionOrder))
        write(position, to: packet, isImmediate: recovery.isProbing)
      }
    }
  }

  /// A gap is told as a distance of 16 bits, so no more than these can be acknowledged selectively.
  static let outstandingLimit = 32_768
  /// Chunks that one FORWARD TSN looks at: a peer that acknowledges them one by one must not have all looked at each time.
  static let forwardLimit = 2_048

  /// Nothing new to probe with: the last that is under way goes again (RFC 8985 §7.3).
  private mutating func probe(to packet: PacketBuffer, now: MonotonicTime) {
    var position = outstanding.count - 1
    while position >= 0, outstanding[position].state != .inFlight { position -= 1 }
    guard position >= 0, outstanding[position].byteCount <= room(in: packet) else {
      recovery.isProbing = false
      return
    }
    transmissionOrder &+= 1
    outstanding.markSent(at: position, now: now, order: transmissionOrder)
    retransmittedCount &+= 1
    write(position, to: packet, isImmediate: true)
  }

  private func write(_ position: Int, to packet: PacketBuffer, isImmediate: Bool) {
    let chunk = outstanding[position]
    let slot = chunk.message
    var head = DataChunk(
      tsn: outstanding.firstTSN.advanced(by: position),
      stream: queue.streams[queue.messages[slot].streamIndex].identifier, message: queue.messages[slot].identifier,
      payloadProtocol: queue.messages[slot].payloadProtocol)
    head.isInterleaved = queue.isInterleaved
    head.isUnordered = queue.messages[slot].isUnordered
    head.isBeginning = chunk.isBeginning
    head.isEnd = chunk.isEnd
    head.isImmediate = isImmediate
    head.fragment = FragmentSequenceNumber(rawValue: chunk.fragment)
    let payload = queue.messages[slot].payload.span.bytes
    head.write(payload.extracting(chunk.offset..<chunk.offset + chunk.byteCount), to: packet)
  }

  // MARK: Giving up

  /// A message expired after part of it was sent.
  private mutating func expire(_ message: Int) {
    guard canAbandon else {
      queue.messages[message].expiry = .distantFuture
      return
    }
    abandon(message, near: outstanding.count - 1)
  }

  /// Gives a message up (RFC 3758 §3.5): its fragments are not sent again, and the peer is told to go past them.
  /// - Parameter position: of a fragment, from which the others are looked for.
  mutating func abandon(_ message: Int, near position: Int) {
    guard !queue.messages[message].isAbandoned else { return }
    queue.messages[message].isAbandoned = true
    abandonedMessageCount &+= 1
    needsForwardTSN = true
    var left = queue.messages[message].outstandingCount
    var (back, ahead) = (position, position + 1)
    while left > 0, back >= 0 || ahead < outstanding.count {
      if back >= 0, abandonChunk(at: back, of: message) { left -= 1 }
      if ahead < outstanding.count, abandonChunk(at: ahead, of: message) { left -= 1 }
      back -= 1
      ahead += 1
    }
    if queue.abandonRest(of: message) {
      // A TSN for what will never be sent: if all that was sent is acknowledged, nothing else would tell the peer.
      queue.messages[message].outstandingCount += 1
      transmissionOrder &+= 1
      var placeholder = OutstandingChunk(
        message: message, offset: 0, byteCount: 0, fragment: queue.messages[message].fragmentCount, isBeginning: false,
        isEnd: true, sentTime: lastSentTime, order: transmissionOrder)
      placeholder.state = .abandoned
      outstanding.append(placeholder)
    }
  }

  private mutating func abandonChunk(at position: Int, of message: Int) -> Bool {
    guard outstanding[position].message == message else { return false }
    outstanding.setState(.abandoned, at: position)
    return true
  }

  /// Adds FORWARD TSN when the chunks next in line are given up.
  mutating func writeForwardTSN(to packet: PacketBuffer, now: MonotonicTime) -> Bool {
    guard needsForwardTSN else { return false }
    let entryByteCount = queue.isInterleaved ? 8 : 4
    let entryLimit = (maximumPacketSize - packet.count - 8) / entryByteCount
    // Told again with the next packet that has room for it.
    guard entryLimit > 0 else { return false }
    needsForwardTSN = false
    guard outstanding.abandonedCount > 0, outstanding[0].state == .abandoned else { return false }
    var chunk = ForwardTSNChunk(cumulativeTSN: cumulativeTSN, isInterleaved: queue.isInterleaved, skips: [])
    // Only what is next in line; what lies further is told once that is acknowledged.
    for position in 0..<min(outstanding.count, Self.forwardLimit) where outstanding[position].state == .abandoned {
      guard chunk.cumulativeTSN == outstanding.firstTSN.advanced(by: position - 1) else { break }
      guard add(outstanding[position].message, to: &chunk, limit: entryLimit) else { break }
      chunk.cumulativeTSN = chunk.cumulativeTSN.next
    }
    chunk.write(to: packet)
    lastSkip = (chunk.cumulativeTSN, now)
    if retransmissionDeadline == nil { retransmissionDeadline = now + timeout.value }
    return true
  }

  /// The peer has been told to go further, and had no time to say that it has: what it acknowledges until then is no reason to tell again.
  func isSkipUnderWay(now: MonotonicTime) -> Bool {
    guard let lastSkip, lastSkip.end.isAfter(cumulativeTSN) else { return false }
    return now - lastSkip.time < timeout.smoothed ?? timeout.value
  }

  private func add(_ message: Int, to chunk: inout ForwardTSNChunk, limit: Int) -> Bool {
    let isUnordered = queue.messages[message].isUnordered
    if isUnordered, !queue.isInterleaved { return true }
    let stream = queue.streams[queue.messages[message].streamIndex].identifier
    let skip = ForwardTSNChunk.Skip(
      stream: stream, isUnordered: isUnordered, message: queue.messages[message].identifier)
    if let index = chunk.skips.firstIndex(where: { $0.stream == stream && $0.isUnordered == isUnordered }) {
      chunk.skips[index] = skip
      return true
    }
    guard chunk.skips.count < limit else { return false }
    chunk.skips.append(skip)
    return true
  }

  mutating func clear() {
    queue.clear()
    outstanding.removeAll()
    retransmissionDeadline = nil
    recovery.stop()
    needsForwardTSN = false
  }
}
