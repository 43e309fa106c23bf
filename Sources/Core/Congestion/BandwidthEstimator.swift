import RTCBase

/// Decides how fast to send: messages in, an estimate out, with no clock and no side effect, so that it replays from a log.
///
/// Its owner calls `handleSentPacket` for every packet at departure and one of the `handle…` methods for what comes back, then reads
/// `estimate`, drains `pollProbe` into the pacer and arms a timer for `deadline`. An estimator works with whatever the peer offers:
/// transport-wide feedback at best, REMB or receiver reports otherwise.
package protocol BandwidthEstimator: Sendable {
  /// The present decision.
  var estimate: BandwidthEstimate { get }

  /// When `handleTimeout` wants to be called.
  var deadline: Deadline? { get }

  mutating func handleSentPacket(_ packet: SentPacket)

  /// Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions), resolved against the sent packets.
  mutating func handleFeedback(_ results: FeedbackResults, now: MonotonicTime)

  /// The receiver's own estimate, REMB (draft-alvestrand-rmcat-remb).
  mutating func handleReceiverEstimate(_ bitrate: Bitrate, now: MonotonicTime)

  /// What the report blocks of one RTCP packet say about loss (RFC 3550 §6.4.1).
  mutating func handleLossReport(_ report: LossReport, now: MonotonicTime)

  /// A round trip measured from a report block (RFC 3550 §6.4.1) or by ICE.
  mutating func handleRoundTripTime(_ roundTripTime: TimeDelta, now: MonotonicTime)

  mutating func setLimits(_ limits: BitrateLimits, now: MonotonicTime)

  /// The most that all streams together can use: there is no sense in probing far beyond it.
  mutating func setDemand(_ bitrate: Bitrate, now: MonotonicTime)

  mutating func handleTimeout(now: MonotonicTime)

  /// The next group of packets to send faster than the estimate.
  mutating func pollProbe() -> ProbeCluster?
}
