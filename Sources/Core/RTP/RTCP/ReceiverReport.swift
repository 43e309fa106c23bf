import RTCBase

/// What a participant that sends no media says about the streams it receives (RFC 3550 §6.4.2).
package struct ReceiverReport: Hashable, Sendable {
  /// Of one without report blocks.
  static let byteCount = 8

  package var ssrc: SSRC
  package var reportBlocks: [ReportBlock]

  package init(ssrc: SSRC, reportBlocks: [ReportBlock] = []) {
    self.ssrc = ssrc
    self.reportBlocks = reportBlocks
  }
}

extension ReceiverReport {
  init?(parsing body: RawSpan, count: Int) {
    var reader = ByteReader(body)
    guard let ssrc = reader.readUInt32(), let blocks = ReportBlock.parse(&reader, count: count) else { return nil }
    self.init(ssrc: SSRC(rawValue: ssrc), reportBlocks: blocks)
  }
}
