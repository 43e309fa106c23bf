import RTCFrames

/// A track whose sound the program makes, in frames of any length and rate; 10 or 20 ms suit encoders best.
public final class AudioTrackGenerator: Sendable {
  /// The track on which the sound appears. It may be cloned; when all are stopped nothing more can be written.
  public let track: MediaStreamTrack
  let source: GeneratorSource<AudioFrame>

  /// A generator with a live track.
  public init(label: String = "generated audio") {
    source = GeneratorSource(
      label: label,
      settingsOf: { MediaTrackSettings(sampleRate: $0.format.sampleRate, channelCount: $0.format.channels) })
    track = .opened(source: .audio(source))
  }

  /// Whether the track is muted: the program has nothing to play for the time being. What is written meanwhile is heard
  /// nowhere.
  public var isMuted: Bool {
    get { source.output.isMuted }
    set { source.output.setMuted(newValue) }
  }

  /// Gives sound to all consumers of the track. It never waits: each consumer has a bounded queue that loses its oldest
  /// frames.
  ///
  /// - Throws: `MediaError` with `InvalidStateError`, when the generator is closed or its tracks are stopped.
  public func write(_ frame: AudioFrame) throws { try source.write(frame) }

  /// Gives sound to all consumers of the track, once none of them would lose a frame for it. A consumer that reads no more
  /// holds up the writer until the consumer leaves or the track ends.
  ///
  /// - Throws: as `write` does, and `CancellationError`.
  nonisolated(nonsending) public func send(_ frame: AudioFrame) async throws { try await source.send(frame) }

  /// Ends the track and its clones.
  public func close() { source.output.end() }
}
