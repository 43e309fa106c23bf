import RTCConstraints
import RTCFrames
import Synchronization

/// A track's hold on its source: the pipelines of its frames, and the one place in the count of tracks that keeps the
/// source open.
final class TrackAttachment: Sendable {
  let source: TrackSource
  let pipeline: Pipeline
  let encodedVideo: FrameGate<EncodedVideoFrame>?
  let encodedAudio: FrameGate<EncodedAudioFrame>?
  let coordinator: SourceCoordinator
  private let notify: @Sendable (SourceEvent) -> Void
  private let isAttached = Mutex(false)
  private let configuration = Mutex(Configuration())

  /// What the program asked for, and what came of it.
  private struct Configuration: Sendable {
    var constraints = MediaTrackConstraints()
    var target = TrackTarget()
    /// What the track holds on to while its source is being changed.
    var pinned: MediaTrackSettings?
  }

  enum Pipeline: Sendable {
    case video(TrackPipeline<VideoFrame>)
    case audio(TrackPipeline<AudioFrame>)
  }

  init(source: TrackSource, events: TrackEvents) {
    self.source = source
    coordinator = source.coordinator
    let onSourceEvent: @Sendable (SourceEvent) -> Void = { event in
      events.track.withLock { $0.track }?.sourceEvent(event)
    }
    notify = onSourceEvent
    switch source {
    // What nobody plays is silence already. A remote track keeps its last picture: its peer may only be leaving.
    case .video(let source):
      pipeline = .video(
        TrackPipeline(
          blanksWhileMuted: !(source is RemoteVideoSource), makeBlank: Self.black, onSourceEvent: onSourceEvent))
    case .audio:
      pipeline = .audio(
        TrackPipeline(blanksWhileMuted: false, makeBlank: Self.silence, onSourceEvent: onSourceEvent))
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
    coordinator.add(self)
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
    coordinator.remove(self)
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

  /// The constraints that were applied last.
  var constraints: MediaTrackConstraints { configuration.withLock { $0.constraints } }
  var target: TrackTarget { configuration.withLock { $0.target } }

  /// What the track delivers.
  var settings: MediaTrackSettings {
    let (target, pinned) = configuration.withLock { ($0.target, $0.pinned) }
    var settings = pinned ?? source.settings.applying(target)
    let identity = coordinator.identity
    settings.deviceId = identity.deviceId
    settings.groupId = identity.groupId
    if source.kind == .audio, identity.deviceId != nil {
      // A microphone that says nothing of it does nothing of it.
      settings.echoCancellation = settings.echoCancellation ?? .disabled
      settings.autoGainControl = settings.autoGainControl ?? false
      settings.noiseSuppression = settings.noiseSuppression ?? false
    }
    if settings.facingMode == nil { settings.facingMode = identity.facingModes.first }
    if let display = identity.display {
      settings.displaySurface = display.kind.rawValue
      settings.logicalSurface = display.isLogical
      settings.cursor = display.cursor.rawValue
    }
    if settings.resizeMode == nil, settings.width != nil, !source.modes.isEmpty {
      settings.resizeMode = VideoResizeMode.none.rawValue
    }
    return settings
  }

  /// Holds on to the present settings while the source is being changed: nobody sees frames of other settings.
  func pin() {
    let settings = settings
    configuration.withLock { $0.pinned = settings }
    setAdapter(derived: settings, limitsRate: target.derived != nil, isPinned: true)
  }

  /// Goes on as before a change of the source that failed.
  func unpin() {
    let target = configuration.withLock { configuration in
      configuration.pinned = nil
      return configuration.target
    }
    setAdapter(derived: target.derived)
  }

  /// Goes on with the settings from before a change of the source, derived from what it delivers now.
  func settle() {
    let current = source.settings
    guard let pinned = configuration.withLock({ $0.pinned }) else { return }
    let target = configuration.withLock { configuration -> TrackTarget? in
      guard configuration.pinned != nil else { return nil }
      configuration.pinned = nil
      let isDerived = current.missing(from: pinned.shape) != nil
      configuration.target.derived = isDerived ? pinned.shape : nil
      if isDerived, pinned.width != nil { configuration.target.resizeMode = VideoResizeMode.cropAndScale.rawValue }
      return configuration.target
    }
    guard let target else { return }
    setAdapter(derived: target.derived)
    if settings != pinned { notify(.configurationChanged) }
  }

  /// Takes constraints and settings that were selected for them.
  func configure(_ constraints: MediaTrackConstraints, _ selected: SettingsCandidate, isNativeDemanded: Bool) {
    let wanted = selected.settings.shape
    var target = TrackTarget()
    target.derived = selected.native.missing(from: wanted) == nil ? nil : wanted
    target.resizeMode = selected.settings.resizeMode
    target.facingMode = selected.settings.facingMode
    target.isNativeDemanded = isNativeDemanded
    take(constraints, target)
  }

  /// Takes over what another track of the source has.
  func configure(as other: TrackAttachment) { take(other.constraints, other.target) }

  private func take(_ constraints: MediaTrackConstraints, _ target: TrackTarget) {
    configuration.withLock { $0 = Configuration(constraints: constraints, target: target) }
    setAdapter(derived: target.derived)
  }

  private func setAdapter(derived: MediaTrackSettings?, limitsRate: Bool = true, isPinned: Bool = false) {
    switch pipeline {
    case .video(let pipeline):
      guard let derived, let width = derived.width, let height = derived.height else {
        return pipeline.setAdapter(nil)
      }
      pipeline.setAdapter(
        VideoTrackAdapter(
          width: width, height: height, frameRate: limitsRate ? derived.frameRate : nil, dropsSmaller: isPinned,
          scaler: coordinator.scaler))
    case .audio(let pipeline):
      guard let derived, let sampleRate = derived.sampleRate, let channels = derived.channelCount else {
        return pipeline.setAdapter(nil)
      }
      pipeline.setAdapter(AudioTrackAdapter(format: AudioFormat(sampleRate: sampleRate, channels: channels)))
    }
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

extension MediaTrackSettings {
  /// Only the members that a track can derive.
  var shape: MediaTrackSettings {
    var shape = MediaTrackSettings()
    shape.width = width
    shape.height = height
    shape.frameRate = frameRate
    shape.sampleRate = sampleRate
    shape.channelCount = channelCount
    return shape
  }
}
