/// Whether and what echo is removed from a microphone: `false`, `true` or a member of `EchoCancellationModeEnum`
/// (mediacapture-main §4.3.8, `echoCancellation`). In JSON a boolean or a string.
public enum EchoCancellation: Hashable, Sendable {
  /// No echo is removed.
  case disabled
  /// The source decides what is removed; at least what remote peers sent.
  case enabled
  /// All sound that this machine plays.
  case all
  /// Only sound that came from remote peers.
  case remoteOnly
}

extension EchoCancellation: ExpressibleByBooleanLiteral {
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = value ? .enabled : .disabled }
}

extension EchoCancellation: Codable {
  /// Reads a boolean, `all` or `remote-only`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let isEnabled = try? container.decode(Bool.self) {
      self = isEnabled ? .enabled : .disabled
      return
    }
    switch try container.decode(String.self) {
    case "all": self = .all
    case "remote-only": self = .remoteOnly
    case let other:
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "echo cancellation is true, false, all or remote-only, not \(other)")
    }
  }

  /// Writes a boolean, `all` or `remote-only`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .disabled: try container.encode(false)
    case .enabled: try container.encode(true)
    case .all: try container.encode("all")
    case .remoteOnly: try container.encode("remote-only")
    }
  }
}
