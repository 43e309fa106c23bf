import RTCFrames

/// A source of either kind.
enum TrackSource: Sendable {
  case video(any VideoSource)
  case audio(any AudioSource)

  var kind: MediaStreamTrack.Kind {
    switch self {
    case .video: .video
    case .audio: .audio
    }
  }

  var label: String {
    switch self {
    case .video(let source): source.label
    case .audio(let source): source.label
    }
  }

  var isMuted: Bool {
    switch self {
    case .video(let source): source.output.isMuted
    case .audio(let source): source.output.isMuted
    }
  }

  var isEnded: Bool {
    switch self {
    case .video(let source): source.output.isEnded
    case .audio(let source): source.output.isEnded
    }
  }

  var settings: MediaTrackSettings {
    switch self {
    case .video(let source): source.settings
    case .audio(let source): source.settings
    }
  }

  var modes: [MediaSourceMode] {
    switch self {
    case .video(let source): source.modes
    case .audio(let source): source.modes
    }
  }

  /// What the tracks of the source have in common. What it has now is its default.
  var coordinator: SourceCoordinator {
    let make = { SourceCoordinator(identity: SourceCoordinator.Identity(defaults: settings)) }
    switch self {
    case .video(let source): return source.output.companion(make)
    case .audio(let source): return source.output.companion(make)
    }
  }

  func reconfigure(to settings: MediaTrackSettings) async throws {
    switch self {
    case .video(let source): try await source.reconfigure(to: settings)
    case .audio(let source): try await source.reconfigure(to: settings)
    }
  }

  var capabilities: MediaTrackCapabilities {
    switch self {
    case .video(let source): source.capabilities
    case .audio(let source): source.capabilities
    }
  }

  /// Sources that compressed frames come from beside, or instead of, plain ones.
  var encodedVideo: (any EncodedVideoProvider)? {
    if case .video(let source) = self { source as? any EncodedVideoProvider } else { nil }
  }

  var encodedAudio: (any EncodedAudioProvider)? {
    if case .audio(let source) = self { source as? any EncodedAudioProvider } else { nil }
  }
}
