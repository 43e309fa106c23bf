import RTCFrames

/// A source of sound that is compressed already, which a sender passes on without an encoder.
///
/// A track of it, `MediaStreamTrack(source:)`, has `encodedAudioFrames` and no plain ones.
public final class EncodedAudioSource: AudioSource, EncodedAudioProvider {
  /// The codec, such as `audio/opus`.
  public let mimeType: String
  /// What tracks of this source are called.
  public let label: String
  /// Where tracks attach; no plain sound comes from it.
  public let output = SourceOutput<AudioFrame>()
  package let encodedFrames = FrameBroadcast<EncodedAudioFrame>()
  package var encodedMimeType: String? { mimeType }
  package var isEncodedOnly: Bool { true }

  /// A source of compressed sound.
  public init(mimeType: String, label: String = "encoded audio") {
    self.mimeType = mimeType
    self.label = label
  }

  /// Gives a packet to all tracks.
  ///
  /// - Throws: `MediaError` with `InvalidStateError` after `close`, with `NotSupportedError` for a packet of another
  ///   codec.
  public func write(_ frame: EncodedAudioFrame) throws {
    guard !output.isEnded else { throw MediaError(.invalidStateError, "the source of \(mimeType) has been closed") }
    guard frame.mimeType.lowercased() == mimeType.lowercased() else {
      throw MediaError(.notSupportedError, "a source of \(mimeType) takes no packet of \(frame.mimeType)")
    }
    encodedFrames.send(frame)
  }

  /// Ends all tracks of the source.
  public func close() {
    output.end()
    encodedFrames.finish()
  }

  /// Opens nothing.
  public func start() {}
  /// Closes nothing.
  public func stop() {}
}
