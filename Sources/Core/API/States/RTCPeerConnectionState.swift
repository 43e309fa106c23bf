/// The aggregate of the ICE and DTLS states (webrtc-pc).
public enum RTCPeerConnectionState: String, Codable, Hashable, Sendable, CaseIterable {
  /// Nothing has started, or all transports are closed.
  case new
  /// At least one transport is connecting and none has failed.
  case connecting
  /// All transports in use are connected.
  case connected
  /// At least one transport has lost its peer for the moment.
  case disconnected
  /// At least one transport has failed.
  case failed
  /// The connection is closed.
  case closed
}
