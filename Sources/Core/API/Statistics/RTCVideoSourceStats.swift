/// A video source that senders use (webrtc-stats).
public struct RTCVideoSourceStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `media-source`
  public private(set) var type = RTCStatsType.mediaSource
  /// The `id` of the sender's track.
  public var trackIdentifier: String
  /// Always video.
  public private(set) var kind = MediaStreamTrackKind.video
  /// Width of the last frame in pixels.
  public var width: UInt32?
  /// Height of the last frame in pixels.
  public var height: UInt32?
  /// Frames produced.
  public var frames: UInt32?
  /// Frames produced in the last second.
  public var framesPerSecond: Double?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double, trackIdentifier: String) {
    self.id = id
    self.timestamp = timestamp
    self.trackIdentifier = trackIdentifier
  }
}
