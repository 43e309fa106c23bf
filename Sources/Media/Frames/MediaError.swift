/// A failure of a device, file or source, with the name that the W3C specifications give it.
public struct MediaError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The names of errors (mediacapture-main, getUserMedia step 6).
  public enum Name: String, Hashable, Codable, Sendable {
    /// No such device or file.
    case notFoundError = "NotFoundError"
    /// Permission was denied.
    case notAllowedError = "NotAllowedError"
    /// The device exists but cannot be used: it is busy, or the system refused.
    case notReadableError = "NotReadableError"
    /// The device failed for another reason.
    case abortError = "AbortError"
    /// The call makes no sense in the present state.
    case invalidStateError = "InvalidStateError"
    /// The format or codec is not supported.
    case notSupportedError = "NotSupportedError"
    /// Coding failed, or the data is broken.
    case encodingError = "EncodingError"
    /// No device or settings meet what constraints demand; `constraint` tells which.
    case overconstrainedError = "OverconstrainedError"
    /// The arguments make no sense.
    case typeError = "TypeError"
  }

  /// The W3C name.
  public var name: Name
  /// What was wrong, with which value, and what to do.
  public var message: String
  /// Of an `OverconstrainedError`, the name of a constraint that cannot be met; "" when each can be met but not all
  /// together, or devices are not to be known. `nil` for other errors.
  public var constraint: String?

  /// An error with its explanation.
  public init(_ name: Name, _ message: String) {
    self.name = name
    self.message = message
  }

  /// An `OverconstrainedError`.
  public static func overconstrained(_ constraint: String, _ message: String) -> MediaError {
    var error = MediaError(.overconstrainedError, message)
    error.constraint = constraint
    return error
  }

  /// The name and the message.
  public var description: String { "\(name.rawValue): \(message)" }
}
