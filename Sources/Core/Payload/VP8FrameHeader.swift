import RTCBase

/// The uncompressed start of a VP8 frame (RFC 6386 §9.1).
package struct VP8FrameHeader: Hashable, Sendable {
  package var isKeyFrame: Bool
  /// 0 to 3 are defined; which filters and which precision the decoder uses.
  package var version: UInt8
  package var isShown: Bool
  package var firstPartitionByteCount: Int
  /// Pixels, of key frames only; `nil` too when the bytes end before them.
  package var width: Int?
  package var height: Int?

  /// `nil` when the frame tag is cut short, or when a key frame lacks its start code.
  package init?(parsing bytes: RawSpan) {
    guard bytes.byteCount >= 3 else { return nil }
    let tag = UInt32(bytes.uint8(at: 0)) | UInt32(bytes.uint8(at: 1)) << 8 | UInt32(bytes.uint8(at: 2)) << 16
    isKeyFrame = tag & 1 == 0
    version = UInt8(truncatingIfNeeded: tag >> 1 & 7)
    isShown = tag & 0x10 != 0
    firstPartitionByteCount = Int(tag >> 5)
    guard isKeyFrame, bytes.byteCount >= 10 else { return }
    guard bytes.uint24(at: 3) == 0x9D012A else { return nil }
    // 14 bits of size, little-endian, below two of scaling that nobody uses.
    width = Int(bytes.uint16(at: 6).byteSwapped & 0x3FFF)
    height = Int(bytes.uint16(at: 8).byteSwapped & 0x3FFF)
  }
}
