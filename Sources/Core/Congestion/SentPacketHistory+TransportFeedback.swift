import RTCBase
import RTCRTP

extension SentPacketHistory {
  /// Resolves one of several feedback messages that came together against what was sent. One whose times cannot be true is counted, and
  /// changes nothing.
  ///
  /// - Parameter allowance: of how many packets they may still tell, at first `capacity`: all that are known, each once. A message of 20
  ///   bytes can ask about as many, and one that goes beyond is counted and changes nothing.
  package mutating func handle(
    _ feedback: TransportFeedback, allowance: inout Int, now: MonotonicTime
  ) -> FeedbackResults {
    beginFeedback()
    var next = 0
    // A message of 20 bytes may name 65,535 packets: only those that may still be known are looked at.
    let count = min(max(0, feedback.packetStatusCount), 65_535)
    let newest = Int(UInt16(truncatingIfNeeded: nextSequenceNumber &- 1) &- feedback.baseSequenceNumber.rawValue)
    let first = max(0, newest - capacity + 1)
    let end = min(count, newest + 1)
    guard first < end else {
      noteUnknown(count)
      return finishFeedback(now: now)
    }
    guard end - first <= allowance else {
      implausibleCount &+= 1
      return finishFeedback(now: now)
    }
    allowance -= end - first
    // Only packets that were sent make the clock of their receiver worth listening to.
    var reference = TimeDelta.zero
    if let offsets = knownOffsets(feedback) {
      guard let time = clock.place(feedback.referenceTime, offsets: offsets, now: now) else {
        implausibleCount &+= 1
        return finishFeedback(now: now)
      }
      reference = time
    }
    noteUnknown(count - (end - first))
    for step in first..<end {
      let number = feedback.baseSequenceNumber.advanced(by: step)
      while next < feedback.arrivals.count, number.distance(from: feedback.arrivals[next].sequenceNumber) > 0 {
        next += 1
      }
      if next < feedback.arrivals.count, feedback.arrivals[next].sequenceNumber == number {
        addReport(number.rawValue, arrival: reference + feedback.arrivals[next].offset)
        next += 1
      } else {
        addReport(number.rawValue, arrival: nil)
      }
    }
    return finishFeedback(now: now)
  }

  /// From the reference to the earliest and to the latest arrival of packets that are known; `nil` when none is.
  private func knownOffsets(_ feedback: TransportFeedback) -> ClosedRange<TimeDelta>? {
    var range: ClosedRange<TimeDelta>?
    for arrival in feedback.arrivals where knows(arrival.sequenceNumber.rawValue) {
      let offset = arrival.offset
      range = min(range?.lowerBound ?? offset, offset)...max(range?.upperBound ?? offset, offset)
    }
    return range
  }
}
