import RTCBase

/// What a sender says about its stream, and about those it receives (RFC 3550 §6.4.1).
package struct SenderReport: Hashable, Sendable {
  /// Of one without report blocks.
  static let byteCount = 28

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

extension SenderReport {
  init?(parsing body: RawSpan, count: Int) {
    var reader = ByteReader(body)
    guard let ssrc = reader.readUInt32(), let ntpTime = reader.readUInt64(), let rtpTimestamp = reader.readUInt32(),
      let packetCount = reader.readUInt32(), let octetCount = reader.readUInt32(),
      let blocks = ReportBlock.parse(&reader, count: count)
    else { return nil }
    self.init(
      ssrc: SSRC(rawValue: ssrc), ntpTime: NTPTime(rawValue: ntpTime), rtpTimestamp: rtpTimestamp,
      packetCount: packetCount, octetCount: octetCount, reportBlocks: blocks)
  }

  /// Everything but the report blocks.
  func writeSenderInformation(to packet: PacketBuffer) -> Bool {
    packet.append(ssrc.rawValue) && packet.append(ntpTime.rawValue) && packet.append(rtpTimestamp)
      && packet.append(packetCount) && packet.append(octetCount)
  }
}
