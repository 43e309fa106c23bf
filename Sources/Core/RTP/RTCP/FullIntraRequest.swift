import RTCBase

/// A command to send a key frame: FIR (RFC 5104 §4.3.1).
package struct FullIntraRequest: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var ssrc: SSRC
    /// One more for each new command; a repeated number is the same command sent again.
    package var sequenceNumber: UInt8

    package init(ssrc: SSRC, sequenceNumber: UInt8) {
      self.ssrc = ssrc
      self.sequenceNumber = sequenceNumber
    }
  }

  package var senderSSRC: SSRC
  package var entries: [Entry]

  package init(senderSSRC: SSRC, entries: [Entry]) {
    self.senderSSRC = senderSSRC
    self.entries = entries
  }
}

extension FullIntraRequest {
  init?(parsing body: RawSpan) {
    var reader = ByteReader(body)
    // The media source of the common header is unused (RFC 5104 §4.3.1.2).
    guard let sender = reader.readUInt32(), reader.skip(4), reader.remaining > 0, reader.remaining & 7 == 0 else {
      return nil
    }
    var entries: [Entry] = []
    while let ssrc = reader.readUInt32(), let word = reader.readUInt32() {
      entries.append(Entry(ssrc: SSRC(rawValue: ssrc), sequenceNumber: UInt8(word >> 24)))
    }
    self.init(senderSSRC: SSRC(rawValue: sender), entries: entries)
  }

  func writeEntries(to packet: PacketBuffer) -> Bool {
    for entry in entries {
      guard packet.append(entry.ssrc.rawValue), packet.append(UInt32(entry.sequenceNumber) << 24) else { return false }
    }
    return true
  }
}
