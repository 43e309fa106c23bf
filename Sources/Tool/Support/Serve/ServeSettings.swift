/// How `rtc serve` answers.
package struct ServeSettings: Sendable {
  /// What callers get.
  package enum Content: Hashable, Sendable {
    /// Their own pictures and sound.
    case echo
    /// Pictures and sound of this machine.
    case sources(video: MediaSourceChoice, audio: MediaSourceChoice)
  }

  package var listen = ListenAddress(host: "127.0.0.1", port: 8_080)
  package var content = Content.echo
  package var media = LocalMedia(size: MediaSize(width: 1_280, height: 720), frameRate: 30)
  /// A folder for a recording of every connection; `nil` keeps nothing.
  package var recordings: String?
  package var udpPort: UInt16 = 0
  package var stunURLs: [String] = []
  /// Data channels that peers make with these numbers and do not announce.
  package var negotiatedChannels: [UInt16] = []
  package var maximumBitrate: Int?
  package var allowedOrigins: [String] = []
  package var tls = TLSMaterial.none
  package var token: AccessToken?
  package var maximumConnections = 16
  package var maximumBodySize = 262_144
  package var maximumCandidates = 100
  package var limits = SessionLimits()
  /// Ends after the first connection.
  package var isSingle = false

  package init() {}

  /// What the `--source` options say together.
  ///
  /// The test pattern comes with its tone unless another sound is named.
  package static func content(of sources: [String]) throws -> Content {
    var video: MediaSourceChoice?
    var audio: MediaSourceChoice?
    for text in sources {
      let choice = try MediaSourceChoice(parsing: text)
      switch choice.kind {
      case .video where video == nil: video = choice
      case .audio where audio == nil: audio = choice
      case .video where audio == nil && choice == .film(text): audio = .song(text)
      case nil: throw ToolError("--source none makes no sense: leave out what is not to be sent.")
      default:
        throw ToolError("--source \(text) is the second source of its kind; name one for pictures and one for sound.")
      }
    }
    if video == nil, audio == nil { return .echo }
    if video == .pattern, audio == nil { audio = .tone(MediaSourceChoice.defaultToneFrequency) }
    return .sources(video: video ?? .none, audio: audio ?? .none)
  }
}
