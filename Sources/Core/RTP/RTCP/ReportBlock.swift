import RTCBase

/// One reception report (RFC 3550 §6.4.1).
package struct ReportBlock: Hashable, Sendable {
  package static let byteCount = 24

  /// The source reported on.
  package var ssrc: SSRC
  /// Loss since the previous report, in 1/256.
  package var fractionLost: UInt8
  /// 24 bits, signed: duplicates make it negative.
  package var cumulativePacketsLost: Int32
  /// Cycles in the upper, highest sequence number received in the lower half.
  package var extendedHighestSequenceNumber: UInt32
  /// In units of the RTP timestamp.
  package var interarrivalJitter: UInt32
  /// The middle bits of the NTP time of the last sender report; zero if there was none.
  package var lastSenderReport: UInt32
  /// Time since that report, in 1/65,536 s.
  package var delaySinceLastSenderReport: UInt32

  package init(
    ssrc: SSRC, fractionLost: UInt8 = 0, cumulativePacketsLost: Int32 = 0, extendedHighestSequenceNumber: UInt32 = 0,
    interarrivalJitter: UInt32 = 0, lastSenderReport: UInt32 = 0, delaySinceLastSenderReport: UInt32 = 0
  ) {
    self.ssrc = ssrc
    self.fractionLost = fractionLost
    self.cumulativePacketsLost = cumulativePacketsLost
    self.extendedHighestSequenceNumber = extendedHighestSequenceNumber
    self.interarrivalJitter = interarrivalJitter
    self.lastSenderReport = lastSenderReport
    self.delaySinceLastSenderReport = delaySinceLastSenderReport
  }

  /// The round-trip time that this report on our own stream measures, at its arrival (RFC 3550 §6.4.1); `nil` without a last report.
  ///
  /// A result that clock drift makes negative, at most by half the range, becomes zero.
  package func roundTripTime(at arrival: NTPTime) -> TimeDelta? {
    guard lastSenderReport != 0 else { return nil }
    let units = Int32(bitPattern: arrival.compact &- lastSenderReport &- delaySinceLastSenderReport)
    return TimeDelta(nanoseconds: (Int64(max(0, units)) * 1_000_000_000) >> 16)
  }
}

extension ReportBlock {
  /// Reads `count` blocks; `nil` when fewer are there.
  static func parse(_ reader: inout ByteReader, count: Int) -> [ReportBlock]? {
    guard reader.remaining >= count * byteCount else { return nil }
    var blocks: [ReportBlock] = []
    blocks.reserveCapacity(count)
    for _ in 0..<count {
      guard let block = ReportBlock(&reader) else { return nil }
      blocks.append(block)
    }
    return blocks
  }

  private init?(_ reader: inout ByteReader) {
    guard let ssrc = reader.readUInt32(), let loss = reader.readUInt32(), let highest = reader.readUInt32(),
      let jitter = reader.readUInt32(), let lastReport = reader.readUInt32(), let delay = reader.readUInt32()
    else { return nil }
    self.init(
      ssrc: SSRC(rawValue: ssrc), fractionLost: UInt8(loss >> 24),
      cumulativePacketsLost: Int32(bitPattern: loss << 8) >> 8, extendedHighestSequenceNumber: highest,
      interarrivalJitter: jitter, lastSenderReport: lastReport, delaySinceLastSenderReport: delay)
  }

  func write(to packet: PacketBuffer) -> Bool {
    // The loss saturates at the 24 bits it has (RFC 3550 §6.4.1).
    let lost = UInt32(bitPattern: min(max(cumulativePacketsLost, -0x80_0000), 0x7F_FFFF)) & 0xFF_FFFF
    return packet.append(ssrc.rawValue) && packet.append(UInt32(fractionLost) << 24 | lost)
      && packet.append(extendedHighestSequenceNumber) && packet.append(interarrivalJitter)
      && packet.append(lastSenderReport) && packet.append(delaySinceLastSenderReport)
  }
}
