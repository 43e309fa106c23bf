import RTCConstraints
import RTCFrames
internal import RTCProcessing
import Synchronization

/// What the tracks of one source have in common: who it is, what each of them needs of it, and that it is changed by one
/// of them at a time.
///
/// A source runs in one mode at a time, and each track derives from it what it was asked for. A track may change the
/// mode as long as all others can be derived from the new one as they are.
final class SourceCoordinator: Sendable {
  /// What is known of a source beside what it says of itself.
  struct Identity: Sendable {
    var deviceId: String?
    var groupId: String?
    var facingModes: [String] = []
    /// The modes of the device, for a source that does not tell its own.
    var modes: [MediaSourceMode] = []
    /// What the device has when nobody asks for anything.
    var defaults: MediaTrackSettings?
    var supported = ConstrainableProperty.supported
    /// Of a captured display.
    var display: DisplaySurface.Properties?
  }

  private struct WeakAttachment {
    weak var attachment: TrackAttachment?
  }

  private struct State {
    var identity: Identity
    var attachments: [WeakAttachment] = []
  }

  let queue = SerialQueue()
  let scaler = SharedVideoScaler()
  private let state: Mutex<State>

  init(identity: Identity) { state = Mutex(State(identity: identity)) }

  var identity: Identity { state.withLock { $0.identity } }

  /// Says which device the source is.
  func identify(_ identity: Identity) { state.withLock { $0.identity = identity } }

  func add(_ attachment: TrackAttachment) {
    state.withLock { $0.attachments.append(WeakAttachment(attachment: attachment)) }
  }

  func remove(_ attachment: TrackAttachment) {
    state.withLock { state in
      state.attachments.removeAll { $0.attachment == nil || $0.attachment === attachment }
    }
    if others(than: attachment).isEmpty { scaler.forget() }
  }

  private func others(than attachment: TrackAttachment) -> [TrackAttachment] {
    state.withLock { $0.attachments.compactMap(\.attachment) }.filter { $0 !== attachment }
  }

  /// The settings that the source can have.
  ///
  /// - Parameter attachment: a track for whom the others keep what they have; `nil` for all that the source can.
  func space(of source: TrackSource, for attachment: TrackAttachment?) -> SettingsSpace {
    let identity = identity
    var modes = source.modes.isEmpty ? identity.modes : source.modes
    if modes.isEmpty { modes = [MediaSourceMode(source.settings)] }
    let ownFacing = source.settings.facingMode.map { [$0] } ?? []
    var space = SettingsSpace(
      isVideo: source.kind == .video, modes: modes, deviceId: identity.deviceId, groupId: identity.groupId,
      facingModes: identity.facingModes.isEmpty ? ownFacing : identity.facingModes, supported: identity.supported,
      defaults: identity.defaults)
    if let attachment {
      space.commitments = others(than: attachment).map {
        .init(settings: $0.settings, isNativeDemanded: $0.target.isNativeDemanded)
      }
    }
    return space
  }

  /// Solves constraints for a track and makes them so (mediacapture-main, ApplyConstraints), one track after another.
  ///
  /// - Parameter open: opens the source for the track, once it is set up.
  /// - Throws: `MediaError` with `OverconstrainedError`, and whatever the source or `open` throws; what was before stays.
  nonisolated(nonsending) func apply(
    _ constraints: MediaTrackConstraints, to attachment: TrackAttachment,
    open: nonisolated(nonsending) () async throws -> Void = {}
  ) async throws {
    try await queue.run {
      let source = attachment.source
      let space = space(of: source, for: attachment)
      // ApplyConstraints, steps 1 and 2.
      guard let selected = SelectSettings(constraints, in: space).selected else {
        throw Self.overconstrained(constraints, space)
      }
      let before = source.settings
      let neighbours = others(than: attachment)
      if let wanted = before.missing(from: selected.native) {
        for neighbour in neighbours + [attachment] { neighbour.pin() }
        do { try await source.reconfigure(to: wanted) } catch {
          for neighbour in neighbours + [attachment] { neighbour.unpin() }
          throw error
        }
      }
      do {
        try await open()
        // What the driver granted may be less than what it was asked for.
        let final = try Self.granted(selected, constraints, source.settings, space)
        // Step 3, in a single operation.
        attachment.configure(constraints, final, isNativeDemanded: constraints.demandsNative)
        for neighbour in neighbours { neighbour.settle() }
      } catch {
        if source.settings != before { try? await source.reconfigure(to: before) }
        for neighbour in neighbours + [attachment] { neighbour.unpin() }
        throw error
      }
    }
  }

  /// What was selected, given what the source has now.
  private static func granted(
    _ selected: SettingsCandidate, _ constraints: MediaTrackConstraints, _ settings: MediaTrackSettings,
    _ space: SettingsSpace
  ) throws -> SettingsCandidate {
    if settings.missing(from: selected.native) == nil { return selected }
    var rest = space
    rest.modes = [MediaSourceMode(settings)]
    guard let next = SelectSettings(constraints, in: rest).selected else { throw overconstrained(constraints, rest) }
    return next
  }

  private static func overconstrained(_ constraints: MediaTrackConstraints, _ space: SettingsSpace) -> MediaError {
    let name = SelectSettings.failedConstraint(constraints, in: [space])
    var reason =
      name.isEmpty
      ? "The required constraints can be met one by one, but not all together"
      : "No settings meet the constraint \(name)"
    if !space.commitments.isEmpty { reason += " while other tracks of the source keep what they have" }
    return .overconstrained(name, "\(reason). explain(_:) tells how each candidate fails.")
  }
}

extension MediaTrackConstraints {
  /// Whether only what the source makes by itself will do.
  fileprivate var demandsNative: Bool { basic.resizeMode?.exact == [VideoResizeMode.none] }
}
