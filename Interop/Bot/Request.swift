import WebRTC

/// What a peer asks for, as JSON: `{"do": "apply", "kind": "video", "constraints": {"width": 320}}`.
struct Request: Codable, Sendable {
  enum Action: String, Codable, Sendable {
    /// To go on with what the source makes, or with black or silence.
    case enable, disable
    /// To take the constraints.
    case apply
    /// To send a clone from now on. The track before it lives on.
    case clone
    /// To stop the oldest track that lives.
    case stop
    /// Only to say how things are, as after everything else.
    case tell
  }

  var action: Action
  /// Whose track it is about.
  var kind: MediaStreamTrack.Kind
  var constraints: MediaTrackConstraints?

  private enum CodingKeys: String, CodingKey {
    case action = "do"
    case kind, constraints
  }
}

/// How things are after a request.
struct Status: Codable, Sendable {
  /// The track that is sent.
  struct Track: Codable, Sendable {
    var enabled: Bool
    var muted: Bool
    var readyState: MediaStreamTrack.ReadyState
    var settings: MediaTrackSettings
    /// How often its device fell silent, and went on.
    var mutes: Int
    var unmutes: Int
  }

  var tracks: [String: Track] = [:]
  /// How often the connection wished to be negotiated anew.
  var negotiationsNeeded = 0
  var connectionState: RTCPeerConnectionState
  /// Why the request could not be fulfilled.
  var error: String?
}
