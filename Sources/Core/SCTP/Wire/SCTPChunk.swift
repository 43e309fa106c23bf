import RTCBase

/// What a chunk is (RFC 9260 §3.2 and the extensions' registries).
struct SCTPChunkType: RawRepresentable, Hashable {
  var rawValue: UInt8

  static let data = Self(rawValue: 0)
  static let initiation = Self(rawValue: 1)
  static let initiationAcknowledgement = Self(rawValue: 2)
  static let selectiveAcknowledgement = Self(rawValue: 3)
  static let heartbeat = Self(rawValue: 4)
  static let heartbeatAcknowledgement = Self(rawValue: 5)
  static let abort = Self(rawValue: 6)
  static let shutdown = Self(rawValue: 7)
  static let shutdownAcknowledgement = Self(rawValue: 8)
  static let error = Self(rawValue: 9)
  static let cookieEcho = Self(rawValue: 10)
  static let cookieAcknowledgement = Self(rawValue: 11)
  static let shutdownComplete = Self(rawValue: 14)
  /// RFC 8260 §2.1.
  static let interleavedData = Self(rawValue: 64)
  /// RFC 6525 §3.1.
  static let reconfiguration = Self(rawValue: 130)
  /// RFC 3758 §3.2.
  static let forwardTSN = Self(rawValue: 192)
  /// RFC 8260 §2.3.1.
  static let interleavedForwardTSN = Self(rawValue: 194)

  /// What the upper bits ask of a receiver that does not know the type (RFC 9260 §3.2).
  var stopsPacketWhenUnknown: Bool { rawValue & 0x80 == 0 }
  var isReportedWhenUnknown: Bool { rawValue & 0x40 != 0 }
}

/// Where a chunk lies in its packet.
struct SCTPChunk {
  var type: SCTPChunkType
  var flags: UInt8
  /// What follows the chunk's header, without padding.
  var value: Range<Int>
  /// Where the next chunk begins; at or past the end of the packet after the last.
  var end: Int

  static let headerByteCount = 4

  /// `nil` when the chunk is not wholly inside the packet; the padding of the last may be missing.
  init?(_ packet: RawSpan, at offset: Int) {
    guard offset >= 0, packet.byteCount - offset >= Self.headerByteCount else { return nil }
    let length = Int(packet.uint16(at: offset + 2))
    guard length >= Self.headerByteCount, length <= packet.byteCount - offset else { return nil }
    type = SCTPChunkType(rawValue: packet.uint8(at: offset))
    flags = packet.uint8(at: offset + 1)
    value = offset + Self.headerByteCount..<offset + length
    end = offset + Self.padded(length)
  }

  /// Chunks, parameters and causes are padded to multiples of four bytes.
  static func padded(_ count: Int) -> Int { (count + 3) & ~3 }
}

extension PacketBuffer {
  /// Starts a chunk; its length is filled in by `endChunk`.
  /// - Returns: where it begins.
  func beginChunk(_ type: SCTPChunkType, flags: UInt8 = 0) -> Int {
    let start = count
    append(UInt32(type.rawValue) << 24 | UInt32(flags) << 16)
    return start
  }

  func endChunk(_ start: Int) {
    overwrite(UInt16(truncatingIfNeeded: count - start), at: start + 2)
    pad()
  }

  func appendChunk(_ type: SCTPChunkType, flags: UInt8 = 0) { endChunk(beginChunk(type, flags: flags)) }

  /// Starts a parameter or an error cause, which look the same (RFC 9260 §3.2.1, §3.3.10).
  func beginParameter(_ type: UInt16) -> Int {
    let start = count
    append(UInt32(type) << 16)
    return start
  }

  /// Padding follows only when another parameter does; a chunk's own padding covers the last.
  func endParameter(_ start: Int) { overwrite(UInt16(truncatingIfNeeded: count - start), at: start + 2) }

  func appendBytes(_ bytes: [UInt8]) { bytes.withRawSpan { span in _ = append(span) } }

  func pad() { while count & 3 != 0, append(UInt8(0)) {} }
}
