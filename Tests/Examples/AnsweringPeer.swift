import WebRTC

/// The other end of a call: it answers an offer with a pattern and a tone of its own, and listens to what it gets.
struct AnsweringPeer {
  let connection: RTCPeerConnection

  init() throws { connection = try RTCPeerConnection() }

  /// The answer to an offer, with all candidates inside.
  func answer(_ offer: RTCSessionDescription) async throws -> RTCSessionDescription {
    let stream = MediaStream(tracks: [
      try MediaStreamTrack(source: TestPatternSource(width: 320, height: 180)),
      try MediaStreamTrack(source: ToneSource(frequency: 660)),
    ])
    try await connection.setRemoteDescription(offer)
    for track in stream.tracks { try await connection.addTrack(track, streams: [stream]) }
    try await connection.setLocalDescription()
    await connection.waitForGathering()
    return connection.localDescription ?? RTCSessionDescription(type: .answer)
  }

  /// Waits for the tracks of the caller, and says whether they carry the test pattern and a tone.
  func check(tone frequency: Double) async -> (isPatternRight: Bool, isToneRight: Bool) {
    var tracks: [MediaStreamTrack] = []
    for await case .track(let event) in connection.events {
      tracks.append(event.track)
      if tracks.count == 2 { break }
    }
    let received = MediaStream(tracks: tracks)
    async let isPatternRight = Self.showsPattern(received)
    async let isToneRight = Self.carriesTone(of: frequency, received)
    return await (isPatternRight, isToneRight)
  }

  /// Whether its pictures are the pattern, in order and in the right colours.
  private static func showsPattern(_ stream: MediaStream) async -> Bool {
    guard let track = stream.videoTracks.first else { return false }
    var monitor = TestPatternMonitor()
    for await frame in track.videoFrames() {
      monitor.observe(frame)
      if monitor.advanced == 20 { break }
    }
    return monitor.advanced == 20 && monitor.turnedBack == 0 && monitor.rightColours == monitor.frames
  }

  /// Whether its sound becomes the tone.
  private static func carriesTone(of frequency: Double, _ stream: MediaStream) async -> Bool {
    guard let track = stream.audioTracks.first else { return false }
    var analyzer = ToneAnalyzer()
    for await frame in track.audioFrames() {
      analyzer.append(frame)
      if analyzer.measurement?.isTone(of: frequency) == true { return true }
    }
    return false
  }
}
