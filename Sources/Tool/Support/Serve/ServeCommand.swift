import ArgumentParser
import Foundation
import Logging

/// `rtc serve`.
package struct ServeCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Answer browsers and bots that POST an offer to /offer.",
    discussion: """
      POST /offer takes {"type":"offer","sdp":…} with all candidates inside and answers in kind. GET / is a page to call \
      from, GET /stats the statistics of all live connections. What is received is sent back unless --source names \
      something else.
      """)

  @Option(
    help: "Address and port of the HTTP server. (default: 127.0.0.1:8080)",
    transform: { try ListenAddress(parsing: $0) })
  package var listen = ListenAddress(host: "127.0.0.1", port: 8_080)

  @Option(
    help: """
      Send this instead of an echo: pattern (with a tone unless another sound is named), tone, tone:660, \
      v4l2:/dev/video0, alsa:default or a file; once for pictures and once for sound.
      """)
  package var source: [String] = []

  @Option(
    help: "Size of pattern and camera pictures. (default: 1280x720)", transform: { try MediaSize(parsing: $0) })
  package var size = MediaSize(width: 1_280, height: 720)

  @Option(help: "Pictures a second of pattern and camera.")
  package var fps = 30.0

  @Option(help: "Record what every connection sends to a WebM file in this folder.")
  package var record: String?

  @Option(
    help: "The UDP port of all connections; 0 lets the system choose. (default: 0)", transform: PortArgument.parse)
  package var udpPort: UInt16 = 0

  @Option(help: "Answer on a data channel that peers negotiate with this id (0 to 65534); may be given several times.")
  package var negotiated: [UInt16] = []

  @Option(help: "A STUN server, such as stun:stun.example.org:3478; may be given several times.")
  package var stun: [String] = []

  @Option(help: "Send at most this many bits per second to each peer.", transform: BitrateArgument.parse)
  package var bitrate: Int?

  @Option(help: "Let pages of this origin call, such as https://example.org; may be given several times.")
  package var allowOrigin: [String] = []

  @Option(help: "Serve HTTPS with the certificates of this PEM file.")
  package var tlsCert: String?

  @Option(help: "The private key of --tls-cert, as PEM file.")
  package var tlsKey: String?

  @Flag(help: "Serve HTTPS with a certificate made for this run, so that pages of other machines may use cameras.")
  package var tlsSelfSigned = false

  @Option(help: "What /stats asks for; needed to see statistics when listening beyond this machine.")
  package var token: String?

  @Option(help: "Connections at a time.")
  package var maxConnections = 16

  @Option(help: "Bytes of an offer.")
  package var maxBody = 262_144

  @Option(help: "Candidates of an offer.")
  package var maxCandidates = 100

  @Option(help: "Seconds that a connection may last. (default: 3600)", transform: { try DurationArgument.parse($0) })
  package var maxDuration = Duration.seconds(3_600)

  @Flag(help: "End after the first connection.")
  package var once = false

  @Option(help: "What is told on standard error: debug, info, notice, warning or error.")
  package var logLevel = "info"

  /// For `rtc call`: says where it listens as JSON, and ends with standard input.
  @Flag(help: .hidden)
  package var announce = false

  package init() {}

  package func validate() throws {
    func check(_ condition: Bool, _ message: String) throws { if !condition { throw ValidationError(message) } }
    try check((1...120).contains(fps), "--fps \(fps) is not a rate that can be sent; choose 1 to 120.")
    try check(
      (1...10_000).contains(maxConnections), "--max-connections \(maxConnections) is out of range; choose 1 to 10000.")
    try check((1_024...16_777_216).contains(maxBody), "--max-body \(maxBody) is out of range; choose 1024 to 16777216.")
    try check(
      (0...1_000).contains(maxCandidates), "--max-candidates \(maxCandidates) is out of range; choose 0 to 1000.")
    try check(
      (tlsCert == nil) == (tlsKey == nil), "--tls-cert and --tls-key belong together; give both, or --tls-self-signed.")
    try check(!tlsSelfSigned || tlsCert == nil, "--tls-self-signed makes its own certificate; leave out --tls-cert.")
    try check(
      Logger.Level(rawValue: logLevel) != nil,
      "--log-level \(logLevel) is not a level; choose debug, info, notice, warning or error.")
    try check(
      !negotiated.contains(65_535) && Set(negotiated).count == negotiated.count,
      "--negotiated takes each of the ids 0 to 65534 once.")
    for url in stun {
      try check(
        url.lowercased().hasPrefix("stun:"), "--stun \(url) is not a STUN URL; write one such as stun:stun.example.org."
      )
    }
    if let record {
      var isFolder: ObjCBool = false
      try check(
        FileManager.default.fileExists(atPath: record, isDirectory: &isFolder) && isFolder.boolValue,
        "--record \(record) is not a folder; make it first.")
    }
    do { _ = try settings } catch let error as ToolError { throw ValidationError(error.description) }
  }

  package var settings: ServeSettings {
    get throws {
      var settings = ServeSettings()
      settings.listen = listen
      settings.content = try ServeSettings.content(of: source)
      settings.media = LocalMedia(size: size, frameRate: fps)
      settings.recordings = record
      settings.udpPort = udpPort
      settings.stunURLs = stun
      settings.negotiatedChannels = negotiated
      settings.maximumBitrate = bitrate
      settings.allowedOrigins = allowOrigin
      if tlsSelfSigned { settings.tls = .selfSigned }
      if let tlsCert, let tlsKey { settings.tls = .files(certificate: tlsCert, key: tlsKey) }
      settings.token = try token.map { try AccessToken($0) }
      settings.maximumConnections = maxConnections
      settings.maximumBodySize = maxBody
      settings.maximumCandidates = maxCandidates
      settings.limits.maximumDuration = maxDuration
      settings.isSingle = once
      // For its mistakes.
      _ = try RequestGuard(listen: listen, isSecure: settings.tls.isSecure, allowedOrigins: allowOrigin)
      return settings
    }
  }

  package func run() async throws {
    let settings = try settings
    var log = Logger(label: "rtc") { LimitedLogHandler(StreamLogHandler.standardError(label: $0)) }
    log.logLevel = Logger.Level(rawValue: logLevel) ?? .info
    let isAnnouncing = announce
    try await EndpointServer(settings, log: log).run(lifeline: announce ? PipeInput.end(of: .standardInput) : nil) {
      url, port in
      if isAnnouncing {
        let announcement = LocalAnswerer.Announcement(url: url, udpPort: Int(port))
        if let data = try? JSONEncoder().encode(announcement) { Self.say(String(decoding: data, as: UTF8.self)) }
      } else {
        Self.say("Listening on \(url) for offers (POST \(url)offer), media on UDP port \(port).")
        if !settings.listen.isLoopback, settings.token == nil {
          Self.say("Statistics are not shown: --token is needed beyond this machine.")
        }
      }
    }
  }

  /// At once, also into a pipe.
  private static func say(_ text: String) {
    try? FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
  }
}
