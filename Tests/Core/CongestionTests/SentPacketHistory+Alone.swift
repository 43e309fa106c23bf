import RTCBase
import RTCCongestion
import RTCRTP

extension SentPacketHistory {
  /// Resolves a feedback message that came alone.
  mutating func handle(_ feedback: TransportFeedback, now: MonotonicTime) -> FeedbackResults {
    var allowance = capacity
    return handle(feedback, allowance: &allowance, now: now)
  }
}
