/// How media is bundled while the peer's ability is unknown (webrtc-pc).
public enum RTCBundlePolicy: String, Codable, Hashable, Sendable, CaseIterable {
  /// One transport per kind of media.
  case balanced
  /// One transport per m-section, but no more than 16: further sections share the first.
  case maxCompat = "max-compat"
  /// One transport for everything.
  case maxBundle = "max-bundle"
}
