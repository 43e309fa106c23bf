import RTCBase

/// What a sender says about its stream, and about those it receives (RFC 3550 §6.4.1).
package struct SenderReport: Hashable, Sendable {
  package var ssrc: SSRC
  /// The wall clock at this report, and the RTP timestamp of the same instant.
  package var ntpTime: NTPTime
  package var rtpTimestamp: UInt32
  package var packetCount: UInt32
  /// Payload bytes, headers and padding excluded.
  package var octetCount: UInt32
  package var reportBlocks: [ReportBlock]

  package init(
    ssrc: SSRC, ntpTime: NTPTime, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32,
    reportBlocks: [ReportBlock] = []
  ) {
    self.ssrc = ssrc
    self.ntpTime = ntpTime
    self.rtpTimestamp = rtpTimestamp
    self.packetCount = packetCount
    self.octetCount = octetCount
    self.reportBlocks = reportBlocks
  }
}
