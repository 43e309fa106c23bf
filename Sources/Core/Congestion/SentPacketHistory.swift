import RTCBase

/// Remembers sent packets by transport-wide sequence number until feedback tells their fate.
///
/// A ring indexed by the number itself: recording is one store, and the oldest entry makes room for the newest. It starts small and
/// doubles while entries still in flight would be overwritten, up to `maximumCapacity`.
package struct SentPacketHistory: Sendable {
  private struct Entry: Sendable {
    var sequenceNumber: Int64 = -1
    var sendTime = MonotonicTime.zero
    var size: Int32 = 0
    var probe: Int32 = -1
    var state = State.empty
  }

  private enum State: UInt8, Sendable {
    case empty, sent, lost, received
  }

  package static let maximumCapacity = 8_192
  /// An entry this old does not stop a newer one from taking its place.
  private static let memory = TimeDelta.seconds(2)

  private var entries: [Entry]
  private var mask: Int
  private var next: Int64 = 1
  private var newestAcknowledged: Int64 = 0
  var clock = FeedbackClock()
  private var results: [PacketResult] = []
  private var resultsAreSorted = true
  private var lastArrival = TimeDelta(nanoseconds: .min)

  /// Bytes sent after the newest acknowledged packet.
  package private(set) var bytesInFlight = 0
  /// Reports about packets that were never sent, or are forgotten.
  package private(set) var unknownCount = 0
  /// Messages whose arrival times cannot be true, see `FeedbackClock`, or that tell of the same packets together with others.
  package internal(set) var implausibleCount = 0

  package init(initialCapacity: Int = 256) {
    var capacity = 64
    while capacity < min(initialCapacity, Self.maximumCapacity) { capacity *= 2 }
    entries = Array(repeating: Entry(), count: capacity)
    mask = capacity - 1
  }

  package var capacity: Int { entries.count }

  /// The number the next packet gets; `record` moves on to the one after.
  package var nextSequenceNumber: Int64 { next }

  /// Records a packet that leaves now; its number is what `nextSequenceNumber` was.
  @discardableResult
  package mutating func record(size: Int, probe: ProbeCluster.ID?, now: MonotonicTime) -> SentPacket {
    let number = next
    next += 1
    var index = Int(truncatingIfNeeded: number) & mask
    if entries[index].state == .sent, entries.count < Self.maximumCapacity,
      now - entries[index].sendTime < Self.memory
    {
      grow()
      index = Int(truncatingIfNeeded: number) & mask
    }
    if entries[index].state != .empty, entries[index].sequenceNumber > newestAcknowledged {
      bytesInFlight -= Int(entries[index].size)
    }
    let bounded = max(0, min(size, 65_535))
    entries[index] = Entry(
      sequenceNumber: number, sendTime: now, size: Int32(bounded), probe: probe?.rawValue ?? -1, state: .sent)
    bytesInFlight += bounded
    return SentPacket(sequenceNumber: number, sendTime: now, size: bounded, probe: probe)
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: old.count * 2)
    mask = entries.count - 1
    for entry in old where entry.state != .empty {
      entries[Int(truncatingIfNeeded: entry.sequenceNumber) & mask] = entry
    }
  }

  // MARK: Feedback

  /// Starts a feedback message; its reports follow by `addReport`, and `finishFeedback` gives the results.
  package mutating func beginFeedback() {
    results.removeAll(keepingCapacity: true)
    resultsAreSorted = true
    lastArrival = TimeDelta(nanoseconds: .min)
  }

  /// Where the packet of a number, as the extension carried it, is kept.
  private func index(of sequenceNumber: UInt16) -> Int? {
    // The newest number sent that has these low bits: the peer cannot know newer ones.
    let newest = next - 1
    let distance = UInt16(truncatingIfNeeded: newest) &- sequenceNumber
    let number = newest - Int64(distance)
    guard number >= 1 else { return nil }
    let index = Int(truncatingIfNeeded: number) & mask
    guard entries[index].sequenceNumber == number, entries[index].state != .empty else { return nil }
    return index
  }

  func knows(_ sequenceNumber: UInt16) -> Bool { index(of: sequenceNumber) != nil }

  /// One packet's status: its number as the extension carried it, and when it arrived, or `nil` for missing.
  package mutating func addReport(_ sequenceNumber: UInt16, arrival: TimeDelta?) {
    guard let index = index(of: sequenceNumber) else {
      unknownCount &+= 1
      return
    }
    let number = entries[index].sequenceNumber
    switch (entries[index].state, arrival) {
    case (.received, _), (.lost, nil), (.empty, _): return
    case (_, .some): entries[index].state = .received
    case (_, nil): entries[index].state = .lost
    }
    if arrival != nil, number > newestAcknowledged { acknowledge(upTo: number) }
    let entry = entries[index]
    let packet = SentPacket(
      sequenceNumber: number, sendTime: entry.sendTime, size: Int(entry.size),
      probe: entry.probe >= 0 ? ProbeCluster.ID(rawValue: entry.probe) : nil)
    if let arrival {
      if arrival < lastArrival { resultsAreSorted = false }
      lastArrival = arrival
    }
    results.append(PacketResult(packet: packet, arrival: arrival))
  }

  private mutating func acknowledge(upTo number: Int64) {
    var step = max(newestAcknowledged + 1, number - Int64(entries.count) + 1)
    while step <= number {
      let index = Int(truncatingIfNeeded: step) & mask
      if entries[index].sequenceNumber == step { bytesInFlight -= Int(entries[index].size) }
      step += 1
    }
    newestAcknowledged = number
  }

  mutating func noteUnknown(_ count: Int) { unknownCount &+= count }

  package mutating func finishFeedback(now: MonotonicTime) -> FeedbackResults {
    if !resultsAreSorted {
      let received = results.filter { $0.arrival != nil }.sorted { ($0.arrival ?? .zero) < ($1.arrival ?? .zero) }
      results = results.filter { $0.arrival == nil } + received
    }
    var newest: SentPacket?
    for result in results where result.arrival != nil {
      if (result.packet.sequenceNumber ?? 0) > (newest?.sequenceNumber ?? 0) { newest = result.packet }
    }
    return FeedbackResults(
      packets: results, roundTripTime: newest.map { max(.zero, now - $0.sendTime) }, bytesInFlight: bytesInFlight)
  }
}
