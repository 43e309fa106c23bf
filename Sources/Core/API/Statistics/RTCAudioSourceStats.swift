/// An audio source that senders use (webrtc-stats).
public struct RTCAudioSourceStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `media-source`
  public private(set) var type = RTCStatsType.mediaSource
  /// The `id` of the sender's track.
  public var trackIdentifier: String
  /// Always audio.
  public private(set) var kind = MediaStreamTrackKind.audio
  /// 0 to 1, linear; 1 is full scale.
  public var audioLevel: Double?
  /// Sum of duration times the square of the level.
  public var totalAudioEnergy: Double?
  /// Seconds of audio produced.
  public var totalSamplesDuration: Double?
  /// In decibels, where echo is cancelled.
  public var echoReturnLoss: Double?
  /// In decibels, where echo is cancelled.
  public var echoReturnLossEnhancement: Double?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double, trackIdentifier: String) {
    self.id = id
    self.timestamp = timestamp
    self.trackIdentifier = trackIdentifier
  }
}
