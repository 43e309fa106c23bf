/// What a track carries (mst-content-hint §3), so that encoders can favour what matters.
public enum ContentHint: String, Hashable, Codable, Sendable, CaseIterable {
  /// Nothing is said.
  case none = ""
  /// Speech for people.
  case speech
  /// Speech for a machine, without processing that people like.
  case speechRecognition = "speech-recognition"
  /// Music and other sound that is no speech.
  case music
  /// Motion matters more than detail.
  case motion
  /// Detail matters more than motion.
  case detail
  /// Text: sharp edges matter most.
  case text

  func applies(to kind: MediaStreamTrack.Kind) -> Bool {
    switch self {
    case .none: true
    case .speech, .speechRecognition, .music: kind == .audio
    case .motion, .detail, .text: kind == .video
    }
  }
}
