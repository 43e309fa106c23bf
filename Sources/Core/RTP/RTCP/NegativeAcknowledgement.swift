import RTCBase

/// A request to send packets again: generic NACK (RFC 4585 §6.2.1).
package struct NegativeAcknowledgement: Hashable, Sendable {
  package var senderSSRC: SSRC
  package var mediaSSRC: SSRC
  /// In the order of the packet; a writer expects them ascending on the circle, so that one bit mask covers neighbours.
  package var sequenceNumbers: [SequenceNumber]

  package init(senderSSRC: SSRC, mediaSSRC: SSRC, sequenceNumbers: [SequenceNumber]) {
    self.senderSSRC = senderSSRC
    self.mediaSSRC = mediaSSRC
    self.sequenceNumbers = sequenceNumbers
  }
}

extension NegativeAcknowledgement {
  init?(parsing body: RawSpan) {
    var reader = ByteReader(body)
    guard let sender = reader.readUInt32(), let media = reader.readUInt32(), reader.remaining > 0,
      reader.remaining & 3 == 0
    else { return nil }
    var sequenceNumbers: [SequenceNumber] = []
    while let first = reader.readUInt16(), var mask = reader.readUInt16() {
      var number = SequenceNumber(rawValue: first)
      sequenceNumbers.append(number)
      while mask != 0 {
        number = number.next
        if mask & 1 != 0 { sequenceNumbers.append(number) }
        mask >>= 1
      }
    }
    self.init(senderSSRC: SSRC(rawValue: sender), mediaSSRC: SSRC(rawValue: media), sequenceNumbers: sequenceNumbers)
  }

  /// Writes pairs of a number and a mask of its 16 followers (PID and BLP), as long as there is room.
  ///
  /// - Returns: how many sequence numbers were written.
  func writePairs(to packet: PacketBuffer, limit: Int) -> Int {
    var index = 0
    while index < sequenceNumbers.count, packet.count + 4 <= limit {
      let first = sequenceNumbers[index]
      var mask: UInt16 = 0
      var next = index + 1
      while next < sequenceNumbers.count {
        let distance = sequenceNumbers[next].distance(from: first)
        guard (0...16).contains(distance) else { break }
        // A number given twice needs no bit of its own.
        if distance > 0 { mask |= 1 << UInt16(distance - 1) }
        next += 1
      }
      guard packet.append(UInt32(first.rawValue) << 16 | UInt32(mask)) else { break }
      index = next
    }
    return index
  }
}
