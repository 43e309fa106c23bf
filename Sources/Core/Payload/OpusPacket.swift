import RTCBase

/// What the first bytes of an Opus packet say (RFC 6716 §3).
package struct OpusPacket: Hashable, Sendable {
  package enum Mode: Hashable, Sendable { case silk, hybrid, celt }

  package enum Bandwidth: Int, Hashable, Comparable, Sendable {
    case narrowband = 4_000
    case mediumband = 6_000
    case wideband = 8_000
    case superWideband = 12_000
    case fullband = 20_000

    package static func < (lhs: Bandwidth, rhs: Bandwidth) -> Bool { lhs.rawValue < rhs.rawValue }
  }

  /// The RTP clock of Opus, whatever the codec samples at (RFC 7587 §4.1).
  package static let clockRate = 48_000
  /// 120 ms.
  package static let maximumSampleCount = 5_760

  /// 0 to 31: mode, bandwidth and frame size in one number.
  package let configuration: UInt8
  package let isStereo: Bool
  /// 1 to 48.
  package let frameCount: Int
  /// Whether the packet is as small as the encoder makes one when it has nothing to say: DTX.
  package let isDiscontinuous: Bool
  /// Whether the packet carries a low-bitrate copy of the previous one (LBRR): in-band forward error correction.
  package let hasForwardErrorCorrection: Bool

  /// `nil` for what RFC 6716 §3.4 forbids: no bytes, lengths that pass the end, more than 120 ms.
  package init?(parsing bytes: RawSpan) {
    guard bytes.byteCount >= 1 else { return nil }
    let toc = bytes.uint8(at: 0)
    configuration = toc >> 3
    isStereo = toc & 4 != 0
    guard let layout = FrameLayout(bytes, frameCountCode: toc & 3),
      layout.frameCount * Self.samplesPerFrame(configuration) <= Self.maximumSampleCount
    else { return nil }
    frameCount = layout.frameCount
    isDiscontinuous = bytes.byteCount <= 2
    hasForwardErrorCorrection =
      layout.firstFrame.isEmpty
      ? false : Self.hasLBRR(bytes.uint8(at: layout.firstFrame.lowerBound), configuration, isStereo: isStereo)
  }

  package var mode: Mode { configuration < 12 ? .silk : configuration < 16 ? .hybrid : .celt }

  package var bandwidth: Bandwidth {
    switch configuration {
    case 0..<4, 16..<20: .narrowband
    case 4..<8: .mediumband
    case 8..<12, 20..<24: .wideband
    case 12..<14, 24..<28: .superWideband
    default: .fullband
    }
  }

  package var channelCount: Int { isStereo ? 2 : 1 }
  /// Samples of one frame at 48 kHz.
  package var samplesPerFrame: Int { Self.samplesPerFrame(configuration) }
  /// Samples of the packet at 48 kHz, which are the RTP ticks it lasts.
  package var sampleCount: Int { frameCount * samplesPerFrame }
  package var frameDuration: TimeDelta { .nanoseconds(Int64(samplesPerFrame) * 1_000_000 / 48) }
  /// 2.5 to 120 ms.
  package var duration: TimeDelta { .nanoseconds(Int64(sampleCount) * 1_000_000 / 48) }

  /// RFC 6716, table 2.
  private static func samplesPerFrame(_ configuration: UInt8) -> Int {
    let size = Int(configuration & 3)
    switch configuration {
    case 0..<12: return size == 3 ? 2_880 : 480 << size
    case 12..<16: return 480 << (size & 1)
    default: return 120 << size
    }
  }

  /// The flags that begin a SILK frame are coded with even odds, so that they are plain bits (RFC 6716 §4.2.3): per channel one of voice
  /// activity for each 20 ms, then the LBRR flag.
  private static func hasLBRR(_ first: UInt8, _ configuration: UInt8, isStereo: Bool) -> Bool {
    guard configuration < 16 else { return false }
    let silkFrameCount = max(1, samplesPerFrame(configuration) / 960)
    let middle = first >> UInt8(7 - silkFrameCount) & 1 != 0
    let side = isStereo && first >> UInt8(6 - 2 * silkFrameCount) & 1 != 0
    return middle || side
  }
}

/// How many frames a packet has and where the first one lies (RFC 6716 §3.2).
private struct FrameLayout {
  var frameCount: Int
  var firstFrame: Range<Int>

  /// - Parameter bytes: the packet, at least its first byte.
  init?(_ bytes: RawSpan, frameCountCode: UInt8) {
    var offset = 1
    var end = bytes.byteCount
    switch frameCountCode {
    case 0:
      guard end - offset <= Self.maximumFrameByteCount else { return nil }
      frameCount = 1
      firstFrame = offset..<end
    case 1:
      let half = (end - offset) / 2
      guard (end - offset) & 1 == 0, half <= Self.maximumFrameByteCount else { return nil }
      frameCount = 2
      firstFrame = offset..<offset + half
    case 2:
      guard let length = Self.readLength(bytes, &offset, end), length <= end - offset,
        end - offset - length <= Self.maximumFrameByteCount
      else { return nil }
      frameCount = 2
      firstFrame = offset..<offset + length
    default:
      guard offset < end else { return nil }
      let head = bytes.uint8(at: offset)
      offset += 1
      frameCount = Int(head & 0x3F)
      guard frameCount > 0, frameCount <= 48 else { return nil }
      if head & 0x40 != 0, !Self.skipPadding(bytes, &offset, &end) { return nil }
      if head & 0x80 != 0 {
        var first: Int?
        var total = 0
        for _ in 0..<frameCount - 1 {
          guard let length = Self.readLength(bytes, &offset, end) else { return nil }
          first = first ?? length
          total += length
        }
        guard total <= end - offset, end - offset - total <= Self.maximumFrameByteCount else { return nil }
        firstFrame = offset..<offset + (first ?? end - offset)
      } else {
        let (size, rest) = (end - offset).quotientAndRemainder(dividingBy: frameCount)
        guard rest == 0, size <= Self.maximumFrameByteCount else { return nil }
        firstFrame = offset..<offset + size
      }
    }
  }

  private static let maximumFrameByteCount = 1_275

  /// One or two bytes (RFC 6716 §3.2.1).
  private static func readLength(_ bytes: RawSpan, _ offset: inout Int, _ end: Int) -> Int? {
    guard offset < end else { return nil }
    let first = Int(bytes.uint8(at: offset))
    offset += 1
    guard first >= 252 else { return first }
    guard offset < end else { return nil }
    defer { offset += 1 }
    return 4 * Int(bytes.uint8(at: offset)) + first
  }

  /// Reads the length of the padding that ends the packet: 254 for each byte of 255, and the last byte (RFC 6716 §3.2.5).
  private static func skipPadding(_ bytes: RawSpan, _ offset: inout Int, _ end: inout Int) -> Bool {
    while true {
      guard offset < end else { return false }
      let byte = Int(bytes.uint8(at: offset))
      offset += 1
      let length = byte == 255 ? 254 : byte
      guard length <= end - offset else { return false }
      end -= length
      if byte != 255 { return true }
    }
  }
}
