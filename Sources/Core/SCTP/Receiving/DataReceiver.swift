import RTCBase

/// The receiving half of an association: what came, what it makes, how much more may come, and when to say so.
struct DataReceiver {
  private(set) var tsns: ReceivedTSNs
  var reassembly: Reassembly
  let capacity: Int
  var incomingStreams: UInt16
  private let acknowledgementDelay: TimeDelta

  /// Room lent beyond the capacity, while one channel's untaken messages fill it and others still move.
  private(set) var extraCapacity = 0

  private var acknowledgement = Acknowledgement.none
  private var unacknowledgedPackets = 0
  private var hasDataInPacket = false
  /// The window last told.
  private var announcedWindow: Int
  private var gaps: [SelectiveAcknowledgement.Gap] = []

  private(set) var duplicateCount: UInt64 = 0
  private(set) var overflowCount: UInt64 = 0

  private enum Acknowledgement {
    case none
    case delayed(MonotonicTime)
    case immediate
  }

  enum Verdict {
    case accepted
    case invalidStream
    /// Ends the association: the message exceeds what was announced.
    case tooLarge
    /// Ends the association: fragments contradict each other.
    case contradiction
  }

  init(initialTSN: TSN, incomingStreams: UInt16, isInterleaved: Bool, configuration: SCTPConfiguration) {
    tsns = ReceivedTSNs(cumulative: initialTSN.previous)
    capacity = Self.capacity(configuration)
    self.incomingStreams = incomingStreams
    reassembly = Reassembly(isInterleaved: isInterleaved, maximumMessageSize: configuration.maximumMessageSize)
    acknowledgementDelay = configuration.timers.acknowledgementDelay
    announcedWindow = capacity
  }

  /// Never less than the largest message and something beside it.
  static func capacity(_ configuration: SCTPConfiguration) -> Int {
    let (least, overflow) = configuration.maximumMessageSize.addingReportingOverflow(1 << 18)
    return min(max(configuration.receiveWindow, overflow ? .max : least), Int(UInt32.max))
  }

  var used: Int { reassembly.heldCost + reassembly.completed.untakenCost }
  var window: Int { max(0, capacity + extraCapacity - used) }

  // MARK: Input

  mutating func receive(_ chunk: DataChunk, _ payload: RawSpan) -> Verdict {
    hasDataInPacket = true
    if chunk.isImmediate { acknowledgement = .immediate }
    switch tsns.check(chunk.tsn) {
    case .duplicate:
      duplicateCount &+= 1
      tsns.noteDuplicate(chunk.tsn)
      acknowledgement = .immediate
      return .accepted
    case .tooFar:
      overflowCount &+= 1
      acknowledgement = .immediate
      return .accepted
    case .new: break
    }
    guard hasRoom(for: chunk) else {
      overflowCount &+= 1
      acknowledgement = .immediate
      return .accepted
    }
    // What opens, shrinks or closes a hole is told at once.
    if !tsns.runs.isEmpty { acknowledgement = .immediate }
    tsns.insert(chunk.tsn)
    guard chunk.stream.rawValue < incomingStreams else { return .invalidStream }
    switch reassembly.insert(chunk, payload) {
    case .incomplete, .complete: return .accepted
    case .tooLarge: return .tooLarge
    case .invalid: return .contradiction
    }
  }

  /// What is next in line may complete what fills the window, so it is taken beyond it, unless the application is what is slow.
  private func hasRoom(for chunk: DataChunk) -> Bool {
    let limit = capacity + extraCapacity
    if used < limit { return true }
    return chunk.tsn == tsns.cumulative.next && reassembly.completed.untakenCost < limit && used < 2 * limit
  }

  /// The chunks of a packet are done: decides when to acknowledge (RFC 9260 §6.2).
  mutating func packetEnded(now: MonotonicTime) {
    guard hasDataInPacket else { return }
    hasDataInPacket = false
    unacknowledgedPackets += 1
    if case .immediate = acknowledgement { return }
    if unacknowledgedPackets >= 2 || !tsns.runs.isEmpty {
      acknowledgement = .immediate
    } else if case .none = acknowledgement {
      acknowledgement = .delayed(now + acknowledgementDelay)
    }
  }

  /// FORWARD TSN: what lies before will not come (RFC 3758 §3.6). `false` when it leaps further than anything was sent.
  mutating func skip(_ chunk: ForwardTSNChunk) -> Bool {
    let distance = chunk.cumulativeTSN.distance(from: tsns.cumulative)
    acknowledgement = .immediate
    guard distance > 0 else { return true }
    guard distance <= ReceivedTSNs.reach else { return false }
    tsns.advance(to: chunk.cumulativeTSN)
    reassembly.skip(chunk, streamCount: incomingStreams)
    return true
  }

  /// The application took messages: a window that was nearly shut is told to be open again.
  mutating func release(messages: Int, byteCount: Int) {
    reassembly.release(messages: messages, byteCount: byteCount)
    // What was lent is paid back first.
    extraCapacity = max(0, extraCapacity - byteCount - messages * Reassembly.overhead)
    let isNearlyShut = announcedWindow < 4_096
    guard announcedWindow < capacity / 2, window - announcedWindow >= (isNearlyShut ? 8_192 : 1 << 16) else { return }
    acknowledgement = .immediate
  }

  /// Opens the window to `least` bytes, whatever fills it.
  mutating func lend(_ least: Int) {
    guard window < least else { return }
    extraCapacity += least - window + max(0, used - capacity - extraCapacity)
    acknowledgement = .immediate
  }

  // MARK: Output

  var deadline: Deadline? {
    guard case .delayed(let time) = acknowledgement else { return nil }
    return Deadline(time, "sctp.acknowledgement")
  }

  mutating func handleTimeout(now: MonotonicTime) {
    if case .delayed(let time) = acknowledgement, time <= now { acknowledgement = .immediate }
  }

  var mustAcknowledge: Bool {
    if case .immediate = acknowledgement { return true }
    return false
  }

  /// There is something to acknowledge, now or along with data.
  var mayAcknowledge: Bool {
    if case .none = acknowledgement { return false }
    return true
  }

  mutating func writeAcknowledgement(to packet: PacketBuffer, limit: Int) {
    acknowledgement = .none
    unacknowledgedPackets = 0
    announcedWindow = window
    let room = (limit - packet.count - 16) / 4
    let gapCount = max(0, min(tsns.runs.count, room))
    gaps.removeAll(keepingCapacity: true)
    for run in tsns.runs.prefix(gapCount) {
      gaps.append(
        SelectiveAcknowledgement.Gap(
          first: UInt16(truncatingIfNeeded: run.first.distance(from: tsns.cumulative)),
          last: UInt16(truncatingIfNeeded: run.last.distance(from: tsns.cumulative))))
    }
    let duplicateCount = max(0, min(tsns.duplicates.count, room - gapCount))
    SelectiveAcknowledgement(
      cumulativeTSN: tsns.cumulative, window: UInt32(clamping: window), gapCount: gapCount,
      duplicateCount: duplicateCount
    ).write(to: packet, gaps: gaps, duplicates: tsns.duplicates)
    tsns.forgetDuplicates()
  }
}
