import RTCConstraints
import RTCFrames
import Synchronization

/// One picture or sound of a source (mediacapture-main §4.3, `MediaStreamTrack`).
///
/// Tracks of one source share it: it is opened for the first and closed when the last of them has stopped. A track that
/// is released without being stopped lets go of its source too.
public final class MediaStreamTrack: Sendable {
  /// What a track carries.
  public enum Kind: String, Hashable, Codable, Sendable {
    /// Sound.
    case audio
    /// Pictures.
    case video
  }

  /// Whether a track can still deliver (mediacapture-main, `MediaStreamTrackState`).
  public enum ReadyState: String, Hashable, Codable, Sendable {
    /// It delivers, or may do so again.
    case live
    /// It has ended for good.
    case ended
  }

  /// Whether a track is made here or comes from a peer.
  public enum Origin: Hashable, Sendable {
    /// From a source of this program.
    case local
    /// From a remote peer.
    case remote
  }

  /// What happens to a track.
  public enum Event: Hashable, Sendable {
    /// The source is over, through no doing of the program: `stop()` emits nothing.
    case ended
    /// The source has nothing to deliver for the time being.
    case mute
    /// The source delivers again.
    case unmute
    /// Settings or capabilities were changed by the environment.
    case configurationChanged
  }

  struct State: Sendable {
    var isEnabled = true
    var isMuted: Bool
    var readyState = ReadyState.live
    var contentHint = ContentHint.none
    /// What `settings` says of a track that has ended.
    var lastSettings: MediaTrackSettings?
  }

  /// What the track carries.
  public let kind: Kind
  /// An identifier of at most 36 characters. That of a remote track is the one the peer announced.
  public let id: String
  /// The name of the device or file; `remote audio` or `remote video` for what comes from a peer.
  public let label: String
  /// Whether the track is made here or comes from a peer.
  public let origin: Origin

  let state: Mutex<State>
  let broadcaster: EventBroadcaster<Event>
  let attachment: TrackAttachment

  /// Makes a track of a source, which is opened if this is its first track.
  ///
  /// The track of a source that is over has ended.
  ///
  /// - Throws: `MediaError` when the source cannot be opened.
  public convenience init(source: some VideoSource) throws {
    try self.init(id: RandomIdentifier.make(), label: source.label, origin: .local, source: .video(source))
  }

  /// Makes a track of a source, which is opened if this is its first track.
  ///
  /// The track of a source that is over has ended.
  ///
  /// - Throws: `MediaError` when the source cannot be opened.
  public convenience init(source: some AudioSource) throws {
    try self.init(id: RandomIdentifier.make(), label: source.label, origin: .local, source: .audio(source))
  }

  convenience init(id: String, label: String, origin: Origin, source: TrackSource) throws {
    self.init(unattached: source, id: id, label: label, origin: origin)
    if source.isEnded {
      let settings = attachment.settings.inherent
      state.withLock { state in
        state.readyState = .ended
        state.lastSettings = settings
      }
      attachment.end()
      broadcaster.finish()
    } else {
      try attach()
    }
  }

  /// A track whose source is not opened yet.
  init(unattached source: TrackSource, id: String, label: String, origin: Origin) {
    self.id = id
    self.label = label
    self.origin = origin
    kind = source.kind
    state = Mutex(State(isMuted: source.isMuted))
    broadcaster = EventBroadcaster(coalescingKey: { event in
      switch event {
      case .mute, .unmute: 0
      case .configurationChanged: 1
      case .ended: nil
      }
    })
    let events = TrackEvents()
    attachment = TrackAttachment(source: source, events: events)
    events.track.withLock { $0.track = self }
  }

  /// A track of a source that opens nothing.
  static func opened(
    id: String? = nil, label: String? = nil, origin: Origin = .local, source: TrackSource
  ) -> MediaStreamTrack {
    do {
      return try MediaStreamTrack(
        id: id ?? RandomIdentifier.make(), label: label ?? source.label, origin: origin, source: source)
    } catch {
      preconditionFailure("a source that opens nothing failed to open: \(error)")
    }
  }

  /// Opens the source, if this is its first track.
  func attach() throws {
    try attachment.attach()
    // What happened between reading the state and listening to it.
    sourceEvent(.muted(attachment.source.isMuted))
    if attachment.source.isEnded { sourceEvent(.ended) }
  }

  deinit { attachment.detach() }

