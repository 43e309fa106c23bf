/// What a track, sender or receiver carries (mediacapture-main, `kind`).
public enum MediaStreamTrackKind: String, Codable, Hashable, Sendable, CaseIterable {
  /// Sound.
  case audio
  /// Moving pictures.
  case video
}
