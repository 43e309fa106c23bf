/// How far one transport's candidate gathering is (webrtc-pc).
public enum RTCIceGathererState: String, Codable, Hashable, Sendable, CaseIterable {
  /// Not started.
  case new
  /// Under way.
  case gathering
  /// Finished, and the end of candidates was announced.
  case complete
}
