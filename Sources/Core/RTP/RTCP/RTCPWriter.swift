import RTCBase

/// Builds a compound, or reduced-size (RFC 5506), RTCP packet.
///
/// The caller begins with a report and a source description unless reduced size was negotiated; what does not fit goes into a next packet.
package struct RTCPWriter {
  /// Leaves room for SRTCP, UDP and IPv6 within 1,280 bytes.
  package static let defaultMaximumByteCount = 1_200

  package let packet: PacketBuffer
  package let maximumByteCount: Int

  /// Empties `packet` and writes from its start.
  package init(into packet: PacketBuffer, maximumByteCount: Int = Self.defaultMaximumByteCount) {
    self.packet = packet
    self.maximumByteCount = min(maximumByteCount, PacketBuffer.capacity)
    packet.removeAll()
  }

  package var isEmpty: Bool { packet.isEmpty }
  package var byteCount: Int { packet.count }
  package var remainingByteCount: Int { max(0, maximumByteCount - packet.count) }

  /// Appends one packet whole. Reports with more than 31 blocks continue in receiver reports.
  ///
  /// - Returns: `false`, leaving the compound packet as it was, when it does not fit. An `unknown` packet is never written.
  @discardableResult
  package mutating func append(_ message: RTCPPacket) -> Bool { false }

  /// Appends as much of a request as fits.
  ///
  /// - Returns: how many sequence numbers, counted from the first, the packet asks for.
  package mutating func appendPrefix(of request: NegativeAcknowledgement) -> Int { 0 }
}
