/// The first field of an `m=` line (RFC 8866 §5.14).
package enum MediaKind: Hashable, Sendable {
  case audio
  case video
  case application
  case text
  case message
  case image
  case other(String)
}

extension MediaKind: CustomStringConvertible {
  package init(_ token: String) {
    switch token {
    case "audio": self = .audio
    case "video": self = .video
    case "application": self = .application
    case "text": self = .text
    case "message": self = .message
    case "image": self = .image
    default: self = .other(token)
    }
  }

  package var description: String {
    switch self {
    case .audio: "audio"
    case .video: "video"
    case .application: "application"
    case .text: "text"
    case .message: "message"
    case .image: "image"
    case .other(let token): token
    }
  }
}
