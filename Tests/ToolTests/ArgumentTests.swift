import MediaStreams
import Testing

@testable import RTCTool

@Suite struct ArgumentTests {
  @Test(
    "Sources are named as the help says",
    arguments: [
      ("none", MediaSourceChoice.none), ("pattern", .pattern), ("tone", .tone(440)), ("tone:660", .tone(660)),
      ("v4l2:/dev/video2", .camera("/dev/video2")), ("v4l2", .camera("/dev/video0")),
      ("alsa:hw:1,0", .microphone("hw:1,0")), ("alsa:", .microphone("default")), ("a/b.Y4M", .y4m("a/b.Y4M")),
      ("sound.wav", .wav("sound.wav")), ("films/a.MP4", .film("films/a.MP4")), ("a.opus", .song("a.opus")),
    ])
  func sources(text: String, expected: MediaSourceChoice) throws {
    #expect(try MediaSourceChoice(parsing: text) == expected)
  }

  @Test(
    "What is no source is refused with what would be one",
    arguments: ["", "patern", "tone:", "tone:abc", "tone:5", "pattern:1", "film.xyz", ".mp4", "none:1"])
  func badSources(text: String) {
    #expect {
      try MediaSourceChoice(parsing: text)
    } throws: { "\($0)".contains("write") }
  }

  @Test("Constraints are the JSON that getUserMedia takes")
  func constraints() throws {
    let json = #"{"audio": true, "video": {"width": {"exact": 640}, "frameRate": 10}}"#
    let expected = MediaStreamConstraints(audio: true, video: .init(width: .exact(640), frameRate: 10))
    #expect(try ConstraintsArgument.parse(json) == expected)
    #expect(throws: ToolError.self) { try ConstraintsArgument.parse("[1]") }
  }

  @Test("What is sent is as constraints want it, or the call says why it cannot be")
  func constrained() async throws {
    let media = LocalMedia(size: MediaSize(width: 640, height: 360), frameRate: 30)
    let track = try #require(try media.track(.pattern))
    defer { track.stop() }
    try await media.constrain(track, MediaStreamConstraints(video: .init(width: .exact(320), frameRate: .max(10))))
    #expect(track.settings.width == 320 && track.settings.height == 180 && track.settings.frameRate == 10)
    let error = await #expect(throws: ToolError.self) {
      try await media.constrain(track, MediaStreamConstraints(video: .init(width: .min(9_000))))
    }
    #expect(error.map { "\($0)".contains("unfit: width") } == true)
    try await media.constrain(track, MediaStreamConstraints(audio: .init(sampleRate: .exact(1))))
  }

  @Test("Sound is not sent as pictures")
  func kinds() throws {
    #expect(throws: ToolError.self) { try MediaSourceChoice(parsing: "tone", kind: .video) }
    #expect(throws: ToolError.self) { try MediaSourceChoice(parsing: "a.y4m", kind: .audio) }
    #expect(try MediaSourceChoice(parsing: "none", kind: .audio) == .none)
    #expect(try MediaSourceChoice(parsing: "a.mp4", kind: .audio) == .song("a.mp4"))
    #expect(try MediaSourceChoice(parsing: "a.ogg", kind: .video) == .film("a.ogg"))
    #expect(try MediaSourceChoice(parsing: "dir/a.xyz", kind: .video) == .film("dir/a.xyz"))
    #expect(throws: ToolError.self) { try MediaSourceChoice(parsing: "dir.d/patern", kind: .video) }
  }

  @Test("Sizes have a width and a height", arguments: [("1280x720", 1_280, 720), ("64X64", 64, 64)])
  func sizes(text: String, width: Int, height: Int) throws {
    #expect(try MediaSize(parsing: text) == MediaSize(width: width, height: height))
  }

  @Test("Bad sizes are refused", arguments: ["", "1280", "x", "1280x", "0x0", "-1x720", "99999x99999", "1x2x3"])
  func badSizes(text: String) { #expect(throws: ToolError.self) { try MediaSize(parsing: text) } }

  @Test(
    "Bitrates may end in k and M", arguments: [("1500000", 1_500_000), ("800k", 800_000), ("2.5M", 2_500_000)])
  func bitrates(text: String, expected: Int) throws { #expect(try BitrateArgument.parse(text) == expected) }

  @Test("Bad bitrates are refused", arguments: ["", "k", "fast", "1", "-5M", "1000M", "nan"])
  func badBitrates(text: String) { #expect(throws: ToolError.self) { try BitrateArgument.parse(text) } }

  @Test("Durations are seconds")
  func durations() throws {
    #expect(try DurationArgument.parse("10") == .seconds(10))
    #expect(try DurationArgument.parse("1.5s") == .seconds(1.5))
    for text in ["", "s", "0", "0.5", "-1", "nan", "1e9", "ten"] {
      #expect(throws: ToolError.self) { try DurationArgument.parse(text) }
    }
  }

  @Test(
    "Addresses to listen on",
    arguments: [
      ("127.0.0.1:8080", "127.0.0.1", 8_080, true), ("9000", "127.0.0.1", 9_000, true), ("[::1]:80", "::1", 80, true),
      ("localhost:1", "localhost", 1, true), ("0.0.0.0:8080", "0.0.0.0", 8_080, false),
      ("[::]:8080", "::", 8_080, false), ("example.org:443", "example.org", 443, false),
    ])
  func listen(text: String, host: String, port: Int, isLoopback: Bool) throws {
    let address = try ListenAddress(parsing: text)
    #expect(address == ListenAddress(host: host, port: port))
    #expect(address.isLoopback == isLoopback)
  }

  @Test("Bad addresses are refused", arguments: ["", ":80", "host", "host:", "host:99999", "::1:80", "[::1]80"])
  func badListen(text: String) { #expect(throws: ToolError.self) { try ListenAddress(parsing: text) } }

  @Test(
    "Offers go to /offer unless the URL has a path",
    arguments: [
      ("http://127.0.0.1:8080", "http://127.0.0.1:8080/offer"), ("http://h/", "http://h/offer"),
      ("https://h/x/y?z=1", "https://h/x/y?z=1"),
    ])
  func offerURL(text: String, expected: String) throws {
    #expect(try SignallingClient.offerURL(text).absoluteString == expected)
  }

  @Test("Commands take their options")
  func commands() throws {
    let call = try #require(
      try RTCCommand.parseAsRoot([
        "call", "http://h", "--video", "none", "--audio", "tone:500", "--size", "640x360", "--fps", "15", "--duration",
        "3", "--record", "off", "--picture", "off", "--stats", "s.json", "--json", "--stun", "stun:a:1", "--bitrate",
        "1M",
      ]) as? CallCommand)
    let settings = try call.settings
    #expect(settings.url?.absoluteString == "http://h/offer")
    #expect(settings.video == .none && settings.audio == .tone(500))
    #expect(settings.size == MediaSize(width: 640, height: 360) && settings.frameRate == 15)
    #expect(settings.duration == .seconds(3) && settings.recording == nil && settings.picture == nil)
    #expect(settings.statistics == "s.json" && settings.isJSON && settings.stunURLs == ["stun:a:1"])
    #expect(settings.maximumBitrate == 1_000_000)
  }

  @Test(
    "Commands refuse what cannot be",
    arguments: [
      ["call", "ftp://h"], ["call", "--fps", "0"], ["call", "--expect-tone", "440"], ["call", "--duration", "0.5"],
      ["serve", "--udp-port", "70000"], ["call", "--stun", "turn:h"], ["serve", "--tls-cert", "a"],
      ["serve", "--tls-self-signed", "--tls-cert", "a", "--tls-key", "b"], ["serve", "--max-connections", "0"],
      ["serve", "--token", "short"], ["serve", "--allow-origin", "example.org"], ["serve", "--source", "none"],
      ["serve", "--source", "tone", "--source", "tone"], ["serve", "--record", "/no/such/folder"],
      ["serve", "--log-level", "loud"],
    ])
  func badCommands(arguments: [String]) {
    #expect(throws: (any Error).self) { try RTCCommand.parseAsRoot(arguments) }
  }

  @Test("The server echoes unless it has sources, and the pattern brings its tone")
  func content() throws {
    #expect(try ServeSettings.content(of: []) == .echo)
    #expect(try ServeSettings.content(of: ["pattern"]) == .sources(video: .pattern, audio: .tone(440)))
    #expect(try ServeSettings.content(of: ["pattern", "a.wav"]) == .sources(video: .pattern, audio: .wav("a.wav")))
    #expect(try ServeSettings.content(of: ["tone:660"]) == .sources(video: .none, audio: .tone(660)))
    #expect(try ServeSettings.content(of: ["a.y4m"]) == .sources(video: .y4m("a.y4m"), audio: .none))
    #expect(
      try ServeSettings.content(of: ["a.mp4", "a.mp4"]) == .sources(video: .film("a.mp4"), audio: .song("a.mp4")))
    #expect(throws: ToolError.self) { try ServeSettings.content(of: ["a.mp4", "tone", "b.mp4"]) }
  }

  @Test("The help says what holds when nothing is said")
  func defaults() {
    let serve = ServeCommand.helpMessage(columns: 400)
    for text in ["127.0.0.1:8080", "1280x720", "3600"] { #expect(serve.contains("(default: \(text))")) }
    let call = CallCommand.helpMessage(columns: 400)
    for text in ["pattern", "tone", "1280x720", "10"] { #expect(call.contains("(default: \(text))")) }
  }
}
