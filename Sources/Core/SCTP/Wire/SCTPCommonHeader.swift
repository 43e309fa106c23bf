import RTCBase

/// The twelve bytes in front of every packet (RFC 9260 §3.1).
struct SCTPCommonHeader: Hashable {
  static let byteCount = 12

  var sourcePort: UInt16
  var destinationPort: UInt16
  var verificationTag: VerificationTag
  /// As it stands in the packet; it is little-endian by its definition.
  var checksum: UInt32 = 0

  init(sourcePort: UInt16, destinationPort: UInt16, verificationTag: VerificationTag) {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.verificationTag = verificationTag
  }

  init?(_ packet: RawSpan) {
    guard packet.byteCount >= Self.byteCount else { return nil }
    sourcePort = packet.uint16(at: 0)
    destinationPort = packet.uint16(at: 2)
    verificationTag = VerificationTag(rawValue: packet.uint32(at: 4))
    checksum = packet.uint32(at: 8).byteSwapped
  }

  /// Starts a packet, whose checksum is zero for now.
  func write(to packet: PacketBuffer) {
    packet.removeAll()
    packet.append(sourcePort)
    packet.append(destinationPort)
    packet.append(verificationTag.rawValue)
    packet.append(UInt32(0))
  }

  /// Fills in the checksum of a packet that is complete.
  static func seal(_ packet: PacketBuffer) { packet.overwrite(CRC32c.ofPacket(packet.bytes).byteSwapped, at: 8) }
}
