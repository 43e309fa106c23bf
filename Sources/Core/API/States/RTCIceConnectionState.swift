/// The aggregate of the ICE transports' states (webrtc-pc).
public enum RTCIceConnectionState: String, Codable, Hashable, Sendable, CaseIterable {
  /// Nothing has started.
  case new
  /// At least one transport is checking pairs.
  case checking
  /// All transports have a usable pair.
  case connected
  /// All transports have finished checking.
  case completed
  /// At least one transport has lost its peer for the moment.
  case disconnected
  /// At least one transport found no pair.
  case failed
  /// The connection is closed.
  case closed
}
