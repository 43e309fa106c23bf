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
  /// - Parameter pause: time of it in which nothing runs.
  func run(for span: Duration, without pause: Duration = .zero) async -> Outcome {
    let receiving = caller.receivers.map(\.track)
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await received.run(
          video: receiving.first { $0.kind == .video }, audio: receiving.first { $0.kind == .audio })
      }
      try? await Task.sleep(for: span)
      await close()
    }
    return judge(span - pause)
  }

  private func judge(_ span: Duration) -> Outcome {
    let video = received.video.report(now: .now)
    let audio = received.audio.report(now: .now)
    var outcome = Outcome(delay: video.meanDelay, longestPause: video.longestPause)
    let expected = Int(span / .milliseconds(100))
    // Half is what a machine leaves that is asked for more calls than it can encode.
    if (video.counter?.advanced ?? 0) < expected / 2 - 5 {
      outcome.problems.append("\(video.counter?.advanced ?? 0) of \(expected) pictures came back")
    }
    if let counter = video.counter, counter.turnedBack > 0 { outcome.problems.append("pictures out of order") }
    if video.rightColours * 10 < video.frames * 9 { outcome.problems.append("wrong colours") }
    let heard = audio.frequency ?? 0
    if abs(heard - frequency) > frequency * 0.02 {
      outcome.problems.append("\(Int(heard)) Hz, not \(Int(frequency)) Hz")
    }
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
