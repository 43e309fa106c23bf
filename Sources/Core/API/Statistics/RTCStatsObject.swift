/// What all statistics objects have (webrtc-pc, `RTCStats`).
///
/// Members are `nil` when nothing is known of them, and are then absent from the JSON, as in browsers.
public protocol RTCStatsObject: Codable, Hashable, Sendable {
  /// Stable for as long as the object is the same.
  var id: String { get }
  /// In milliseconds since 1970.
  var timestamp: Double { get }
  /// The kind of object.
  var type: RTCStatsType { get }
}
