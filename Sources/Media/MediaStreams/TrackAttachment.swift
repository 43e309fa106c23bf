import RTCFrames
import Synchronization

/// A track's hold on its source: the pipelines of its frames, and the one place in the count of tracks that keeps the
/// source open.
final class TrackAttachment: Sendable {
  let source: TrackSource
  let pipeline: Pipeline
  let encodedVideo: FrameGate<EncodedVideoFrame>?
  let encodedAudio: FrameGate<EncodedAudioFrame>?
  private let isAttached = Mutex(false)

  enum Pipeline: Sendable {
    case video(TrackPipeline<VideoFrame>)
    case audio(TrackPipeline<AudioFrame>)
  }

  init(source: TrackSource, events: TrackEvents) {
    self.source = source
    let onSourceEvent: @Sendable (SourceEvent) -> Void = { event in
      events.track.withLock { $0.track }?.sourceEvent(event)
    }
    switch source {
    case .video: pipeline = .video(TrackPipeline(makeBlank: Self.black, onSourceEvent: onSourceEvent))
    case .audio: pipeline = .audio(TrackPipeline(makeBlank: Self.silence, onSourceEvent: onSourceEvent))
    }
    encodedVideo = source.encodedVideo.map { _ in FrameGate() }
    encodedAudio = source.encodedAudio.map { _ in FrameGate() }
  }

  func attach() throws {
    try isAttached.withLock { isAttached in
      guard !isAttached else { return }
      switch (source, pipeline) {
      case (.video(let source), .video(let pipeline)): try source.output.attach(pipeline, to: source)
      case (.audio(let source), .audio(let pipeline)): try source.output.attach(pipeline, to: source)
      default: preconditionFailure("a pipeline has the kind of its source")
      }
      isAttached = true
    }
    if let encodedVideo { source.encodedVideo?.encodedFrames.add(encodedVideo) }
    if let encodedAudio { source.encodedAudio?.encodedFrames.add(encodedAudio) }
  }

  func detach() {
    if let encodedVideo { source.encodedVideo?.encodedFrames.remove(encodedVideo) }
    if let encodedAudio { source.encodedAudio?.encodedFrames.remove(encodedAudio) }
    let wasAttached = isAttached.withLock { isAttached in
      defer { isAttached = false }
      return isAttached
    }
    guard wasAttached else { return }
    switch (source, pipeline) {
    case (.video(let source), .video(let pipeline)): source.output.detach(pipeline, from: source)
    case (.audio(let source), .audio(let pipeline)): source.output.detach(pipeline, from: source)
    default: preconditionFailure("a pipeline has the kind of its source")
    }
  }

  /// Ends the sequences of all consumers.
  func end() {
    switch pipeline {
    case .video(let pipeline): pipeline.end()
    case .audio(let pipeline): pipeline.end()
    }
    encodedVideo?.finish()
    encodedAudio?.finish()
  }

  func setEnabled(_ isEnabled: Bool) {
    switch pipeline {
    case .video(let pipeline): pipeline.setEnabled(isEnabled)
    case .audio(let pipeline): pipeline.setEnabled(isEnabled)
    }
    encodedVideo?.setOpen(isEnabled)
    encodedAudio?.setOpen(isEnabled)
  }

  /// Black of the same size (mediacapture-main §4.3.1), its picture made once.
  private static func black(for frame: VideoFrame, last: VideoFrame?) -> VideoFrame {
    guard var black = last, black.layout == frame.layout else {
      return .black(width: frame.width, height: frame.height, timestamp: frame.timestamp)
    }
    black.timestamp = frame.timestamp
    return black
  }

  /// Silence of the same length, its samples made once.
  private static func silence(for frame: AudioFrame, last: AudioFrame?) -> AudioFrame {
    guard var silence = last, silence.format == frame.format, silence.samples.count == frame.samples.count else {
      return .silence(format: frame.format, sampleCount: frame.sampleCount, timestamp: frame.timestamp)
    }
    silence.timestamp = frame.timestamp
    return silence
  }
}

/// The way from a pipeline, which its source holds, to the track, which nobody but the program holds.
final class TrackEvents: Sendable {
  struct Reference {
    weak var track: MediaStreamTrack?
  }

  let track = Mutex(Reference())
}
