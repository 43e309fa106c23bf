import RTCBase

/// The head of a fragment of a message: DATA (RFC 9260 §3.3.1) or I-DATA (RFC 8260 §2.1).
struct DataChunk: Hashable {
  var tsn: TSN
  var stream: SCTPStreamIdentifier
  var isInterleaved = false
  var isUnordered = false
  var isBeginning = true
  var isEnd = true
  /// The receiver shall acknowledge at once (RFC 9260 §3.3.1, the I bit).
  var isImmediate = false
  /// The SSN, or the MID with interleaving.
  var message: MessageIdentifier
  /// Zero without interleaving.
  var fragment = FragmentSequenceNumber(rawValue: 0)
  /// Zero in the later fragments of an interleaved message, which do not carry it.
  var payloadProtocol: PayloadProtocolIdentifier
  /// Where the payload begins in the chunk's value, or has the space that the fields take.
  var payloadOffset: Int { isInterleaved ? 16 : 12 }

  /// Bytes around the payload.
  static func overhead(isInterleaved: Bool) -> Int { isInterleaved ? 20 : 16 }

  init(tsn: TSN, stream: SCTPStreamIdentifier, message: MessageIdentifier, payloadProtocol: PayloadProtocolIdentifier) {
    self.tsn = tsn
    self.stream = stream
    self.message = message
    self.payloadProtocol = payloadProtocol
  }

  /// `nil` without its fields.
  init?(_ chunk: SCTPChunk, in packet: RawSpan) {
    isInterleaved = chunk.type == .interleavedData
    let base = chunk.value.lowerBound
    guard chunk.value.count >= (chunk.type == .interleavedData ? 16 : 12) else { return nil }
    tsn = TSN(rawValue: packet.uint32(at: base))
    stream = SCTPStreamIdentifier(rawValue: packet.uint16(at: base + 4))
    isEnd = chunk.flags & 1 != 0
    isBeginning = chunk.flags & 2 != 0
    isUnordered = chunk.flags & 4 != 0
    isImmediate = chunk.flags & 8 != 0
    if chunk.type == .interleavedData {
      message = MessageIdentifier(rawValue: packet.uint32(at: base + 8))
      let word = packet.uint32(at: base + 12)
      // The first fragment carries the PPID where the others carry their number.
      payloadProtocol = PayloadProtocolIdentifier(rawValue: isBeginning ? word : 0)
      fragment = FragmentSequenceNumber(rawValue: isBeginning ? 0 : word)
    } else {
      message = MessageIdentifier(rawValue: UInt32(packet.uint16(at: base + 6)))
      payloadProtocol = PayloadProtocolIdentifier(rawValue: packet.uint32(at: base + 8))
    }
  }

  private var flags: UInt8 { (isEnd ? 1 : 0) | (isBeginning ? 2 : 0) | (isUnordered ? 4 : 0) | (isImmediate ? 8 : 0) }

  func write(_ payload: RawSpan, to packet: PacketBuffer) {
    let start = packet.beginChunk(isInterleaved ? .interleavedData : .data, flags: flags)
    packet.append(tsn.rawValue)
    if isInterleaved {
      packet.append(UInt32(stream.rawValue) << 16)
      packet.append(message.rawValue)
      packet.append(isBeginning ? payloadProtocol.rawValue : fragment.rawValue)
    } else {
      packet.append(UInt32(stream.rawValue) << 16 | message.rawValue & 0xFFFF)
      packet.append(payloadProtocol.rawValue)
    }
    packet.append(payload)
    packet.endChunk(start)
  }
}
