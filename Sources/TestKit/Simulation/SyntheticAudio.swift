import RTCBase
import RTCPayload
import RTCRTP

/// Packets that look like Opus to everything but a decoder.
package struct SyntheticAudio: Sendable {
  /// How much sound is in a packet.
  package enum PacketTime: Sendable {
    case normal, shortest

    package var interval: TimeDelta { self == .normal ? .milliseconds(20) : .microseconds(2_500) }
    /// Of CELT, full band, mono, one frame (RFC 6716 §3.1): configurations 31 and 28.
    fileprivate var firstByte: UInt8 { self == .normal ? 0xF8 : 0xE0 }
    fileprivate var ticks: UInt32 { self == .normal ? 960 : 120 }
  }

  /// What 20 ms begin with.
  static var header: UInt8 { PacketTime.normal.firstByte }

  package let packetTime: PacketTime
  package private(set) var counter: UInt32 = 0

  package init(packetTime: PacketTime = .normal) { self.packetTime = packetTime }

  package mutating func next(now: MonotonicTime) -> EncodedFrame {
    var bytes = [packetTime.firstByte]
    counter &+= 1
    for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: counter >> shift)) }
    bytes.append(contentsOf: repeatElement(0x55, count: 75))
    return EncodedFrame(
      bytes: bytes, rtpTimestamp: counter &* packetTime.ticks, duration: packetTime.interval, captureTime: now)
  }

  /// The counter of a packet made here.
  package static func counter(of bytes: [UInt8]) -> UInt32? {
    guard bytes.count == 80, [.normal, .shortest].contains(where: { (time: PacketTime) in time.firstByte == bytes[0] })
    else { return nil }
    return bytes[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }
}
