/// The state of a data channel (webrtc-pc).
public enum RTCDataChannelState: String, Codable, Hashable, Sendable, CaseIterable {
  /// Not usable yet.
  case connecting
  /// Data can be sent.
  case open
  /// Closing; data already queued still goes.
  case closing
  /// Closed, or never opened.
  case closed
}
