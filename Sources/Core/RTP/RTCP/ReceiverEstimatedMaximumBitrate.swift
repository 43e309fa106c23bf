import RTCBase

/// The bitrate that a receiver believes its path can carry: REMB (draft-alvestrand-rmcat-remb-03 §2.2).
package struct ReceiverEstimatedMaximumBitrate: Hashable, Sendable {
  package var senderSSRC: SSRC
  /// Rounded down to 18 significant bits on the wire.
  package var bitrate: Bitrate
  /// The streams that share it: at most 255.
  package var ssrcs: [SSRC]

  package init(senderSSRC: SSRC, bitrate: Bitrate, ssrcs: [SSRC]) {
    self.senderSSRC = senderSSRC
    self.bitrate = bitrate
    self.ssrcs = ssrcs
  }
}

extension ReceiverEstimatedMaximumBitrate {
  /// "REMB"
  private static let identifier: UInt32 = 0x5245_4D42

  static func isIdentified(in body: RawSpan) -> Bool {
    body.byteCount >= 12 && body.uint32(at: 8) == identifier
  }

  init?(parsing body: RawSpan) {
    var reader = ByteReader(body)
    guard let sender = reader.readUInt32(), reader.skip(8), let word = reader.readUInt32() else { return nil }
    let count = Int(word >> 24)
    guard reader.remaining == 4 * count else { return nil }
    let exponent = UInt64(word >> 18 & 0x3F)
    let mantissa = UInt64(word & 0x3_FFFF)
    // An exponent of up to 63 passes what a bitrate can hold: it saturates.
    let fits = mantissa == 0 || exponent <= UInt64(mantissa.leadingZeroBitCount) - 1
    let bitsPerSecond = fits ? Int64(mantissa << exponent) : .max
    var ssrcs: [SSRC] = []
    ssrcs.reserveCapacity(count)
    while let ssrc = reader.readUInt32() { ssrcs.append(SSRC(rawValue: ssrc)) }
    self.init(
      senderSSRC: SSRC(rawValue: sender), bitrate: .bitsPerSecond(bitsPerSecond), ssrcs: ssrcs)
  }

  /// Everything behind the common header of feedback.
  func writeInformation(to packet: PacketBuffer) -> Bool {
    guard ssrcs.count <= 255 else { return false }
    var mantissa = UInt64(max(0, bitrate.bitsPerSecond))
    var exponent: UInt32 = 0
    while mantissa > 0x3_FFFF {
      mantissa >>= 1
      exponent += 1
    }
    let word = UInt32(truncatingIfNeeded: ssrcs.count) << 24 | exponent << 18 | UInt32(truncatingIfNeeded: mantissa)
    guard packet.append(Self.identifier), packet.append(word) else { return false }
    for ssrc in ssrcs {
      guard packet.append(ssrc.rawValue) else { return false }
    }
    return true
  }
}
