import RTCFrames

/// A track whose pictures the program makes (mediacapture-transform §4, `VideoTrackGenerator`; mediacapture-fromelement,
/// `CanvasCaptureMediaStreamTrack`).
/// ```swift
/// let generator = VideoTrackGenerator()
/// try generator.write(VideoFrame.black(width: 640, height: 480, timestamp: .now))
/// ```
public final class VideoTrackGenerator: Sendable {
  /// The track on which the pictures appear. It may be cloned; when all are stopped nothing more can be written.
  public let track: MediaStreamTrack
  let source: GeneratorSource<VideoFrame>
  private let canvas: CanvasCapture?

  /// A generator with a live track, on which every picture appears that is written.
  public convenience init(label: String = "generated video") { self.init(label: label, canvas: nil) }

  /// A generator with a live track that shows what was written last, as `captureStream` does of a canvas.
  ///
  /// - Parameters:
  ///   - label: what the track is called.
  ///   - captureRate: how often a second a new picture appears at most, up to 1,000; with 0 only when `requestFrame()` is
  ///     called.
  /// - Precondition: the rate lies within these limits.
  public convenience init(label: String = "generated video", captureRate: Double) {
    precondition((0...1_000).contains(captureRate), "nothing can be captured \(captureRate) times a second")
    self.init(label: label, canvas: CanvasCapture(rate: captureRate))
  }

  private init(label: String, canvas: CanvasCapture?) {
    let source = GeneratorSource<VideoFrame>(
      label: label, settingsOf: { MediaTrackSettings(width: $0.width, height: $0.height) },
      onOpenChange: { try canvas?.setOpen($0, label: label) })
    canvas?.setTarget { [weak source] in try? source?.write($0) }
    self.source = source
    self.canvas = canvas
    track = .opened(source: .video(source))
  }

  /// Whether the track is muted: the program has nothing to show for the time being. What is written meanwhile appears
  /// nowhere.
  public var isMuted: Bool {
    get { source.output.isMuted }
    set { source.output.setMuted(newValue) }
  }

  /// Gives a picture to all consumers of the track. It never waits: each consumer has a bounded queue that loses its
  /// oldest pictures.
  ///
  /// - Throws: `MediaError` with `InvalidStateError`, when the generator is closed or its tracks are stopped.
  public func write(_ frame: VideoFrame) throws {
    guard let canvas else { return try source.write(frame) }
    try source.check()
    canvas.draw(frame)
  }

  /// Gives a picture to all consumers of the track, once none of them would lose one for it. A consumer that reads no
  /// more holds up the writer until the consumer leaves or the track ends.
  ///
  /// - Throws: as `write` does, and `CancellationError`.
  nonisolated(nonsending) public func send(_ frame: VideoFrame) async throws {
    if canvas == nil { try await source.send(frame) } else { try write(frame) }
  }

  /// Shows what was written last, once, or the next that is written when there is none yet
  /// (`CanvasCaptureMediaStreamTrack.requestFrame`). A generator without a capture rate has shown it already.
  public func requestFrame() { canvas?.requestFrame() }

  /// Ends the track and its clones.
  public func close() { source.output.end() }
}
