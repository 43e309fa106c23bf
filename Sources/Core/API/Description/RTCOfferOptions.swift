/// What an offer should hold (webrtc-pc).
public struct RTCOfferOptions: Codable, Hashable, Sendable {
  /// The offer has new ICE credentials, so that both sides look for paths anew.
  public var iceRestart: Bool

  /// Without a restart unless asked for.
  public init(iceRestart: Bool = false) { self.iceRestart = iceRestart }
}

/// What an answer should hold (webrtc-pc); the specification defines no options yet.
public struct RTCAnswerOptions: Codable, Hashable, Sendable {
  /// No options.
  public init() {}
}
