import RTCBase

/// An RTP packet with a bare header.
func rtpPacket(ssrc: UInt32, sequence: UInt16, payload: [UInt8]) -> PacketBuffer {
  let packet = PacketBuffer()
  packet.append(UInt8(0x80))
  packet.append(UInt8(96))
  packet.append(sequence)
  packet.append(UInt32(12_345))
  packet.append(ssrc)
  payload.withRawSpan { _ = packet.append($0) }
  return packet
}

/// An RTCP receiver report without blocks, and some bytes after it.
func rtcpPacket(ssrc: UInt32, rest: [UInt8] = []) -> PacketBuffer {
  let packet = PacketBuffer()
  packet.append(UInt8(0x80))
  packet.append(UInt8(201))
  packet.append(UInt16(1 + rest.count / 4))
  packet.append(ssrc)
  rest.withRawSpan { _ = packet.append($0) }
  return packet
}

func packet(_ bytes: [UInt8]) -> PacketBuffer {
  let packet = PacketBuffer()
  bytes.withRawSpan { _ = packet.append($0) }
  return packet
}
