import RTCFrames

/// A track whose pictures the program makes (mediacapture-transform §4, `VideoTrackGenerator`).
/// ```swift
/// let generator = VideoTrackGenerator()
/// try generator.write(VideoFrame.black(width: 640, height: 480, timestamp: .now))
/// ```
public final class VideoTrackGenerator: Sendable {
  /// The track on which the pictures appear. It may be cloned; when all are stopped nothing more can be written.
  public let track: MediaStreamTrack
  let source: GeneratorSource<VideoFrame>

  /// A generator with a live track.
  public init(label: String = "generated video") {
    source = GeneratorSource(label: label, settingsOf: { MediaTrackSettings(width: $0.width, height: $0.height) })
    track = .opened(source: .video(source))
  }

  /// Whether the track is muted: the program has nothing to show for the time being.
  public var isMuted: Bool {
    get { source.output.isMuted }
    set { source.output.setMuted(newValue) }
  }

  /// Gives a picture to all consumers of the track. It never waits: each consumer has a bounded queue that loses its
  /// oldest pictures.
  ///
  /// - Throws: `MediaError` with `InvalidStateError`, when the generator is closed or its tracks are stopped.
  public func write(_ frame: VideoFrame) throws { try source.write(frame) }

  /// Ends the track and its clones.
  public func close() { source.output.end() }
}
