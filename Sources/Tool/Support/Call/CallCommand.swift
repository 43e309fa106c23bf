import ArgumentParser
import Foundation
import MediaStreams
import UnixSignals

/// `rtc call`.
package struct CallCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Call a peer, watch what it sends, and say whether both ways worked.",
    discussion: """
      Without a URL a second process on this machine answers: both send the test pattern and a tone over real sockets.
      What is received goes to call.webm and call.png in the working directory. The exit status is 0 only if every \
      negotiated direction delivered: what is received is decoded and looked at for the whole call; what is sent is \
      judged by what the other end decoded when that is a second process or rtc serve on this machine, otherwise by \
      the losses that the peer reports.
      """)

  @Argument(help: "Where to POST the offer; /offer is added to a URL without a path.")
  package var url: String?

  @Option(
    help: "Pictures to send: pattern, v4l2:/dev/video0, a file such as film.mp4, or none. (default: pattern)",
    transform: { try MediaSourceChoice(parsing: $0, kind: .video) })
  package var video = MediaSourceChoice.pattern

  @Option(
    help: "Sound to send: tone, tone:660, alsa:default, a file such as film.mp4, or none. (default: tone)",
    transform: { try MediaSourceChoice(parsing: $0, kind: .audio) })
  package var audio = MediaSourceChoice.tone(MediaSourceChoice.defaultToneFrequency)

  @Option(
    help: "Size of pattern and camera pictures. (default: 1280x720)", transform: { try MediaSize(parsing: $0) })
  package var size = MediaSize(width: 1_280, height: 720)

  @Option(help: "Pictures a second of pattern and camera.")
  package var fps = 30.0

  @Option(
    help: """
      What is wanted of what is sent, as the JSON that a browser's getUserMedia takes: \
      '{"video": {"width": {"exact": 320}, "frameRate": 10}}'.
      """, transform: ConstraintsArgument.parse)
  package var constraints: MediaStreamConstraints?

  @Option(
    help: "Seconds to call, from the moment the connection is up. (default: 10)",
    transform: { try DurationArgument.parse($0) })
  package var duration = Duration.seconds(10)

  @Option(help: "Record what is received to this WebM file; off records nothing.")
  package var record = "call.webm"

  @Option(help: "Write the last received picture to this PNG file; off writes none.")
  package var picture = "call.png"

  @Option(help: "Write the final W3C statistics to this JSON file.")
  package var stats: String?

  @Option(help: "Send this file over a data channel and check its SHA-256 at the other end; the call waits for that.")
  package var data: String?

  @Flag(help: "Print the summary as JSON.")
  package var json = false

  @Option(help: "A STUN server, such as stun:stun.example.org:3478; may be given several times.")
  package var stun: [String] = []

  @Option(help: "Send at most this many bits per second, such as 800k or 2.5M.", transform: BitrateArgument.parse)
  package var bitrate: Int?

  @Option(help: "The frequency in hertz of the tone that the peer is known to send; without it any sound will do.")
  package var expectTone: Double?

  @Flag(help: "Accept any TLS certificate of the server, such as a self-signed one.")
  package var insecure = false

  package init() {}

  package func validate() throws {
    guard (1...120).contains(fps) else {
      throw ValidationError("--fps \(fps) is not a rate that can be sent; choose 1 to 120 pictures a second.")
    }
    for url in stun where !url.lowercased().hasPrefix("stun:") {
      throw ValidationError("--stun \(url) is not a STUN URL; write one such as stun:stun.example.org:3478.")
    }
    if let data {
      do { _ = try FileTransfer.size(of: data) } catch { throw ValidationError("\(error)") }
    }
    if let url {
      do { _ = try SignallingClient.offerURL(url) } catch { throw ValidationError("\(error)") }
    } else if let expectTone {
      throw ValidationError(
        "--expect-tone \(expectTone) needs a URL: the second process on this machine sends its own tone, which is checked."
      )
    }
  }

  var settings: CallSettings {
    get throws {
      var settings = CallSettings()
      settings.url = try url.map(SignallingClient.offerURL)
      settings.video = video
      settings.audio = audio
      settings.size = size
      settings.frameRate = fps
      settings.constraints = constraints ?? MediaStreamConstraints()
      settings.duration = duration
      settings.recording = record == "off" ? nil : record
      settings.picture = picture == "off" ? nil : picture
      settings.statistics = stats
      settings.file = data
      settings.isJSON = json
      settings.stunURLs = stun
      settings.maximumBitrate = bitrate
      settings.expectedFrequency = expectTone
      settings.acceptsAnyCertificate = insecure
      return settings
    }
  }

  package func run() async throws {
    let settings = try settings
    let timeline = CallTimeline()
    let summary = try await withThrowingTaskGroup(of: CallSummary?.self) { group in
      group.addTask {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { timeline.interrupt() }
        return nil
      }
      group.addTask {
        if let url = settings.url { return try await Caller(settings, url: url, timeline: timeline).run() }
        return try await LocalCall(settings, timeline: timeline).run()
      }
      defer { group.cancelAll() }
      while let result = try await group.next() { if let result { return result } }
      throw CancellationError()
    }
    try print(summary, asJSON: settings.isJSON)
    if !summary.passed { throw ExitCode.failure }
  }

  private func print(_ summary: CallSummary, asJSON: Bool) throws {
    guard asJSON else { return Swift.print(summary.text) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    Swift.print(String(decoding: try encoder.encode(summary), as: UTF8.self))
  }
}
