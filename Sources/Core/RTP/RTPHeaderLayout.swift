import RTCBase

/// Where a written header ends, and where the fields lie that are only known when the packet departs.
package struct RTPHeaderLayout: Hashable, Sendable {
  /// Bytes of the header, extensions included: where the payload starts.
  package var headerByteCount: Int
  /// Offsets in the packet; zero when it carries no such field.
  var transportSequenceNumberOffset: UInt16 = 0
  var absoluteSendTimeOffset: UInt16 = 0

  init(headerByteCount: Int) { self.headerByteCount = headerByteCount }

  package var hasTransportSequenceNumber: Bool { transportSequenceNumberOffset != 0 }
  package var hasAbsoluteSendTime: Bool { absoluteSendTimeOffset != 0 }

  /// Fills in the reserved transport sequence number, if the packet has a place for it.
  package func setTransportSequenceNumber(_ value: UInt16, in packet: PacketBuffer) {
    let offset = Int(transportSequenceNumberOffset)
    guard offset != 0, offset + 2 <= packet.count else { return }
    packet.withStorage { storage, count in
      storage.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
      return count
    }
  }

  /// Fills in the reserved send time (24 bits, 6.18 fixed point), if the packet has a place for it.
  package func setAbsoluteSendTime(_ value: UInt32, in packet: PacketBuffer) {
    let offset = Int(absoluteSendTimeOffset)
    guard offset != 0, offset + 3 <= packet.count else { return }
    packet.withStorage { storage, count in
      storage.storeBytes(of: UInt16(truncatingIfNeeded: value >> 8).bigEndian, toByteOffset: offset, as: UInt16.self)
      storage.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: offset + 2, as: UInt8.self)
      return count
    }
  }
}
