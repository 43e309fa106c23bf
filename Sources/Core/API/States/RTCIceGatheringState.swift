/// How far the connection's candidate gathering is (webrtc-pc).
public enum RTCIceGatheringState: String, Codable, Hashable, Sendable, CaseIterable {
  /// No transport gathers, and none has finished.
  case new
  /// At least one transport is gathering.
  case gathering
  /// All transports have finished gathering.
  case complete
}
