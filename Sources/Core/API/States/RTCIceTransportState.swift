/// The state of one ICE transport (webrtc-pc).
public enum RTCIceTransportState: String, Codable, Hashable, Sendable, CaseIterable {
  /// The transport is shut down.
  case closed
  /// Checking ended without a usable pair.
  case failed
  /// Consent is in doubt; it may come back by itself.
  case disconnected
  /// Gathering, or waiting for remote candidates.
  case new
  /// Checking pairs, none usable yet.
  case checking
  /// Checking has ended with a usable pair.
  case completed
  /// A usable pair is found, and checking goes on.
  case connected
}
