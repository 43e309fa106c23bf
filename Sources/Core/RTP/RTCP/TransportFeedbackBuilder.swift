import RTCBase

/// Collects arrivals, in ascending order of sequence numbers, into one feedback packet of bounded size.
package struct TransportFeedbackBuilder: Sendable {
  private static let tick: Int64 = 250_000
  private static let referenceUnit: Int64 = 64_000_000

  private var feedback: TransportFeedback
  /// The instant of the reference time.
  private let origin: MonotonicTime
  private let maximumByteCount: Int
  /// The statuses that chunks of seven must hold at most; a long gap costs a few of them, since runs tell it.
  private var effectiveStatusCount = 0
  private var deltaByteCount = 0
  private var lastTicks = 0

  /// - Parameters:
  ///   - baseSequenceNumber: the first packet reported on, whether it arrived or not.
  ///   - firstArrival: the arrival time of the first packet that will be added; the reference time is made from it.
  ///   - maximumByteCount: bytes of the RTCP packet at most.
  ///   - expectedCount: about how many arrivals will be added.
  package init(
    senderSSRC: SSRC, mediaSSRC: SSRC, baseSequenceNumber: SequenceNumber, firstArrival: MonotonicTime,
    feedbackCount: UInt8, maximumByteCount: Int = RTCPWriter.defaultMaximumByteCount, expectedCount: Int = 0
  ) {
    let remainder = firstArrival.nanoseconds % Self.referenceUnit
    origin = firstArrival - .nanoseconds(remainder < 0 ? remainder + Self.referenceUnit : remainder)
    feedback = TransportFeedback(
      senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, baseSequenceNumber: baseSequenceNumber, packetStatusCount: 0,
      referenceTime: TransportFeedback.referenceTime(covering: firstArrival), feedbackCount: feedbackCount)
    feedback.arrivals.reserveCapacity(min(expectedCount, maximumByteCount))
    self.maximumByteCount = maximumByteCount
  }

  package var isEmpty: Bool { feedback.arrivals.isEmpty }
  /// The sequence number behind the last one reported on: the base of the next packet.
  package var nextSequenceNumber: SequenceNumber {
    feedback.baseSequenceNumber.advanced(by: feedback.packetStatusCount)
  }

  /// Adds a packet that arrived; those between it and the previous one count as lost.
  ///
  /// - Returns: `false`, changing nothing, when the packet belongs into a next feedback: not newer than the last one, more than 8 s apart
  ///   from it, or one too many for the size.
  package mutating func add(_ sequenceNumber: SequenceNumber, arrival: MonotonicTime) -> Bool {
    let position = Int(sequenceNumber.rawValue &- feedback.baseSequenceNumber.rawValue)
    let gap = position - feedback.packetStatusCount
    // Behind the last one on the circle.
    guard gap >= 0, position < 0x8000 else { return false }
    let elapsed = (arrival - origin).nanoseconds
    // Rounded to the nearest tick, so that errors do not add up in one direction.
    let ticks = Int(elapsed.addingSaturating(elapsed < 0 ? -Self.tick / 2 : Self.tick / 2) / Self.tick)
    let (delta, overflow) = ticks.subtractingReportingOverflow(lastTicks)
    guard !overflow, let fits = Int16(exactly: delta) else { return false }
    // Every chunk but the last covers at least seven statuses, or is one of a long gap's runs, whose ends share vectors with neighbours.
    let statuses = effectiveStatusCount + 1 + min(gap, 2 * 13 + 7 * (gap / 0x1FFF + 1))
    let deltaBytes = deltaByteCount + ((0...255).contains(fits) ? 1 : 2)
    // Header, fixed part, and padding to a word.
    guard 20 + 2 * (statuses / 7 + 1) + deltaBytes + 3 <= maximumByteCount else { return false }
    effectiveStatusCount = statuses
    deltaByteCount = deltaBytes
    lastTicks = ticks
    feedback.packetStatusCount = position + 1
    feedback.arrivals.append(TransportFeedback.Arrival(sequenceNumber: sequenceNumber, ticks: ticks))
    return true
  }

  /// The feedback; `nil` when nothing was added.
  package func build() -> TransportFeedback? { isEmpty ? nil : feedback }
}
