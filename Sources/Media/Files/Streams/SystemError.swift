import Glibc
import RTCFrames

extension MediaError {
  /// What the system said of a file, with the W3C name nearest to it.
  static func system(_ code: Int32, path: String, action: String) -> MediaError {
    let reason = String(cString: strerror(code))
    let name: Name =
      switch code {
      case ENOENT, ENOTDIR: .notFoundError
      case EACCES, EPERM, EROFS: .notAllowedError
      default: .notReadableError
      }
    return MediaError(name, "\(path) could not be \(action): \(reason)")
  }

  /// A file that does not hold what its format asks for.
  static func malformed(_ path: String, _ reason: String) -> MediaError {
    MediaError(.encodingError, "\(path) cannot be read: \(reason)")
  }
}
