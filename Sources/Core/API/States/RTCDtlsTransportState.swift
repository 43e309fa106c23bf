/// The state of one DTLS transport (webrtc-pc).
public enum RTCDtlsTransportState: String, Codable, Hashable, Sendable, CaseIterable {
  /// Not started.
  case new
  /// The handshake is under way.
  case connecting
  /// The handshake is complete and the fingerprint verified.
  case connected
  /// Closed by either side.
  case closed
  /// Closed by an error.
  case failed
}
