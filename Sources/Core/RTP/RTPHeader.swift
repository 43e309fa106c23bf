import RTCBase

/// The header of an RTP packet (RFC 3550 §5.1), parsed without copying anything out of the packet.
package struct RTPHeader: Hashable, Sendable {
  package static let fixedByteCount = 12

  package var marker: Bool
  package var payloadType: PayloadType
  package var sequenceNumber: SequenceNumber
  package var timestamp: UInt32
  package var ssrc: SSRC
  /// Contributing sources: 0 to 15. They follow the fixed header.
  package var csrcCount: Int
  /// The 16 bits "defined by profile" of the extension; `nil` without one.
  package var extensionProfile: UInt16?
  /// Where the extension's data lies, without its four-byte header; empty without an extension.
  package var extensionRange: Range<Int>
  /// Where the payload lies, padding excluded.
  package var payloadRange: Range<Int>
  /// Bytes of padding, the count byte included.
  package var paddingLength: Int

  /// Parses a packet that is not, or no longer, encrypted. `nil` for what RFC 3550 does not allow: another version, lists or padding
  /// longer than the packet.
  package init?(parsing bytes: RawSpan) {
    self.init(parsingProtected: bytes)
    if bytes.uint8(at: 0) & 0x20 != 0, !resolvePadding(in: bytes) { return nil }
  }

  /// Parses the header of an SRTP packet, whose padding is still encrypted: the payload range runs to the end of the packet.
  package init?(parsingProtected bytes: RawSpan) {
    let count = bytes.byteCount
    guard count >= Self.fixedByteCount else { return nil }
    let first = bytes.uint8(at: 0)
    guard first >> 6 == 2 else { return nil }
    let second = bytes.uint8(at: 1)
    marker = second & 0x80 != 0
    payloadType = PayloadType(truncating: second)
    sequenceNumber = SequenceNumber(rawValue: bytes.uint16(at: 2))
    timestamp = bytes.uint32(at: 4)
    ssrc = SSRC(rawValue: bytes.uint32(at: 8))
    csrcCount = Int(first & 0x0F)
    var offset = Self.fixedByteCount + 4 * csrcCount
    if first & 0x10 != 0 {
      guard offset + 4 <= count else { return nil }
      extensionProfile = bytes.uint16(at: offset)
      let length = 4 * Int(bytes.uint16(at: offset + 2))
      offset += 4
      guard offset + length <= count else { return nil }
      extensionRange = offset..<offset + length
      offset += length
    } else {
      guard offset <= count else { return nil }
      extensionProfile = nil
      extensionRange = offset..<offset
    }
    payloadRange = offset..<count
    paddingLength = 0
  }

  /// Reads the padding of a packet that has been decrypted since its header was parsed, and shortens the payload range by it.
  ///
  /// - Parameter bytes: the whole decrypted packet.
  /// - Returns: `false` when the packet is shorter than its header says.
  package mutating func resolvePadding(in bytes: RawSpan) -> Bool {
    let count = bytes.byteCount
    let start = payloadRange.lowerBound
    guard count >= start, count >= Self.fixedByteCount else { return false }
    guard bytes.uint8(at: 0) & 0x20 != 0 else {
      payloadRange = start..<count
      paddingLength = 0
      return true
    }
    guard count > start else { return false }
    let padding = Int(bytes.uint8(at: count - 1))
    guard padding > 0, padding <= count - start else { return false }
    paddingLength = padding
    payloadRange = start..<count - padding
    return true
  }

  package init(
    marker: Bool = false, payloadType: PayloadType, sequenceNumber: SequenceNumber, timestamp: UInt32, ssrc: SSRC,
    payloadByteCount: Int = 0
  ) {
    self.marker = marker
    self.payloadType = payloadType
    self.sequenceNumber = sequenceNumber
    self.timestamp = timestamp
    self.ssrc = ssrc
    csrcCount = 0
    extensionProfile = nil
    extensionRange = Self.fixedByteCount..<Self.fixedByteCount
    payloadRange = Self.fixedByteCount..<Self.fixedByteCount + max(0, payloadByteCount)
    paddingLength = 0
  }

  /// The contributing source at `index`; `nil` when there is none.
  package func csrc(at index: Int, in bytes: RawSpan) -> SSRC? {
    let offset = Self.fixedByteCount + 4 * index
    guard index >= 0, index < csrcCount, offset + 4 <= bytes.byteCount else { return nil }
    return SSRC(rawValue: bytes.uint32(at: offset))
  }
}
