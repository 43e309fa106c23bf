import RTCConstraints
import RTCFrames

extension MediaDevices {
  /// Offers a display to `getDisplayMedia`. One of the same name is replaced.
  public func add(_ display: DisplaySurface) {
    state.withLock { state in
      state.displays.removeAll { $0.label == display.label }
      state.displays.append(display)
    }
  }

  /// Captures a display that the broker chooses (screen-capture, getDisplayMedia). Sound of displays is not captured, so
  /// the stream has one track of pictures, whatever is asked of `audio`.
  ///
  /// Constraints do not choose among displays: they are applied to the one that was chosen.
  ///
  /// - Parameters:
  ///   - video: `true` or what is wanted of the pictures, without `min`, `exact` and advanced sets.
  ///   - audio: `true`, `false` or constraints, for which the same holds.
  /// - Throws: `MediaError`: `TypeError`, when no pictures or something that cannot be demanded is asked for;
  ///   `NotFoundError`, when there is no display; `NotAllowedError`, when none may be captured; `OverconstrainedError`,
  ///   when a `max` cannot be met; what the source says when it cannot be opened.
  nonisolated(nonsending) public func getDisplayMedia(
    video: MediaStreamConstraints.Request = true, audio: MediaStreamConstraints.Request = false
  ) async throws -> MediaStream {
    guard let constraints = video.constraints else {
      throw MediaError(.typeError, "getDisplayMedia captures pictures, and was asked for none")
    }
    for wanted in [constraints, audio.constraints].compactMap({ $0 }) { try Self.checkForDisplay(wanted) }
    let displays = state.withLock { $0.displays }
    guard !displays.isEmpty else {
      throw MediaError(.notFoundError, "There is no display; a program adds one with add(_: DisplaySurface)")
    }
    guard let index = await permissions.chooseDisplay(displays.map(\.label)), displays.indices.contains(index) else {
      throw MediaError(.notAllowedError, "The program may not capture a display")
    }
    let display = displays[index]
    let coordinator = display.source.coordinator
    var identity = coordinator.identity
    identity.display = display.properties
    coordinator.identify(identity)
    let track = MediaStreamTrack(
      unattached: display.source, id: RandomIdentifier.make(), label: display.label, origin: .local)
    try await coordinator.apply(constraints.removingProperties(notOf: true), to: track.attachment) {
      try await Self.offThread { try track.attach() }
    }
    return MediaStream(tracks: [track])
  }

  /// Nobody may fish for a display by demands (screen-capture, getDisplayMedia, steps on constraints).
  private static func checkForDisplay(_ constraints: MediaTrackConstraints) throws {
    guard constraints.advanced.isEmpty else {
      throw MediaError(.typeError, "getDisplayMedia takes no advanced constraints")
    }
    for (property, constraint) in constraints.basic.members(bareValuesAreExact: false) where constraint.demandsChoice {
      throw MediaError(.typeError, "getDisplayMedia takes no min or exact, as \(property.rawValue) has")
    }
  }
}
