/// A playout path of audio (webrtc-stats).
public struct RTCAudioPlayoutStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `media-playout`
  public private(set) var type = RTCStatsType.mediaPlayout
  /// Always audio.
  public private(set) var kind = MediaStreamTrackKind.audio
  /// Seconds of samples made up because playing ran dry.
  public var synthesizedSamplesDuration: Double?
  /// Times that this began.
  public var synthesizedSamplesEvents: UInt32?
  /// Seconds of samples played.
  public var totalSamplesDuration: Double?
  /// Sum of the seconds that samples waited to be heard.
  public var totalPlayoutDelay: Double?
  /// Samples played.
  public var totalSamplesCount: UInt64?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double) {
    self.id = id
    self.timestamp = timestamp
  }
}
