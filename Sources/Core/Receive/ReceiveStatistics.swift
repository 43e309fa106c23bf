import RTCBase
import RTCRTP

/// What RFC 3550 wants known about a received stream: extended sequence numbers, loss, jitter and reports (appendices A.1, A.3, A.8).
package struct ReceiveStatistics: Sendable {
  /// What a packet is to its stream. Numbers are on one line that never goes back, not even when the sender begins anew.
  package enum Arrival: Hashable, Sendable {
    /// The first packet, or newer than every one before.
    case newest(Int64)
    /// Older than the newest, and not seen before.
    case late(Int64)
    case duplicate
    /// Far from all others. Ignored unless the next packet confirms that the sender jumped there (RFC 3550 A.1).
    case suspicious
    /// The sender began at a new number: what was buffered belongs to the past.
    case restarted(Int64)
  }

  /// A jump forward beyond this, or backward beyond `maximumMisorder`, has to be confirmed by a second packet (RFC 3550 A.1).
  static let maximumDropout = 3_000
  /// As far back as retransmissions and the duplicate window reach; RFC 3550 suggests 100, which is too little for video.
  static let maximumMisorder = 3_000
  /// How far before its original a repetition may come: a probe that overtakes it. What is marked so far ahead would keep the original out.
  static let maximumLead = 100

  private let clock: MediaClock
  private var window = DuplicateWindow()
  private var highest: Int64?
  private var base: Int64 = 0
  /// The number that would confirm a jump.
  private var expectedAfterJump: UInt16?

  private var expectedBeforeRestart: Int64 = 0
  private var receivedSinceStart: Int64 = 0
  private var expectedAtLastReport: Int64 = 0
  private var receivedAtLastReport: Int64 = 0

  private var lastTransit: (arrival: MonotonicTime, timestamp: UInt32)?
  private var jitterTicks = 0.0

  package private(set) var packetsReceived: Int64 = 0
  package private(set) var headerBytesReceived: Int64 = 0
  /// Payload bytes, headers and padding excluded.
  package private(set) var bytesReceived: Int64 = 0
  package private(set) var duplicates: Int64 = 0
  package private(set) var reordered: Int64 = 0
  package private(set) var restarts: Int64 = 0
  package private(set) var lastPacketArrival: MonotonicTime?

  package init(clockRate: Int) { clock = MediaClock(rate: clockRate) }

  // MARK: Sequence

  /// The number on the line nearest to the newest. The line begins at one turn, so that nothing near it is negative.
  package func line(of sequenceNumber: SequenceNumber) -> Int64 {
    guard let highest else { return Int64(sequenceNumber.rawValue) + 65_536 }
    let newest = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: highest))
    return highest &+ Int64(sequenceNumber.distance(from: newest))
  }

  /// Whether the packet was received already. Changes nothing, so it may be asked about packets that are not authenticated yet.
  package func isDuplicate(_ sequenceNumber: SequenceNumber) -> Bool { window.contains(line(of: sequenceNumber)) }

  /// Marks a packet that came another way, as a retransmission in its own stream. It counts neither as received nor for jitter.
  ///
  /// - Returns: its number on the line, or `nil` for a duplicate or one too old to matter.
  package mutating func recordRecovered(_ sequenceNumber: SequenceNumber) -> Int64? {
    guard let highest else { return nil }
    let number = line(of: sequenceNumber)
    // Newer than the newest, it may be a probe's repetition of a packet still under way: then the original is the duplicate.
    guard number <= highest &+ Int64(Self.maximumLead), !window.isTooOld(number), !window.contains(number) else {
      return nil
    }
    window.insert(number)
    return number
  }

  /// Counts an authenticated packet.
  package mutating func record(_ header: RTPHeader, arrival: MonotonicTime) -> Arrival {
    record(
      header.sequenceNumber, timestamp: header.timestamp, arrival: arrival,
      headerBytes: header.payloadRange.lowerBound + header.paddingLength, payloadBytes: header.payloadRange.count)
  }

  package mutating func record(
    _ sequenceNumber: SequenceNumber, timestamp: UInt32, arrival: MonotonicTime, headerBytes: Int = 0,
    payloadBytes: Int = 0
  ) -> Arrival {
    let result = place(sequenceNumber)
    switch result {
    case .suspicious: return result
    case .duplicate: duplicates &+= 1
    case .late: reordered &+= 1
    case .restarted: lastTransit = nil
    case .newest: break
    }
    receivedSinceStart &+= 1
    packetsReceived &+= 1
    headerBytesReceived &+= Int64(headerBytes)
    bytesReceived &+= Int64(payloadBytes)
    lastPacketArrival = arrival
    switch result {
    case .newest, .restarted: updateJitter(timestamp: timestamp, arrival: arrival)
    default: break
    }
    return result
  }

  private mutating func place(_ sequenceNumber: SequenceNumber) -> Arrival {
    guard let highest else {
      let number = line(of: sequenceNumber)
      start(at: number)
      return .newest(number)
    }
    let number = line(of: sequenceNumber)
    let steps = number &- highest
    guard steps <= Int64(Self.maximumDropout), steps >= -Int64(Self.maximumMisorder) else {
      if expectedAfterJump == sequenceNumber.rawValue {
        return restart(at: sequenceNumber)
      }
      expectedAfterJump = sequenceNumber.rawValue &+ 1
      return .suspicious
    }
    expectedAfterJump = nil
    if window.contains(number) { return .duplicate }
    window.insert(number)
    guard steps > 0 else { return .late(number) }
    self.highest = number
    return .newest(number)
  }

  private mutating func start(at number: Int64) {
    base = number
    highest = number
    window.insert(number)
  }

  private mutating func restart(at sequenceNumber: SequenceNumber) -> Arrival {
    expectedBeforeRestart = expected
    // A whole turn ahead, and at least half a turn away from everything that came before.
    let turn = ((highest ?? 0) >> 16) &+ 2
    window.removeAll()
    expectedAfterJump = nil
    restarts &+= 1
    let number = turn << 16 | Int64(sequenceNumber.rawValue)
    start(at: number)
    return .restarted(number)
  }

  // MARK: Jitter

  /// RFC 3550 A.8, in floating point instead of its scaled integers.
  private mutating func updateJitter(timestamp: UInt32, arrival: MonotonicTime) {
    defer { lastTransit = (arrival, timestamp) }
    guard let lastTransit else { return }
    let arrivalTicks = (arrival - lastTransit.arrival).seconds * Double(clock.rate)
    let difference = abs(arrivalTicks - Double(Int32(bitPattern: timestamp &- lastTransit.timestamp)))
    // A jump of the timeline or a pause of the sender is not jitter.
    guard difference < Double(clock.rate) * 5 else { return }
    jitterTicks += (difference - jitterTicks) / 16
  }

  package var jitter: TimeDelta { .seconds(jitterTicks / Double(clock.rate)) }

  // MARK: Loss and reports

  /// Packets that the sender sent, as far as the sequence numbers tell (RFC 3550 A.3).
  package var expected: Int64 {
    guard let highest else { return 0 }
    return expectedBeforeRestart &+ (highest &- base &+ 1)
  }

  /// Negative when there were more duplicates than losses.
  package var packetsLost: Int64 { expected &- receivedSinceStart }

  package var extendedHighestSequenceNumber: UInt32 {
    highest.map { UInt32(truncatingIfNeeded: $0 &- 65_536) } ?? 0
  }

  /// A report on the stream; begins a new interval for the fraction lost. `nil` before the first packet.
  package mutating func makeReportBlock(ssrc: SSRC, senderReports: SenderReportTracker, now: MonotonicTime)
    -> ReportBlock?
  {
    guard highest != nil else { return nil }
    let expectedInterval = expected &- expectedAtLastReport
    let lostInterval = expectedInterval &- (receivedSinceStart &- receivedAtLastReport)
    expectedAtLastReport = expected
    receivedAtLastReport = receivedSinceStart
    let fraction = expectedInterval > 0 && lostInterval > 0 ? min(255, (lostInterval << 8) / expectedInterval) : 0
    return ReportBlock(
      ssrc: ssrc, fractionLost: UInt8(truncatingIfNeeded: fraction),
      cumulativePacketsLost: Int32(truncatingIfNeeded: max(-0x80_0000, min(packetsLost, 0x7F_FFFF))),
      extendedHighestSequenceNumber: extendedHighestSequenceNumber,
      interarrivalJitter: UInt32(max(0, min(jitterTicks, 4e9))),
      lastSenderReport: senderReports.lastSenderReport,
      delaySinceLastSenderReport: senderReports.delaySinceLastSenderReport(now: now))
  }
}
