/// One packet of compressed audio.
public struct EncodedAudioFrame: Sendable {
  /// The codec's bytes.
  public var bytes: [UInt8]
  /// The codec as a MIME type, such as `audio/opus`.
  public var mimeType: String
  /// When the first sample is heard relative to others of its track.
  public var timestamp: MediaTime
  /// Samples of each channel at the codec's RTP clock rate (48 kHz for Opus, 8 kHz for G.711).
  public var sampleCount: Int
  /// How loud the samples are in -dBov, 0 (loudest) to 127 (silent), as RFC 6464 carries it; `nil` where unknown.
  public var audioLevel: UInt8?
  /// Whether the encoder took the samples for speech; `nil` where unknown.
  public var voiceActivity: Bool?
  /// Where the frame comes from, as far as known.
  public var metadata: FrameMetadata

  /// A packet of compressed audio.
  public init(
    bytes: [UInt8], mimeType: String, timestamp: MediaTime, sampleCount: Int, audioLevel: UInt8? = nil,
    voiceActivity: Bool? = nil, metadata: FrameMetadata = FrameMetadata()
  ) {
    self.bytes = bytes
    self.mimeType = mimeType
    self.timestamp = timestamp
    self.sampleCount = sampleCount
    self.audioLevel = audioLevel
    self.voiceActivity = voiceActivity
    self.metadata = metadata
  }
}
