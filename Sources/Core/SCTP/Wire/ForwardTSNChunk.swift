import RTCBase

/// FORWARD TSN (RFC 3758 §3.2) and I-FORWARD-TSN (RFC 8260 §2.3.1): the sender will not send what lies before.
struct ForwardTSNChunk: Hashable {
  var cumulativeTSN: TSN
  var isInterleaved: Bool
  var skips: [Skip]

  /// The last message of a stream that is given up.
  struct Skip: Hashable {
    var stream: SCTPStreamIdentifier
    /// Never without interleaving, where the chunk names ordered streams only.
    var isUnordered = false
    /// The SSN, or the MID with interleaving.
    var message: MessageIdentifier
  }

  init(cumulativeTSN: TSN, isInterleaved: Bool, skips: [Skip]) {
    self.cumulativeTSN = cumulativeTSN
    self.isInterleaved = isInterleaved
    self.skips = skips
  }

  /// `nil` when it is not a whole number of entries.
  init?(_ value: RawSpan, isInterleaved: Bool) {
    let entryByteCount = isInterleaved ? 8 : 4
    guard value.byteCount >= 4, (value.byteCount - 4) % entryByteCount == 0 else { return nil }
    cumulativeTSN = TSN(rawValue: value.uint32(at: 0))
    self.isInterleaved = isInterleaved
    skips = []
    skips.reserveCapacity((value.byteCount - 4) / entryByteCount)
    for offset in stride(from: 4, to: value.byteCount, by: entryByteCount) {
      let stream = SCTPStreamIdentifier(rawValue: value.uint16(at: offset))
      if isInterleaved {
        skips.append(
          Skip(
            stream: stream, isUnordered: value.uint16(at: offset + 2) & 1 != 0,
            message: MessageIdentifier(rawValue: value.uint32(at: offset + 4))))
      } else {
        skips.append(Skip(stream: stream, message: MessageIdentifier(rawValue: UInt32(value.uint16(at: offset + 2)))))
      }
    }
  }

  func write(to packet: PacketBuffer) {
    let start = packet.beginChunk(isInterleaved ? .interleavedForwardTSN : .forwardTSN)
    packet.append(cumulativeTSN.rawValue)
    for skip in skips {
      if isInterleaved {
        packet.append(UInt32(skip.stream.rawValue) << 16 | (skip.isUnordered ? 1 : 0))
        packet.append(skip.message.rawValue)
      } else {
        packet.append(UInt32(skip.stream.rawValue) << 16 | skip.message.rawValue & 0xFFFF)
      }
    }
    packet.endChunk(start)
  }
}
