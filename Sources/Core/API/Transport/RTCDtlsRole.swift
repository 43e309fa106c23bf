/// Which side of the handshake this endpoint plays (webrtc-stats).
public enum RTCDtlsRole: String, Codable, Hashable, Sendable, CaseIterable {
  /// Sends the ClientHello.
  case client
  /// Waits for the ClientHello.
  case server
  /// Not decided yet.
  case unknown
}
