/// Where a camera looks, seen from the user (mediacapture-main, `VideoFacingModeEnum`). Other strings are kept, and
/// never match.
public struct VideoFacingMode: RawRepresentable, Hashable, Codable, Sendable, ExpressibleByStringLiteral {
  /// The string of the W3C.
  public var rawValue: String

  /// A mode by its string.
  public init(rawValue: String) { self.rawValue = rawValue }
  /// A mode by its string.
  public init(stringLiteral value: String) { rawValue = value }

  /// At the user: a self-view camera.
  public static let user = VideoFacingMode(rawValue: "user")
  /// Away from the user.
  public static let environment = VideoFacingMode(rawValue: "environment")
  /// To the left of the user.
  public static let left = VideoFacingMode(rawValue: "left")
  /// To the right of the user.
  public static let right = VideoFacingMode(rawValue: "right")
}

/// How pictures come by their size and rate (mediacapture-main, `VideoResizeModeEnum`). Other strings are kept, and
/// never match.
public struct VideoResizeMode: RawRepresentable, Hashable, Codable, Sendable, ExpressibleByStringLiteral {
  /// The string of the W3C.
  public var rawValue: String

  /// A mode by its string.
  public init(rawValue: String) { self.rawValue = rawValue }
  /// A mode by its string.
  public init(stringLiteral value: String) { rawValue = value }

  /// As the source delivers them by itself.
  public static let none = VideoResizeMode(rawValue: "none")
  /// Cropped, scaled down or left out, never enlarged or stretched.
  public static let cropAndScale = VideoResizeMode(rawValue: "crop-and-scale")
}

extension VideoFacingMode: ConstrainableText {
  /// A mode by its string.
  public init(constraint text: String) { rawValue = text }
  /// The string.
  public var constraintText: String { rawValue }
}

extension VideoResizeMode: ConstrainableText {
  /// A mode by its string.
  public init(constraint text: String) { rawValue = text }
  /// The string.
  public var constraintText: String { rawValue }
}
