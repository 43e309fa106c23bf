import RTCConstraints
import RTCFrames

extension MediaStreamTrack {
  /// Asks for other settings (mediacapture-main, applyConstraints). When it returns, `settings` are the new ones, and the
  /// next frames have them.
  ///
  /// Calls for the tracks of one source take effect in the order in which they were made. Other tracks of the source
  /// keep what they have. A track that has ended stays as it is.
  /// ```swift
  /// try await track.applyConstraints(.init(width: .exact(320), height: .exact(180), frameRate: .max(10)))
  /// ```
  ///
  /// - Parameter constraints: what is wanted; without any, the track gets the defaults of its device.
  /// - Throws: `MediaError` with `OverconstrainedError`, when what is required cannot be had, or what the source says when
  ///   it cannot be changed. Constraints and settings stay as they were.
  nonisolated(nonsending) public func applyConstraints(
    _ constraints: MediaTrackConstraints = MediaTrackConstraints()
  ) async throws {
    guard readyState == .live else { return }
    try await attachment.coordinator.apply(constraints, to: attachment)
  }

  /// How constraints would be solved for this track: each candidate with its distance, and why it was chosen or not.
  public func explain(_ constraints: MediaTrackConstraints) -> ConstraintReport {
    ConstraintReport(
      constraints, in: [(label, attachment.coordinator.space(of: attachment.source, for: attachment))])
  }
}
