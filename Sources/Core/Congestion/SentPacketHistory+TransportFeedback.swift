import RTCBase
import RTCRTP

extension SentPacketHistory {
  /// Resolves one feedback message against what was sent.
  package mutating func handle(_ feedback: TransportFeedback, now: MonotonicTime) -> FeedbackResults {
    beginFeedback()
    let reference = unwrapReference(feedback.referenceTime)
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
}
