import RTCBase

/// What waits to be sent for the first time: a queue of messages for each stream, cut into fragments as the scheduler chooses.
struct SendQueue {
  var messages = OutgoingMessages()
  private(set) var streams: [OutgoingStream] = []
  /// Streams whose buffered amount fell to their threshold.
  var lowStreams = RingQueue<SCTPStreamIdentifier>()
  /// Streams of which this was to be told, once nothing waits on them any more.
  var emptiedStreams = RingQueue<SCTPStreamIdentifier>()
  private var indices: [SCTPStreamIdentifier: Int] = [:]
  private var scheduler = StreamScheduler()
  /// Payload bytes of messages, with what keeping each costs.
  private(set) var cost = 0
  /// With interleaving, streams take turns after every fragment; without, after every message (RFC 8260 §2.2.2).
  var isInterleaved = false
  /// Payload of a fragment that fills a packet.
  var fullPayload = 1_024
  /// The stream in the middle of a message that nothing may come between.
  private var unfinishedStream: Int?

  /// What a queued message costs besides its payload.
  static let messageOverhead = 128

  /// The next fragment: `byteCount` bytes of a message.
  struct Fragment {
    var message: Int
    var offset: Int
    var byteCount: Int
    var isBeginning: Bool
    var isEnd: Bool
    var number: UInt32
  }

  enum Next {
    /// Nothing waits, or nothing that fits.
    case none
    case fragment(Fragment)
    /// A message expired after part of it was sent: the caller gives it up and asks again.
    case expired(message: Int)
  }

  var isEmpty: Bool { scheduler.isEmpty && unfinishedStream == nil }

  mutating func index(of identifier: SCTPStreamIdentifier) -> Int {
    if let index = indices[identifier] { return index }
    streams.append(OutgoingStream(identifier: identifier))
    indices[identifier] = streams.count - 1
    return streams.count - 1
  }

  /// - Returns: `false` when nothing waits on the stream; else `emptiedStreams` tells when that has come about.
  mutating func tellsWhenEmpty(_ identifier: SCTPStreamIdentifier) -> Bool {
    guard let index = indices[identifier], !streams[index].isEmpty else { return false }
    streams[index].tellsWhenEmpty = true
    return true
  }

  func bufferedAmount(of identifier: SCTPStreamIdentifier) -> Int {
    indices[identifier].map { streams[$0].bufferedAmount } ?? 0
  }

  /// Zero, which some stacks announce for want of a priority, stands for the usual one.
  mutating func setWeight(_ weight: Int, of identifier: SCTPStreamIdentifier) {
    streams[index(of: identifier)].weight = weight > 0 ? weight : OutgoingStream.usualWeight
  }

  mutating func setLowThreshold(_ threshold: Int, of identifier: SCTPStreamIdentifier) {
    streams[index(of: identifier)].lowThreshold = max(0, threshold)
  }

  /// The stream begins anew (RFC 6525 §5.2.7).
  mutating func restart(_ identifier: SCTPStreamIdentifier) {
    guard let index = indices[identifier] else { return }
    streams[index].nextOrdered = MessageIdentifier(rawValue: 0)
    streams[index].nextUnordered = MessageIdentifier(rawValue: 0)
  }

  mutating func append(_ message: consuming SCTPOutgoingMessage, now: MonotonicTime) {
    let streamIndex = index(of: message.stream)
    guard !message.payload.isEmpty else { return }
    cost += message.payload.count + Self.messageOverhead
    streams[streamIndex].bufferedAmount += message.bufferedByteCount
    var queued = OutgoingMessages.Message()
    queued.streamIndex = streamIndex
    queued.payloadProtocol = message.payloadProtocol
    queued.isUnordered = !message.isOrdered
    queued.bufferedByteCount = message.bufferedByteCount
    switch message.reliability {
    case .reliable: break
    case .retransmissions(let limit): queued.retransmissionLimit = limit
    case .lifetime(let milliseconds): queued.expiry = now + .milliseconds(Int64(milliseconds))
    }
    queued.payload = message.payload
    let slot = messages.insert(queued)
    if streams[streamIndex].tail >= 0 {
      messages[streams[streamIndex].tail].next = slot
    } else {
      streams[streamIndex].head = slot
    }
    streams[streamIndex].tail = slot
    schedule(streamIndex)
  }

  private mutating func schedule(_ index: Int) {
    guard !streams[index].isScheduled, !streams[index].isEmpty, unfinishedStream != index else { return }
    let head = streams[index].head
    let left = messages[head].payload.count - messages[head].sentByteCount
    streams[index].isScheduled = true
    streams[index].virtualFinish = scheduler.schedule(
      index, from: streams[index].virtualFinish, byteCount: min(left, fullPayload), weight: streams[index].weight)
  }

  // MARK: Fragments

