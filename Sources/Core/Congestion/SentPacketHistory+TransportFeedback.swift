import RTCBase
import RTCRTP

extension SentPacketHistory {
  /// Resolves one feedback message against what was sent.
  package mutating func handle(_ feedback: TransportFeedback, now: MonotonicTime) -> FeedbackResults {
    beginFeedback()
    let reference = unwrapReference(feedback.referenceTime)
    var next = 0
    for step in 0..<min(max(0, feedback.packetStatusCount), 65_535) {
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
