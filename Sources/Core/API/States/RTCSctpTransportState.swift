/// The state of the SCTP association (webrtc-pc).
public enum RTCSctpTransportState: String, Codable, Hashable, Sendable, CaseIterable {
  /// The association is being set up.
  case connecting
  /// The association is up.
  case connected
  /// The association has ended.
  case closed
}
