/// Which tracks `getUserMedia` is to bring (mediacapture-main, `MediaStreamConstraints`).
/// ```swift
/// let constraints = MediaStreamConstraints(audio: true, video: .init(width: 1280, height: 720))
/// ```
public struct MediaStreamConstraints: Hashable, Codable, Sendable {
  /// The track of sound.
  public var audio: Request
  /// The track of pictures.
  public var video: Request

  /// Which tracks to bring.
  public init(audio: Request = false, video: Request = false) {
    self.audio = audio
    self.video = video
  }

  /// Reads a JSON object as browsers take it.
  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    audio = try members.decodeIfPresent(Request.self, forKey: .audio) ?? false
    video = try members.decodeIfPresent(Request.self, forKey: .video) ?? false
  }
}

extension MediaStreamConstraints {
  /// Whether a track of a kind is wanted, and how: `true`, `false` or constraints.
  public enum Request: Hashable, Sendable {
    /// No track: `false`.
    case none
    /// A track that meets these constraints; `true` asks for none in particular.
    case track(MediaTrackConstraints)

    /// The constraints of the track; `nil` when none is wanted.
    public var constraints: MediaTrackConstraints? {
      if case .track(let constraints) = self { constraints } else { nil }
    }
  }
}

extension MediaStreamConstraints.Request: MediaTrackConstraintsConvertible {
  /// A track with these constraints.
  public init(basic: MediaTrackConstraintSet, advanced: [MediaTrackConstraintSet]) {
    self = .track(MediaTrackConstraints(basic: basic, advanced: advanced))
  }
}

extension MediaStreamConstraints.Request: ExpressibleByBooleanLiteral {
  /// Any track, or none.
  public init(booleanLiteral value: Bool) { self = value ? .track(MediaTrackConstraints()) : .none }
}

extension MediaStreamConstraints.Request: Codable {
  /// Reads a boolean or an object of constraints.
  public init(from decoder: any Decoder) throws {
    if let container = try? decoder.singleValueContainer(), let isWanted = try? container.decode(Bool.self) {
      self.init(booleanLiteral: isWanted)
    } else {
      self = .track(try MediaTrackConstraints(from: decoder))
    }
  }

  /// Writes a boolean or an object of constraints.
  public func encode(to encoder: any Encoder) throws {
    if let constraints, constraints != MediaTrackConstraints() {
      try constraints.encode(to: encoder)
    } else {
      var container = encoder.singleValueContainer()
      try container.encode(constraints != nil)
    }
  }
}
