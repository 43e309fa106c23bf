import RTCBase
import RTCPayload
import RTCRTP

/// Packets that look like 20 ms of Opus to everything but a decoder.
package struct SyntheticAudio: Sendable {
  package static let frameInterval = TimeDelta.milliseconds(20)
  package private(set) var counter: UInt32 = 0

  package init() {}

  package mutating func next(now: MonotonicTime) -> EncodedFrame {
    // Configuration 31 (CELT, full band, 20 ms), mono, one frame (RFC 6716 §3.1).
    var bytes: [UInt8] = [0xF8]
    counter &+= 1
    for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: counter >> shift)) }
    bytes.append(contentsOf: repeatElement(0x55, count: 75))
    return EncodedFrame(
      bytes: bytes, rtpTimestamp: counter &* 960, duration: Self.frameInterval, captureTime: now)
  }

  /// The counter of a packet made here.
  package static func counter(of bytes: [UInt8]) -> UInt32? {
    guard bytes.count == 80, bytes[0] == 0xF8 else { return nil }
    return bytes[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }
}
