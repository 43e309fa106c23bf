/// What a datagram on a WebRTC port is, told by its first byte (RFC 7983 §7, extended by RFC 9443 §3).
@usableFromInline package enum DatagramKind: Hashable, Sendable {
  case stun
  case zrtp
  case dtls
  /// Only meaningful from a TURN server; from anyone else these bytes are QUIC or garbage.
  case turnChannel
  case quic
  case rtp
  case rtcp
  case unknown

  /// An empty datagram is `unknown`.
  @inlinable
  package init(_ datagram: RawSpan) {
    guard datagram.byteCount > 0 else {
      self = .unknown
      return
    }
    switch datagram.uint8(at: 0) {
    case 0...3: self = .stun
    case 16...19: self = .zrtp
    case 20...63: self = .dtls
    case 64...79: self = .turnChannel
    case 80...127, 192...255: self = .quic
    case 128...191:
      // RTCP packet types occupy 192 to 223 of the second byte, which no RTP payload type with marker may use (RFC 5761 §4).
      let isControl = datagram.byteCount > 1 && (192...223).contains(datagram.uint8(at: 1))
      self = isControl ? .rtcp : .rtp
    default: self = .unknown
    }
  }
}