  /// Whether the track delivers what its source makes. A disabled track goes on with black pictures or silence.
  public var isEnabled: Bool {
    get { state.withLock { $0.isEnabled } }
    set {
      state.withLock { $0.isEnabled = newValue }
      attachment.setEnabled(newValue)
    }
  }

  /// Whether the source has nothing to deliver for the time being. Only the source changes it. Meanwhile a local track
  /// that has had a picture goes on with a black one each second.
  public var isMuted: Bool { state.withLock { $0.isMuted } }

  /// Whether the track can still deliver.
  public var readyState: ReadyState { state.withLock { $0.readyState } }

  /// What happens to the track. The first subscriber gets everything since the track was made; a mute and an unmute
  /// that nobody has seen yet become one.
  public var events: EventSequence<Event> { broadcaster.sequence }

  /// Consumers of plain frames that are attached now.
  package var consumerCount: Int {
    switch attachment.pipeline {
    case .video(let pipeline): pipeline.consumers.consumerCount
    case .audio(let pipeline): pipeline.consumers.consumerCount
    }
  }

  /// What the track carries, so that encoders can favour what matters (mst-content-hint §3). A hint of the other kind
  /// is ignored.
  public var contentHint: ContentHint {
    get { state.withLock { $0.contentHint } }
    set { if newValue.applies(to: kind) { state.withLock { $0.contentHint = newValue } } }
  }

  /// What the track delivers. A track that has ended still tells its device, its group and where its camera looked
  /// (mediacapture-main, getSettings).
  public var settings: MediaTrackSettings { state.withLock { $0.lastSettings } ?? attachment.settings }

  /// What constraints can have of the source.
  public var capabilities: MediaTrackCapabilities {
    let source = attachment.source
    let isKnown = !source.modes.isEmpty || !attachment.coordinator.identity.modes.isEmpty
    return isKnown ? attachment.coordinator.space(of: source, for: nil).capabilities : source.capabilities
  }

  /// The constraints that were applied last.
  public var constraints: MediaTrackConstraints { attachment.constraints }

  /// Ends the track at once, without an event. The source is closed when this was its last track.
  public func stop() {
    let settings = attachment.settings.inherent
    let wasLive = state.withLock { state in
      guard state.readyState == .live else { return false }
      state.readyState = .ended
      state.lastSettings = settings
      return true
    }
    attachment.detach()
    if wasLive {
      attachment.end()
      broadcaster.finish()
    }
  }

  /// A track of the same source with an identifier of its own, which is enabled, muted and stopped apart from this one.
  /// The clone of an ended track has ended.
  public func clone() -> MediaStreamTrack {
    let snapshot = state.withLock { $0 }
    let copy = MediaStreamTrack(
      unattached: attachment.source, id: RandomIdentifier.make(), label: label, origin: origin)
    copy.isEnabled = snapshot.isEnabled
    copy.contentHint = snapshot.contentHint
    copy.attachment.configure(as: attachment)
    // A source that is open is not opened again, so attaching fails only when it was closed meanwhile.
    if snapshot.readyState == .ended || (try? copy.attach()) == nil {
      copy.state.withLock { state in
        state.readyState = .ended
        state.lastSettings = snapshot.lastSettings ?? settings.inherent
      }
      copy.attachment.end()
      copy.broadcaster.finish()
    }
    return copy
  }

  func sourceEvent(_ event: SourceEvent) {
    switch event {
    case .muted(let isMuted):
      let isChanged = state.withLock { state in
        guard state.readyState == .live, state.isMuted != isMuted else { return false }
        state.isMuted = isMuted
        return true
      }
      if isChanged { broadcaster.send(isMuted ? .mute : .unmute) }
    case .ended:
      let settings = attachment.settings.inherent
      let isChanged = state.withLock { state in
        guard state.readyState == .live else { return false }
        state.readyState = .ended
        state.lastSettings = settings
        return true
      }
      guard isChanged else { return }
      attachment.end()
      broadcaster.send(.ended)
      broadcaster.finish()
      attachment.detach()
    case .configurationChanged:
      if readyState == .live { broadcaster.send(.configurationChanged) }
    }
  }
}

extension MediaTrackSettings {
  /// What an ended track still tells (mediacapture-main, list of inherent constrainable track properties).
  var inherent: MediaTrackSettings {
    var settings = MediaTrackSettings()
    settings.deviceId = deviceId
    settings.facingMode = facingMode
    settings.groupId = groupId
    return settings
  }
}
