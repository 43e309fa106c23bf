import Testing

@testable import WebRTC

@Suite("Capture, seen from the other end of a call", .timeLimit(.minutes(1)))
struct CaptureTests {
  @Test("TR-02, TR-03, TR-08, TR-11: sizes, black, silence and the end of a device arrive while the call goes on")
  func semantics() async throws {
    let pattern = TestPatternSource(width: 640, height: 360)
    let devices = MediaDevices(salt: .ephemeral)
    devices.add(.virtual(pattern))
    devices.add(.virtual(ToneSource(frequency: 440)))
    let stream = try await devices.getUserMedia(audio: true, video: .init(width: 320, height: 180))
    let (picture, sound) = (stream.videoTracks[0], stream.audioTracks[0])
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    for track in stream.tracks { try await call.caller.addTrack(track, streams: [stream]) }
    try await call.negotiate()
    let seen = try #require(call.callee.receivers.first { $0.track.kind == .video }).track
    let heard = try #require(call.callee.receivers.first { $0.track.kind == .audio }).track
    try await expectPicture(of: seen, "the size that was asked for") { $0.width == 320 && $0.height == 180 }
    try await expectSound(of: heard, "the tone") { $0.loudness() > 1_000 }

    try await picture.applyConstraints(.init(width: .exact(160), height: .exact(120)))
    try await expectPicture(of: seen, "the new size") { $0.width == 160 && $0.height == 120 }

    (picture.isEnabled, sound.isEnabled) = (false, false)
    try await expectPicture(of: seen, "black") { $0.shade < 24 }
    try await expectSound(of: heard, "silence") { $0.loudness() < 20 }
    (picture.isEnabled, sound.isEnabled) = (true, true)
    try await expectPicture(of: seen, "the picture again") { $0.shade > 100 }
    try await expectSound(of: heard, "the tone again") { $0.loudness() > 1_000 }

    let clone = picture.clone()
    picture.stop()
    #expect(pattern.output.openCount == 1)
    clone.stop()
    #expect(pattern.output.openCount == 0)
    try await expectSound(of: heard, "the tone still") { $0.loudness() > 1_000 }
    #expect(call.caller.connectionState == .connected)
    await call.close()
    sound.stop()
  }
}
