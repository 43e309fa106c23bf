import RTCBase

/// When what a stream carries was captured, on this machine's clock, as far as the sender's reports tell
/// (RFC 3550 §6.4.1).
///
/// A report names the RTP timestamp of the moment in which it leaves. The quickest of them shows how the two clocks
/// relate; what is slower has waited on its way. Half a round trip is taken for the way itself, once it was measured.
struct CaptureTimeEstimator: Hashable, Sendable {
  /// How much later than by the quickest one the next report may arrive and be the quickest: clocks drift apart.
  private static let drift = TimeDelta.milliseconds(2)
  /// Beyond this the timestamps have begun anew.
  private static let greatestDelay = TimeDelta.seconds(2)

  private let clock: MediaClock
  private var timestamp: UInt32 = 0
  /// When a report of that timestamp arrives that is as quick as the quickest; `nil` before the first.
  private var arrival: MonotonicTime?

  init(clockRate: Int) { clock = MediaClock(rate: clockRate) }

  mutating func handle(_ reported: UInt32, now: MonotonicTime) {
    let expected = time(of: reported)
    timestamp = reported
    guard let expected, (now - expected).magnitude <= Self.greatestDelay else {
      arrival = now
      return
    }
    arrival = min(now, expected + Self.drift)
  }

  /// - Parameter roundTripTime: of the transport; zero until it is known.
  func captureTime(of timestamp: UInt32, roundTripTime: TimeDelta, now: MonotonicTime) -> MonotonicTime? {
    time(of: timestamp).map { min(now, $0 - roundTripTime / 2) }
  }

  /// When a report of a timestamp would arrive.
  private func time(of timestamp: UInt32) -> MonotonicTime? {
    arrival.map { $0 + clock.duration(ofTicks: Int64(Int32(bitPattern: timestamp &- self.timestamp))) }
  }
}
