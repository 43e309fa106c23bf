import RTCTool
import WebRTC

/// A call in one process: one end shows the test pattern and plays a tone, the other sends back what it gets.
struct EchoCall: Sendable {
  struct Outcome: Sendable {
    /// Milliseconds from capture to the picture's return.
    var delay: Int?
    /// Seconds between two pictures.
    var longestPause = 0.0
    var problems: [String] = []
  }

  /// Seconds without a picture, or without sound, that a machine with too much to do may cause.
  private static let pauseLimit = 3.0
  private static let firstMediaLimit = Duration.seconds(10)
  /// Pictures over which a delay is averaged: five seconds of them.
  private static let measurementLength = 50

  private let caller: RTCPeerConnection
  private let echo: RTCPeerConnection
  private let tracks: [MediaStreamTrack]
  private let frequency: Double
  private let received = ReceivedMedia()

  /// Returns when both ends are connected.
  static func connect(
    sharing port: RTCSharedPort, certificate: RTCCertificate, frequency: Double, isIdle: Bool = false
  ) async throws -> EchoCall {
    let configuration = RTCConfiguration(certificates: [certificate])
    let caller = try RTCPeerConnection(
      configuration: configuration, options: RTCPeerConnectionOptions(network: .loopbackOnly, startBitrate: 300_000))
    let echo = try RTCPeerConnection(
      configuration: configuration, options: RTCPeerConnectionOptions(sharedPort: port, startBitrate: 300_000))
    let tracks =
      isIdle
      ? []
      : [
        try MediaStreamTrack(source: TestPatternSource(width: 320, height: 240, frameRate: 10)),
        try MediaStreamTrack(source: ToneSource(frequency: frequency)),
      ]
    let call = EchoCall(caller: caller, echo: echo, tracks: tracks, frequency: frequency)
    do {
      try await call.negotiate()
    } catch {
      await call.close()
      throw error
    }
    return call
  }

  private func negotiate() async throws {
    for track in tracks { try await caller.addTrack(track) }
    if tracks.isEmpty { for kind in [MediaStreamTrackKind.audio, .video] { try await caller.addTransceiver(kind) } }
    try await caller.setLocalDescription()
    await caller.waitForGathering()
    guard let offer = caller.localDescription else { throw SoakFailure("there is no offer") }
    try await echo.setRemoteDescription(offer)
    for transceiver in echo.transceivers { try await echo.addTrack(transceiver.receiver.track) }
    try await echo.setLocalDescription()
    await echo.waitForGathering()
    guard let answer = echo.localDescription else { throw SoakFailure("there is no answer") }
    try await caller.setRemoteDescription(answer)
    for connection in [caller, echo] {
      for await case .connectionStateChange(let state) in connection.events {
        if state == .connected { break }
        if state == .failed || state == .closed { throw SoakFailure("the connection is \(state.rawValue)") }
      }
    }
  }

  /// Lets the call last, closes it and says what came back.
  ///
  /// - Parameters:
  ///   - pause: time of it in which nothing runs.
  ///   - onDelay: gets the milliseconds from capture to the picture's return, on average over some seconds each.
  func run(
    for span: Duration, without pause: Duration = .zero, onDelay: (@Sendable (Double) -> Void)? = nil
  ) async -> Outcome {
    await receiving {
      await withTaskGroup(of: Void.self) { group in
        if let onDelay, let video = receiver(.video) { group.addTask { await Self.measure(video, onDelay) } }
        try? await Task.sleep(for: span)
        await close()
      }
    }
    return judge(span - pause, pauseLimit: Self.pauseLimit + pause / .seconds(1))
  }

  /// Waits until the first picture and the first sound are back, and closes the call.
  func runUntilMedia() async -> Outcome {
    var outcome = Outcome()
    await receiving {
      let limit = ContinuousClock.now + Self.firstMediaLimit
      while received.video.firstTime == nil || received.audio.firstTime == nil, ContinuousClock.now < limit {
        try? await Task.sleep(for: .milliseconds(2))
      }
      await close()
    }
    if received.video.firstTime == nil { outcome.problems.append("no picture came back") }
    if received.audio.firstTime == nil { outcome.problems.append("no sound came back") }
    return outcome
  }

  private func receiver(_ kind: MediaStreamTrack.Kind) -> MediaStreamTrack? {
    caller.receivers.map(\.track).first { $0.kind == kind }
  }

  /// Looks at what comes back while `body` runs, which closes the call.
  private func receiving(_ body: () async -> Void) async {
    let (video, audio) = (receiver(.video), receiver(.audio))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await received.run(video: video, audio: audio) }
      await body()
    }
  }

  private static func measure(_ track: MediaStreamTrack, _ onDelay: @Sendable (Double) -> Void) async {
    var monitor = TestPatternMonitor()
    for await frame in track.videoFrames() {
      monitor.observe(frame)
      guard monitor.frames == measurementLength else { continue }
      if let delay = monitor.meanDelay { onDelay(delay / .milliseconds(1)) }
      monitor = TestPatternMonitor()
    }
  }

  private func judge(_ span: Duration, pauseLimit: Double) -> Outcome {
    let video = received.video.report(now: .now)
    let audio = received.audio.report(now: .now)
    var outcome = Outcome(delay: video.meanDelay, longestPause: video.longestPause)
    func note(_ problem: String) { outcome.problems.append(problem) }
    let expected = Int(span / .milliseconds(100))
    // Half is what a machine leaves that is asked for more calls than it can encode.
    if (video.counter?.advanced ?? 0) < expected / 2 - 5 {
      note("\(video.counter?.advanced ?? 0) of \(expected) pictures came back")
    }
    if let counter = video.counter, counter.turnedBack > 0 { note("pictures out of order") }
    if video.rightColours * 10 < video.frames * 9 { note("wrong colours") }
    if video.longestPause > pauseLimit { note("a pause of \(video.longestPause) s between two pictures") }
    let heard = audio.frequency ?? 0
    if abs(heard - frequency) > frequency * 0.02 { note("\(Int(heard)) Hz, not \(Int(frequency)) Hz") }
    if audio.audibleDuration < span / .seconds(2) - 2 {
      note("\(audio.audibleDuration) s of sound in \(span / .seconds(1)) s")
    }
    if audio.longestPause > pauseLimit { note("a pause of \(audio.longestPause) s in the sound") }
    return outcome
  }

  func close() async {
    await caller.close()
    await echo.close()
    for track in tracks { track.stop() }
  }
}

struct SoakFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
