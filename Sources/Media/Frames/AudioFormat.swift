/// Rate and channels of audio samples.
public struct AudioFormat: Hashable, Codable, Sendable {
  /// Samples of each channel a second, in hertz.
  public var sampleRate: Int
  /// Interleaved channels: 1 is mono, 2 is left and right.
  public var channels: Int

  /// A format of `channels` channels at `sampleRate` hertz.
  public init(sampleRate: Int, channels: Int) {
    self.sampleRate = sampleRate
    self.channels = channels
  }

  /// 48 kHz, one channel.
  public static let mono48k = AudioFormat(sampleRate: 48_000, channels: 1)
  /// 48 kHz, left and right.
  public static let stereo48k = AudioFormat(sampleRate: 48_000, channels: 2)

  /// The largest rate that frames may have.
  public static let maximumSampleRate = 384_000
  /// The most channels that frames may have.
  public static let maximumChannels = 32

  /// Whether frames may have this format.
  public var isValid: Bool {
    (1...Self.maximumSampleRate).contains(sampleRate) && (1...Self.maximumChannels).contains(channels)
  }

  /// How long `count` samples of each channel last.
  public func duration(ofSamples count: Int) -> Duration {
    .nanoseconds(Int64(count) * 1_000_000_000 / Int64(max(1, sampleRate)))
  }
}
