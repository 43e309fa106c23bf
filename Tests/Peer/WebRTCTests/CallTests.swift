import Testing
import WebRTC

@Suite("Two connections over loopback sockets", .timeLimit(.minutes(1)))
struct CallTests {
  @Test("Audio and video reach non-local tracks both ways, and close leaves nothing behind")
  func call() async throws {
    let call = try LoopbackCall()
    let feeders = [Feeder(), Feeder()]
    let tasks = feeders.map { feeder in Task { await feeder.run() } }
    for (connection, feeder) in zip([call.caller, call.callee], feeders) {
      let stream = MediaStream(tracks: [feeder.video.track, feeder.audio.track])
      for track in stream.tracks { try await connection.addTrack(track, streams: [stream]) }
    }
    try await call.negotiate()
    for connection in [call.caller, call.callee] {
      var received: Set<MediaStreamTrack.Kind> = []
      for await case .track(let event) in connection.events {
        #expect(event.track.origin == .remote)
        #expect(event.streams.count == 1)
        try await Self.expectFrames(of: event.track)
        received.insert(event.track.kind)
        if received.count == 2 { break }
      }
      #expect(connection.connectionState == .connected)
    }
    tasks.forEach { $0.cancel() }
    await call.close()
    #expect(call.caller.connectionState == .closed)
    #expect(call.caller.receivers.allSatisfy { $0.track.readyState == .ended })
  }

  private static func expectFrames(of track: MediaStreamTrack) async throws {
    var count = 0
    switch track.kind {
    case .video:
      for await frame in track.videoFrames() {
        #expect(frame.width == 320 && frame.height == 240)
        count += 1
        if count == 10 { break }
      }
    case .audio:
      for await frame in track.audioFrames() {
        #expect(frame.format.sampleRate == 48_000)
        count += 1
        if count == 20 { break }
      }
    }
    #expect(count >= 10)
    #expect(!track.isMuted)
  }

  @Test("IC-17: connections of one shared port call each other's peers")
  func sharedPort() async throws {
    let port = try await RTCSharedPort.open(network: .loopbackOnly)
    let options = RTCPeerConnectionOptions(network: .loopbackOnly, sharedPort: port)
    for _ in 0..<3 {
      let call = try LoopbackCall(calleeOptions: options)
      try await call.caller.addTransceiver(.video)
      try await call.negotiate()
      for await case .connectionStateChange(let state) in call.callee.events where state == .connected { break }
      await call.close()
    }
    await port.close()
  }
}
