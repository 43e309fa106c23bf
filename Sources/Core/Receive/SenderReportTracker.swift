import RTCBase
import RTCRTP

/// What the sender reports of one stream said: for our report blocks, for synchronization and for the remote-outbound statistics.
package struct SenderReportTracker: Hashable, Sendable {
  /// The latest report.
  package private(set) var last: SenderReport?
  package private(set) var lastArrival: MonotonicTime?
  package private(set) var reportsReceived: Int64 = 0
  /// Counts of the sender, unwrapped from 32 bits.
  package private(set) var packetsSent: Int64 = 0
  package private(set) var bytesSent: Int64 = 0

  package init() {}

  package mutating func handle(_ report: SenderReport, now: MonotonicTime) {
    if let last {
      packetsSent &+= Int64(report.packetCount &- last.packetCount)
      bytesSent &+= Int64(report.octetCount &- last.octetCount)
    } else {
      packetsSent = Int64(report.packetCount)
      bytesSent = Int64(report.octetCount)
    }
    last = report
    // The report blocks are handled by the sending side; kept here they would only hold memory.
    last?.reportBlocks = []
    lastArrival = now
    reportsReceived &+= 1
  }

  /// LSR of RFC 3550 §6.4.1; zero before the first report.
  package var lastSenderReport: UInt32 { last?.ntpTime.compact ?? 0 }

  /// DLSR of RFC 3550 §6.4.1, in 1/65,536 s.
  package func delaySinceLastSenderReport(now: MonotonicTime) -> UInt32 {
    guard let lastArrival else { return 0 }
    let units = max(0, (now - lastArrival).seconds) * 65_536
    return units >= 4_294_967_295 ? .max : UInt32(units)
  }

  /// The sender's wall clock at an RTP timestamp near the last report.
  package func ntpTime(of rtpTimestamp: UInt32, clock: MediaClock) -> NTPTime? {
    guard let last, last.ntpTime.rawValue != 0 else { return nil }
    return last.ntpTime + clock.duration(ofTicks: Int64(Int32(bitPattern: rtpTimestamp &- last.rtpTimestamp)))
  }
}
