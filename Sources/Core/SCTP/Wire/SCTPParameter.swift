import RTCBase

/// Where a parameter or an error cause lies in its chunk's value (RFC 9260 §3.2.1).
struct SCTPParameter {
  var type: UInt16
  var value: Range<Int>
  var end: Int

  /// `nil` when it is not wholly inside; the padding of the last may be missing.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard offset >= 0, bytes.byteCount - offset >= 4 else { return nil }
    let length = Int(bytes.uint16(at: offset + 2))
    guard length >= 4, length <= bytes.byteCount - offset else { return nil }
    type = bytes.uint16(at: offset)
    value = offset + 4..<offset + length
    end = offset + SCTPChunk.padded(length)
  }
}
