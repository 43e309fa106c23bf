/// What a DTLS transport tells, under the names of the W3C's events (webrtc-pc §5.5).
public enum RTCDtlsTransportEvent: Sendable {
  /// The transport's state is another.
  case stateChange(RTCDtlsTransportState)
  /// The transport failed: `fingerprint-failure` when the peer's certificate is not the one that was signalled, else `dtls-failure`, with the
  /// alert that was sent or received; the change to `failed` follows.
  case error(RTCError)

  /// Events of one key replace each other while they are unread.
  var coalescingKey: Int { if case .error = self { 1 } else { 0 } }
}
