import MediaStreams

/// Where pictures or sound come from, as written on the command line.
package enum MediaSourceChoice: Hashable, Sendable {
  /// Nothing is sent.
  case none
  /// The test pattern with its frame counter.
  case pattern
  /// A sine of this frequency in hertz.
  case tone(Double)
  /// A camera by its device node.
  case camera(String)
  /// A microphone by its ALSA name.
  case microphone(String)
  /// Pictures of a Y4M file, again and again.
  case y4m(String)
  /// Sound of a WAV file, again and again.
  case wav(String)
  /// Pictures of any file that FFmpeg reads, again and again.
  case film(String)
  /// Sound of any file that FFmpeg reads, again and again.
  case song(String)

  package static let defaultToneFrequency = 440.0

  package init(parsing text: String) throws {
    let (scheme, rest) = Self.split(text)
    switch scheme {
    case "none" where rest == nil: self = .none
    case "pattern" where rest == nil: self = .pattern
    case "tone":
      guard let rest else {
        self = .tone(Self.defaultToneFrequency)
        return
      }
      guard let frequency = Double(rest), (20...8_000).contains(frequency) else {
        throw ToolError("\"\(rest)\" is not the frequency of a tone; write hertz from 20 to 8000, such as tone:440.")
      }
      self = .tone(frequency)
    case "v4l2": self = .camera(rest.flatMap { $0.isEmpty ? nil : $0 } ?? "/dev/video0")
    case "alsa": self = .microphone(rest.flatMap { $0.isEmpty ? nil : $0 } ?? "default")
    default:
      if text.lowercased().hasSuffix(".y4m") {
        self = .y4m(text)
      } else if text.lowercased().hasSuffix(".wav") {
        self = .wav(text)
      } else if Self.filmEndings.contains(Self.ending(of: text)) {
        self = .film(text)
      } else if Self.songEndings.contains(Self.ending(of: text)) {
        self = .song(text)
      } else {
        throw ToolError(
          "\"\(text)\" is not a source; write pattern, v4l2:/dev/video0 or a file for pictures, tone, tone:660, "
            + "alsa:default or a file for sound, or none.")
      }
    }
  }

  /// A source that can take the place of pictures or sound.
  package init(parsing text: String, kind: MediaStreamTrack.Kind) throws {
    do { try self.init(parsing: text) } catch {
      // FFmpeg knows more files by their contents than there are endings.
      guard !Self.ending(of: text).isEmpty, Self.split(text).rest == nil else { throw error }
      self = .film(text)
    }
    switch (self, kind) {
    case (.film(let path), .audio): self = .song(path)
    case (.song(let path), .video): self = .film(path)
    default: break
    }
    guard let own = self.kind, own != kind else { return }
    throw ToolError(
      "\"\(text)\" is a source of \(own == .video ? "pictures" : "sound"); name it with --\(own.rawValue).")
  }

  /// What the source makes; `nil` for none.
  package var kind: MediaStreamTrack.Kind? {
    switch self {
    case .none: nil
    case .pattern, .camera, .y4m, .film: .video
    case .tone, .microphone, .wav, .song: .audio
    }
  }

  /// Files of which pictures are meant when nobody says so.
  private static let filmEndings: Set = ["mp4", "m4v", "mov", "webm", "mkv", "avi", "ivf", "ogv", "mpg", "mpeg", "ts"]
  /// Files of which sound is meant.
  private static let songEndings: Set = ["mp3", "ogg", "oga", "opus", "flac", "m4a", "aac", "mka"]

  /// What follows the last dot of a file's name.
  private static func ending(of text: String) -> String {
    let name = text.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// What is before and after the first colon.
  private static func split(_ text: String) -> (scheme: String, rest: String?) {
    guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
    return (String(text[..<colon]), String(text[text.index(after: colon)...]))
  }
}
