import RTCBase
import RTCPayload

/// Frames that look like VP8 to everything but a decoder: a frame tag, and a counter where a picture would be.
package struct SyntheticVideo: Sendable {
  package var bitrate = Bitrate.zero
  package var frameInterval = TimeDelta.microseconds(33_333)
  package private(set) var counter: UInt32 = 0
  package var needsKeyFrame = true

  package init() {}

  /// The next frame; a key frame is four times as large.
  package mutating func next(now: MonotonicTime) -> EncodedFrame {
    let isKeyFrame = needsKeyFrame
    needsKeyFrame = false
    let size = max(40, bitrate.byteCount(in: frameInterval) * (isKeyFrame ? 4 : 1))
    var bytes = Self.header(isKeyFrame: isKeyFrame)
    counter &+= 1
    for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: counter >> shift)) }
    bytes.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: counter), count: max(0, size - bytes.count)))
    return EncodedFrame(
      bytes: bytes, rtpTimestamp: UInt32(truncatingIfNeeded: now.nanoseconds / 11_111), isKeyFrame: isKeyFrame,
      captureTime: now, width: isKeyFrame ? 1_280 : nil, height: isKeyFrame ? 720 : nil)
  }

  /// The frame tag, and the start code and size of 1280x720 of a key frame (RFC 6386 §9.1).
  static func header(isKeyFrame: Bool) -> [UInt8] {
    isKeyFrame ? [0x10, 2, 0, 0x9D, 0x01, 0x2A, 0x00, 0x05, 0xD0, 0x02] : [0x11, 2, 0]
  }

  /// The counter of a frame made here; `nil` when the bytes were not.
  package static func counter(of bytes: [UInt8]) -> UInt32? {
    let offset = bytes.count > 0 && bytes[0] & 1 == 0 ? 10 : 3
    guard bytes.count >= offset + 4 else { return nil }
    let counter = bytes[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    // A sample of the rest: a whole look at every frame would cost more than the engine under test.
    for index in stride(from: offset + 4, to: bytes.count, by: 97)
    where bytes[index] != UInt8(truncatingIfNeeded: counter) { return nil }
    if let last = bytes.dropFirst(offset + 4).last, last != UInt8(truncatingIfNeeded: counter) { return nil }
    return counter
  }
}
