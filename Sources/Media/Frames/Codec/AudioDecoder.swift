/// Decompresses sound. Used on one codec thread only.
public protocol AudioDecoder: AnyObject {
  /// What it makes.
  var outputFormat: AudioFormat { get }
  /// Decompresses a packet.
  ///
  /// - Throws: when the bytes are broken.
  func decode(_ frame: EncodedAudioFrame) throws -> AudioFrame
  /// Restores the packet before `next` from the copy that `next` carries, if it carries one.
  ///
  /// - Parameter sampleCount: samples of each channel that are missing, in `outputFormat`.
  /// - Returns: the sound; `nil` when there is no copy.
  func decodeRedundancy(in next: EncodedAudioFrame, sampleCount: Int) throws -> AudioFrame?
  /// Makes up sound for a packet that is lost.
  ///
  /// - Parameter sampleCount: samples of each channel that are missing, in `outputFormat`.
  func conceal(sampleCount: Int, timestamp: MediaTime) throws -> AudioFrame
}

/// How an audio decoder is to work.
public struct AudioDecoderConfiguration: Hashable, Sendable {
  /// The codec.
  public var mimeType: String
  /// Channels to make, 1 or 2; codecs that have only one make one.
  public var channels: Int

  /// A configuration.
  public init(mimeType: String, channels: Int = 1) {
    self.mimeType = mimeType
    self.channels = channels
  }
}
