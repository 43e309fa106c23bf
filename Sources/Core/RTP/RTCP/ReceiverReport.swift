import RTCBase

/// What a participant that sends no media says about the streams it receives (RFC 3550 §6.4.2).
package struct ReceiverReport: Hashable, Sendable {
  package var ssrc: SSRC
  package var reportBlocks: [ReportBlock]

  package init(ssrc: SSRC, reportBlocks: [ReportBlock] = []) {
    self.ssrc = ssrc
    self.reportBlocks = reportBlocks
  }
}
