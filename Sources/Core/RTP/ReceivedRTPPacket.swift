import RTCBase

/// A decrypted RTP packet on its way to a receiver. Belongs to one event loop, like the buffer it carries.
package struct ReceivedRTPPacket {
  /// The whole packet.
  package var buffer: PacketBuffer
  package var header: RTPHeader
  package var extensions: RTPExtensionValues
  package var arrival: MonotonicTime

  package init(buffer: PacketBuffer, header: RTPHeader, extensions: RTPExtensionValues, arrival: MonotonicTime) {
    self.buffer = buffer
    self.header = header
    self.extensions = extensions
    self.arrival = arrival
  }

  /// Parses a decrypted packet; `nil` when it is not RTP.
  package init?(parsing buffer: PacketBuffer, map: RTPExtensionMap, arrival: MonotonicTime) {
    guard let header = RTPHeader(parsing: buffer.bytes) else { return nil }
    self.init(
      buffer: buffer, header: header,
      extensions: RTPExtensionValues(parsing: buffer.bytes, header: header, map: map), arrival: arrival)
  }
}
