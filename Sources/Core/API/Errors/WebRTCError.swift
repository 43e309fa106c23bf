/// What the API throws: the W3C's exceptions by their names, each with a message that says what was wrong and what to do.
///
/// Whatever is thrown, the object's state is what it was before the call.
public enum WebRTCError: Error, Hashable, Sendable {
  /// The object's state does not allow the call.
  case invalidStateError(String)
  /// The call does not fit the object, such as a track of another connection.
  case invalidAccessError(String)
  /// What was changed must not be changed.
  case invalidModificationError(String)
  /// The feature is not offered.
  case notSupportedError(String)
  /// The operation failed for a reason of its own.
  case operationError(String)
  /// A string does not follow its grammar.
  case syntaxError(String)
  /// A value is of the wrong kind, or needed and absent.
  case typeError(String)
  /// A value is out of its range.
  case rangeError(String)
  /// Nothing of the kind exists, such as a camera.
  case notFoundError(String)
  /// Permission is missing.
  case notAllowedError(String)
  /// The device cannot be read.
  case notReadableError(String)
  /// The operation was given up.
  case abortError(String)
  /// No device or setting satisfies the constraint of this name (mediacapture-main).
  case overconstrainedError(constraint: String, message: String)
  /// An operation error with WebRTC's own details.
  case rtcError(RTCError)

  /// The exception's name as a browser reports it, such as `InvalidStateError`.
  public var name: String {
    switch self {
    case .invalidStateError: "InvalidStateError"
    case .invalidAccessError: "InvalidAccessError"
    case .invalidModificationError: "InvalidModificationError"
    case .notSupportedError: "NotSupportedError"
    case .operationError, .rtcError: "OperationError"
    case .syntaxError: "SyntaxError"
    case .typeError: "TypeError"
    case .rangeError: "RangeError"
    case .notFoundError: "NotFoundError"
    case .notAllowedError: "NotAllowedError"
    case .notReadableError: "NotReadableError"
    case .abortError: "AbortError"
    case .overconstrainedError: "OverconstrainedError"
    }
  }

  /// What was wrong and what would be right.
  public var message: String {
    switch self {
    case .invalidStateError(let message), .invalidAccessError(let message), .invalidModificationError(let message),
      .notSupportedError(let message), .operationError(let message), .syntaxError(let message),
      .typeError(let message), .rangeError(let message), .notFoundError(let message), .notAllowedError(let message),
      .notReadableError(let message), .abortError(let message), .overconstrainedError(_, let message):
      message
    case .rtcError(let error): error.message
    }
  }

  /// The constraint that could not be satisfied.
  public var constraint: String? {
    if case .overconstrainedError(let constraint, _) = self { constraint } else { nil }
  }
}

extension WebRTCError: CustomStringConvertible {
  /// Name and message.
  public var description: String {
    switch self {
    case .rtcError(let error): error.description
    case .overconstrainedError(let constraint, let message): "\(name) (\(constraint)): \(message)"
    default: "\(name): \(message)"
    }
  }
}
