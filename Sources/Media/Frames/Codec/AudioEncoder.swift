/// Compresses sound. Used on one codec thread only.
public protocol AudioEncoder: AnyObject {
  /// What it takes; its caller converts.
  var inputFormat: AudioFormat { get }
  /// Samples of each channel that make one packet.
  var samplesPerPacket: Int { get }
  /// The clock of `EncodedAudioFrame.sampleCount`, in hertz.
  var clockRate: Int { get }
  /// Compresses one packet's samples: exactly `samplesPerPacket` in `inputFormat`.
  ///
  /// - Returns: the packet; `nil` when silence need not be sent.
  func encode(_ frame: AudioFrame) throws -> EncodedAudioFrame?
  /// Changes the target from the next packet on.
  func setTarget(_ target: AudioEncoderTarget) throws
}

/// What an audio encoder aims at.
public struct AudioEncoderTarget: Hashable, Sendable {
  /// Bits per second; ignored by codecs of a fixed rate.
  public var bitrate: Int
  /// Part of the packets that the network loses, 0 to 1.
  public var packetLoss: Double

  /// A target.
  public init(bitrate: Int, packetLoss: Double = 0) {
    self.bitrate = bitrate
    self.packetLoss = packetLoss
  }
}

/// How an audio encoder is to work.
public struct AudioEncoderConfiguration: Hashable, Sendable {
  /// What the sound is.
  public enum Content: Hashable, Sendable {
    /// Speech.
    case speech
    /// Music and everything else.
    case music
  }

  /// The codec.
  public var mimeType: String
  /// Channels, 1 or 2; codecs that have only one mix.
  public var channels: Int
  /// What it aims at first.
  public var target: AudioEncoderTarget
  /// How much sound a packet holds. Opus takes 10, 20, 40 and 60 ms.
  public var packetDuration: Duration
  /// What the sound is.
  public var content: Content
  /// Whether packets carry a coarse copy of the one before, once packets are lost (Opus in-band FEC).
  public var usesForwardErrorCorrection: Bool
  /// Whether silence is not sent (Opus DTX).
  public var usesDiscontinuousTransmission: Bool
  /// Whether all packets have the same size.
  public var usesConstantBitrate: Bool
  /// The highest sampling rate that the receiver can play (Opus `maxplaybackrate`), in hertz; `nil` for all.
  public var maximumPlaybackRate: Int?
  /// Effort against quality, 0 to 10; `nil` for the codec's default.
  public var complexity: Int?

  /// A configuration for speech unless said otherwise.
  public init(
    mimeType: String, channels: Int = 1, target: AudioEncoderTarget = AudioEncoderTarget(bitrate: 32_000),
    packetDuration: Duration = .milliseconds(20), content: Content = .speech, usesForwardErrorCorrection: Bool = true,
    usesDiscontinuousTransmission: Bool = false, usesConstantBitrate: Bool = false, maximumPlaybackRate: Int? = nil,
    complexity: Int? = nil
  ) {
    self.mimeType = mimeType
    self.channels = channels
    self.target = target
    self.packetDuration = packetDuration
    self.content = content
    self.usesForwardErrorCorrection = usesForwardErrorCorrection
    self.usesDiscontinuousTransmission = usesDiscontinuousTransmission
    self.usesConstantBitrate = usesConstantBitrate
    self.maximumPlaybackRate = maximumPlaybackRate
    self.complexity = complexity
  }
}
