import RTCBase

/// What a datagram on a transport shared by several protocols is, by its first bytes (RFC 7983 §7, RFC 5761 §4).
package enum MultiplexedPacketKind: Hashable, Sendable {
  case stun
  case dtls
  case turnChannel
  case rtp
  case rtcp
  /// ZRTP, QUIC, an empty datagram, RTP or RTCP without its first words.
  case unknown

  package init(_ bytes: RawSpan) {
    guard bytes.byteCount >= 2 else {
      self = .unknown
      return
    }
    switch bytes.uint8(at: 0) {
    case 0...3: self = .stun
    case 20...63: self = .dtls
    case 64...79: self = .turnChannel
    case 128...191:
      // The payload types 64 to 95 are not used for RTP, so that the second byte tells the two apart.
      if (192...223).contains(bytes.uint8(at: 1)) {
        self = bytes.byteCount >= 8 ? .rtcp : .unknown
      } else {
        self = bytes.byteCount >= RTPHeader.fixedByteCount ? .rtp : .unknown
      }
    default: self = .unknown
    }
  }
}

extension PayloadType {
  /// Whether the payload type can be told from RTCP on one transport: not 64 to 95 (RFC 5761 §4).
  package var isAllowedWithRTCP: Bool { !(64...95).contains(rawValue) }
}
