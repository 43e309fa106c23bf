import RTCBase
import RTCCongestion
import RTCRTP

/// What is remembered between report blocks about one stream.
struct RemoteReportState: Sendable {
  /// The peer has reported on the SSRC: it need not be told the MID any more.
  var isKnown = false
  var highest: Int64?
  var lost: Int64 = 0
}

extension SendStream {
  /// A sender report for now; `nil` when nothing was sent since the one before (RFC 3550 §6.4).
  mutating func makeSenderReport(wallClock: WallClock, now: MonotonicTime) -> SenderReport? {
    guard sentSinceReport, let timestamp = timestamps.timestamp(at: now) else { return nil }
    sentSinceReport = false
    return SenderReport(
      ssrc: configuration.ssrc, ntpTime: wallClock.ntpTime(at: now), rtpTimestamp: timestamp,
      packetCount: UInt32(truncatingIfNeeded: reportedPackets), octetCount: UInt32(truncatingIfNeeded: reportedOctets))
  }

  /// Takes a report on this stream and answers how much was lost since the one before, and the round trip.
  mutating func handle(
    _ block: ReportBlock, wallClock: WallClock, now: MonotonicTime
  ) -> (loss: LossReport?, roundTripTime: TimeDelta?) {
    var inbound = statistics.remoteInbound ?? SendStreamStatistics.RemoteInbound()
    // Only the low half is compared, against our own count: the peer's cycles begin wherever it first heard the stream.
    let first = Int64(firstSequenceNumber.rawValue)
    let newest = first + reportedPackets - 1
    let behind = UInt16(truncatingIfNeeded: newest) &- UInt16(truncatingIfNeeded: block.extendedHighestSequenceNumber)
    let highest = newest - Int64(behind)
    guard reportedPackets > 0, highest >= first else { return (nil, nil) }
    remote.isKnown = true
    let expected = highest - first + 1
    let lost = min(Int64(block.cumulativePacketsLost), expected)
    inbound.packetsLost = lost
    inbound.packetsReceived = max(0, expected - lost)
    inbound.fractionLost = Double(block.fractionLost) / 256
    inbound.jitter = .seconds(Double(block.interarrivalJitter) / Double(configuration.clockRate))
    inbound.reportArrival = now
    let roundTrip = block.roundTripTime(at: wallClock.ntpTime(at: now)).flatMap { $0 <= .seconds(60) ? $0 : nil }
    if let roundTrip {
      inbound.roundTripTime = roundTrip
      inbound.totalRoundTripTime += roundTrip
      inbound.roundTripTimeMeasurements += 1
    }
    statistics.remoteInbound = inbound
    var loss: LossReport?
    if let before = remote.highest, highest > before {
      loss = LossReport(expected: Int(highest - before), lost: Int(max(0, lost - remote.lost)))
    }
    if remote.highest.map({ highest > $0 }) ?? true {
      remote.highest = highest
      remote.lost = lost
    }
    return (loss, roundTrip)
  }
}
