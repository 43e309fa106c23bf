import RTCBase

/// Converts between ticks of an RTP clock and time, without overflow for any tick count.
package struct MediaClock: Hashable, Sendable {
  package let rate: Int

  /// - Parameter rate: Ticks per second; a rate that is not positive counts as 90 kHz, the clock of every video format.
  package init(rate: Int) { self.rate = rate > 0 ? rate : 90_000 }

  package func duration(ofTicks ticks: Int64) -> TimeDelta {
    let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: Int64(rate))
    return TimeDelta.seconds(1) * seconds + TimeDelta(nanoseconds: rest * 1_000_000_000 / Int64(rate))
  }

  package func duration(ofTicks ticks: Int) -> TimeDelta { duration(ofTicks: Int64(ticks)) }

  /// Whole ticks, rounded towards zero.
  package func ticks(in duration: TimeDelta) -> Int64 {
    let (seconds, rest) = duration.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let (wholeTicks, overflow) = seconds.multipliedReportingOverflow(by: Int64(rate))
    if overflow { return duration.nanoseconds < 0 ? .min : .max }
    return wholeTicks.addingSaturating(rest * Int64(rate) / 1_000_000_000)
  }
}
