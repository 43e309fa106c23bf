import RTCBase

/// Where a written header ends, and where the fields lie that are only known when the packet departs.
package struct RTPHeaderLayout: Hashable, Sendable {
  /// Bytes of the header, extensions included: where the payload starts.
  package var headerByteCount: Int
  /// Offsets in the packet; zero when it carries no such field.
  @usableFromInline var transportSequenceNumberOffset: UInt16 = 0
  @usableFromInline var absoluteSendTimeOffset: UInt16 = 0

  @usableFromInline
  init(headerByteCount: Int) { self.headerByteCount = headerByteCount }

  @inlinable
  package var hasTransportSequenceNumber: Bool { transportSequenceNumberOffset != 0 }
  @inlinable
  package var hasAbsoluteSendTime: Bool { absoluteSendTimeOffset != 0 }

  /// Fills in the reserved transport sequence number, if the packet has a place for it.
  @inlinable
  package func setTransportSequenceNumber(_ value: UInt16, in packet: PacketBuffer) {
    let offset = Int(transportSequenceNumberOffset)
    guard offset != 0, offset + 2 <= packet.count else { return }
    packet.overwrite(value, at: offset)
  }

  /// Fills in the reserved send time (24 bits, 6.18 fixed point), if the packet has a place for it.
  @inlinable
  package func setAbsoluteSendTime(_ value: UInt32, in packet: PacketBuffer) {
    let offset = Int(absoluteSendTimeOffset)
    guard offset != 0, offset + 3 <= packet.count else { return }
    packet.overwrite(UInt16(truncatingIfNeeded: value >> 8), at: offset)
    packet.overwrite(UInt8(truncatingIfNeeded: value), at: offset + 2)
  }
}
