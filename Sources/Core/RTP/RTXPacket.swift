import RTCBase

/// Retransmission packets (RFC 4588 §4), and the padding that probes travel in.
package enum RTXPacket {
  /// Bytes of the original sequence number (OSN) before the payload.
  package static let overhead = 2

  /// Turns a retransmission packet into the packet it repeats, in place, and `packet.header` with it.
  ///
  /// - Returns: `false`, changing nothing, for a packet without an original: padding sent as a probe.
  package static func restoreOriginal(
    _ packet: inout ReceivedRTPPacket, ssrc: SSRC, payloadType: PayloadType
  ) -> Bool {
    let payload = packet.header.payloadRange
    let buffer = packet.buffer
    guard payload.count >= overhead, payload.upperBound <= buffer.count else { return false }
    let sequenceNumber = SequenceNumber(rawValue: buffer.bytes.uint16(at: payload.lowerBound))
    buffer.withStorage { storage, _ in
      // The padding goes with the two bytes: the packet's length already tells it.
      storage[0] &= ~0x20
      storage[1] = storage[1] & 0x80 | payloadType.rawValue
      storage.storeBytes(of: sequenceNumber.rawValue.bigEndian, toByteOffset: 2, as: UInt16.self)
      storage.storeBytes(of: ssrc.rawValue.bigEndian, toByteOffset: 8, as: UInt32.self)
      guard let base = storage.baseAddress else { return payload.upperBound }
      let target = base + payload.lowerBound
      target.copyMemory(from: target + overhead, byteCount: payload.count - overhead)
      return payload.upperBound - overhead
    }
    packet.header.payloadType = payloadType
    packet.header.sequenceNumber = sequenceNumber
    packet.header.ssrc = ssrc
    packet.header.payloadRange = payload.lowerBound..<payload.upperBound - overhead
    packet.header.paddingLength = 0
    return true
  }

  /// Builds the retransmission of a packet that was sent, in another packet.
  ///
  /// The header is written anew, since an RTX stream names its RID as the repaired one (RFC 8852 §3.1) and the fields known at departure
  /// need their places.
  /// - Parameters:
  ///   - original: the packet as it was before protection.
  ///   - writer: the writer of the same transport.
  /// - Returns: `nil`, leaving `packet` empty, if `original` is not RTP or leaves no room for the original sequence number.
  package static func build(
    repeating original: PacketBuffer, ssrc: SSRC, payloadType: PayloadType, sequenceNumber: SequenceNumber,
    writer: RTPHeaderWriter, into packet: PacketBuffer
  ) -> RTPHeaderLayout? {
    packet.removeAll()
    guard let header = RTPHeader(parsing: original.bytes) else { return nil }
    var extensions = RTPExtensionValues(parsing: original.bytes, header: header, map: writer.map)
    extensions.repairedRidIdentifier = extensions.ridIdentifier ?? extensions.repairedRidIdentifier
    extensions.ridIdentifier = nil
    var repairHeader = header
    repairHeader.ssrc = ssrc
    repairHeader.payloadType = payloadType
    repairHeader.sequenceNumber = sequenceNumber
    let layout = writer.write(repairHeader, extensions: extensions, into: packet)
    guard packet.append(header.sequenceNumber.rawValue),
      packet.append(original.bytes.extracting(header.payloadRange))
    else {
      packet.removeAll()
      return nil
    }
    return layout
  }

  /// Builds a packet of padding alone, such as a probe on an RTX stream (RFC 3550 §5.1).
  ///
  /// - Parameter paddingLength: 1 to 255 bytes, the count byte included; other lengths take the nearest.
  package static func buildPadding(
    _ header: RTPHeader, extensions: RTPExtensionValues, paddingLength: Int, writer: RTPHeaderWriter,
    into packet: PacketBuffer
  ) -> RTPHeaderLayout {
    let layout = writer.write(header, extensions: extensions, into: packet)
    let length = min(max(paddingLength, 1), 255)
    packet.withStorage { storage, count in
      storage[0] |= 0x20
      for index in count..<count + length - 1 { storage[index] = 0 }
      storage[count + length - 1] = UInt8(truncatingIfNeeded: length)
      return count + length
    }
    return layout
  }
}