  /// The next fragment that fits `space` bytes of payload.
  ///
  /// A message that does not fit whole begins only where there is room for a decent part, so that full packets carry long ones.
  mutating func nextFragment(space: Int, now: MonotonicTime) -> Next {
    while let index = unfinishedStream ?? scheduler.first {
      let slot = streams[index].head
      guard slot >= 0 else { return .none }
      if messages[slot].expiry <= now {
        if messages[slot].hasStarted { return .expired(message: slot) }
        discardHead(of: index)
        continue
      }
      let offset = messages[slot].sentByteCount
      let left = messages[slot].payload.count - offset
      if left > space, space < fullPayload * 3 / 4 { return .none }
      return .fragment(cut(min(left, space), of: slot, stream: index))
    }
    return .none
  }

  private mutating func cut(_ byteCount: Int, of slot: Int, stream index: Int) -> Fragment {
    let isBeginning = !messages[slot].hasStarted
    if isBeginning {
      messages[slot].hasStarted = true
      if messages[slot].isUnordered {
        messages[slot].identifier = streams[index].nextUnordered
        if isInterleaved { streams[index].nextUnordered = streams[index].nextUnordered.next }
      } else {
        messages[slot].identifier = streams[index].nextOrdered
        streams[index].nextOrdered = streams[index].nextOrdered.next
      }
    }
    let offset = messages[slot].sentByteCount
    let number = messages[slot].fragmentCount
    messages[slot].sentByteCount += byteCount
    messages[slot].fragmentCount &+= 1
    messages[slot].outstandingCount += 1
    let isEnd = messages[slot].isWhollySent
    reduceBuffered(slot, by: byteCount, stream: index)
    cost -= byteCount

    if unfinishedStream == nil {
      scheduler.removeFirst()
      streams[index].isScheduled = false
    }
    if isEnd {
      unfinishedStream = nil
      cost -= Self.messageOverhead
      unlinkHead(of: index)
      schedule(index)
    } else if isInterleaved {
      schedule(index)
    } else {
      unfinishedStream = index
    }
    return Fragment(
      message: slot, offset: offset, byteCount: byteCount, isBeginning: isBeginning, isEnd: isEnd, number: number)
  }

  private mutating func unlinkHead(of index: Int) {
    let slot = streams[index].head
    streams[index].head = messages[slot].next
    if streams[index].head < 0 {
      streams[index].tail = -1
      if streams[index].tellsWhenEmpty {
        streams[index].tellsWhenEmpty = false
        emptiedStreams.append(streams[index].identifier)
      }
    }
    messages[slot].next = -1
  }

  private mutating func reduceBuffered(_ slot: Int, by byteCount: Int, stream index: Int) {
    // A zero byte that stands for an empty message was never counted.
    let counted = min(byteCount, messages[slot].bufferedByteCount)
    guard counted > 0 else { return }
    messages[slot].bufferedByteCount -= counted
    let before = streams[index].bufferedAmount
    streams[index].bufferedAmount -= counted
    if before > streams[index].lowThreshold, streams[index].bufferedAmount <= streams[index].lowThreshold {
      lowStreams.append(streams[index].identifier)
    }
  }

  // MARK: Giving up

  /// Drops a message of which nothing was sent.
  private mutating func discardHead(of index: Int) {
    let slot = streams[index].head
    dropRest(of: slot, stream: index)
    scheduler.remove(index)
    streams[index].isScheduled = false
    messages.remove(slot)
    schedule(index)
  }

  /// What is left of the head message will not be sent.
  private mutating func dropRest(of slot: Int, stream index: Int) {
    let left = messages[slot].payload.count - messages[slot].sentByteCount
    reduceBuffered(slot, by: left, stream: index)
    cost -= left + Self.messageOverhead
    messages[slot].sentByteCount = messages[slot].payload.count
    unlinkHead(of: index)
  }

  /// Drops what is left of a message whose beginning was sent; `false` when nothing was left.
  mutating func abandonRest(of slot: Int) -> Bool {
    let index = messages[slot].streamIndex
    guard !messages[slot].isWhollySent, streams[index].head == slot else { return false }
    dropRest(of: slot, stream: index)
    if unfinishedStream == index { unfinishedStream = nil }
    if streams[index].isScheduled {
      scheduler.remove(index)
      streams[index].isScheduled = false
    }
    schedule(index)
    return true
  }

  /// Gives a message's slot back once it is wholly sent and nothing of it is outstanding.
  mutating func releaseIfDone(_ slot: Int) {
    guard messages[slot].outstandingCount == 0, messages[slot].isWhollySent else { return }
    messages.remove(slot)
  }

  /// The association is over: payloads go, amounts stay for whoever asks.
  mutating func clear() {
    messages.removeAll()
    scheduler.removeAll()
    unfinishedStream = nil
    cost = 0
    for index in streams.indices {
      streams[index].head = -1
      streams[index].tail = -1
      streams[index].isScheduled = false
    }
  }
}
