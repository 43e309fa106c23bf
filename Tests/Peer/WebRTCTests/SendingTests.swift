import Testing

@testable import WebRTC

@Suite("Senders of a live call", .timeLimit(.minutes(1)))
struct SendingTests {
  /// A call in which the caller's camera is seen.
  private func makeVideoCall(_ studio: Studio) async throws -> (LoopbackCall, RTCRtpSender, MediaStreamTrack) {
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    let sender = try await call.caller.addTrack(studio.camera.track)
    try await call.negotiate()
    let track = try #require(call.callee.receivers.first).track
    try await expectPicture(of: track, "a picture")
    return (call, sender, track)
  }

  private func packetsSent(_ connection: RTCPeerConnection) async -> UInt64 {
    await connection.getStats().all(RTCOutboundRtpStreamStats.self).reduce(0) { $0 + ($1.packetsSent ?? 0) }
  }

  @Test("SE-01: tracks are replaced without negotiation; without one nothing is sent")
  func replaceTrack() async throws {
    let (studio, other) = (Studio(shade: 60), Studio(shade: 200))
    let (call, sender, track) = try await makeVideoCall(studio)
    let log = EventLog(call.caller)
    let negotiations = await call.caller.negotiationsAskedFor(log)
    let description = call.caller.localDescription
    try await expectPicture(of: track, "the first camera") { abs($0.shade - 60) < 12 }
    try await sender.replaceTrack(other.camera.track)
    #expect(sender.track === other.camera.track)
    try await expectPicture(of: track, "the other camera") { abs($0.shade - 200) < 12 }

    try await sender.replaceTrack(nil)
    #expect(sender.track == nil)
    let before = await packetsSent(call.caller)
    // Many pictures later, none has left.
    var seen = 0
    for await _ in studio.camera.track.videoFrames() {
      seen += 1
      if seen == 10 { break }
    }
    #expect(await packetsSent(call.caller) == before)

    try await sender.replaceTrack(studio.camera.track)
    try await expectPicture(of: track, "the first camera again") { abs($0.shade - 60) < 12 }
    await expectError("TypeError") { try await sender.replaceTrack(studio.microphone.track) }
    #expect(sender.track === studio.camera.track)
    #expect(call.caller.localDescription == description && call.caller.signalingState == .stable)
    #expect(await call.caller.negotiationsAskedFor(log) == negotiations)
    #expect(!track.isMuted)
    await call.close()
  }

  @Test("TR-16: a content hint that changes during a call changes what the encoder is made for, and pictures go on")
  func contentHint() async throws {
    let studio = Studio()
    let (call, sender, track) = try await makeVideoCall(studio)
    let first = sender.weakEncoder()
    guard case .video(_, let before) = sender.pipeline.encoder else { return #expect(Bool(false), "no encoder") }
    #expect(before.content == .motion)
    studio.camera.track.contentHint = .text
    try await eventually("an encoder for text has taken over") { first.isGone }
    guard case .video(_, let after) = sender.pipeline.encoder else { return #expect(Bool(false), "no encoder") }
    #expect(after.content == .detail)
    try await expectPicture(of: track, "a picture of the new encoder")
    await call.close()
  }

  @Test("SE-05: an encoding is switched off at once, and comes back with a key frame")
  func active() async throws {
    let studio = Studio()
    let (call, sender, track) = try await makeVideoCall(studio)
    var parameters = sender.getParameters()
    parameters.encodings[0].active = false
    try await sender.setParameters(parameters)
    let before = await packetsSent(call.caller)
    var seen = 0
    for await _ in studio.camera.track.videoFrames() {
      seen += 1
      if seen == 10 { break }
    }
    #expect(await packetsSent(call.caller) == before)
    var keyFrames = track.encodedVideoFrames().makeAsyncIterator()
    parameters = sender.getParameters()
    parameters.encodings[0].active = true
    try await sender.setParameters(parameters)
    let first = try #require(await keyFrames.next())
    #expect(first.isKeyFrame && first.width == 320)
    try await expectPicture(of: track, "a picture again")
    await call.close()
  }

  @Test("SE-06, SE-07, SE-08: bitrate, frame rate and size of an encoding are obeyed while the call lasts")
  func limits() async throws {
    let studio = Studio()
    let (call, sender, track) = try await makeVideoCall(studio)
    try await sender.setEncodings([RTCRtpEncodingParameters(maxBitrate: 150_000, scaleResolutionDownBy: 2)])
    try await expectPicture(of: track, "a smaller picture") { $0.width == 160 && $0.height == 120 }
    guard case .video(let encoder, _) = sender.pipeline.encoder else {
      Issue.record("there is no encoder")
      return
    }
    try await eventually("the encoder's bitrate") { encoder.control.rates.bitrate <= 150_000 }
    #expect(encoder.control.rates.bitrate > 20_000)

    try await sender.setEncodings([RTCRtpEncodingParameters(maxFramerate: 5)])
    try await expectPicture(of: track, "the full picture") { $0.width == 320 }
    // Over the span of ten pictures that arrive, the capture times tell the rate.
    var times: [UInt32] = []
    for await frame in track.videoFrames() {
      guard let time = frame.metadata.rtpTimestamp else { continue }
      times.append(time)
      if times.count == 10 { break }
    }
    // The first may be from before the change.
    let span = Double(times[9] &- times[1]) / 90_000
    #expect(8 / span < 5.5)
    try await sender.setEncodings([RTCRtpEncodingParameters(maxFramerate: 0)])
    let before = await packetsSent(call.caller)
    var seen = 0
    for await _ in studio.camera.track.videoFrames() {
      seen += 1
      if seen == 10 { break }
    }
    #expect(await packetsSent(call.caller) == before)
    try await sender.setEncodings([RTCRtpEncodingParameters()])
    try await expectPicture(of: track, "pictures again")
    await call.close()
  }

  @Test("TR-06: a remote track is muted until packets come, muted when they cease, and ends with the connection")
  func mute() async throws {
    let studio = Studio()
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    let sender = try await call.caller.addTrack(studio.camera.track)
    try await call.caller.setLocalDescription()
    await call.caller.waitForGathering()
    try await call.callee.setRemoteDescription(try #require(call.caller.localDescription))
    let track = try #require(call.callee.receivers.first).track
    #expect(track.isMuted && track.readyState == .live)
    var events = track.events.makeAsyncIterator()
    try await call.callee.setLocalDescription()
    await call.callee.waitForGathering()
    try await call.caller.setRemoteDescription(try #require(call.callee.localDescription))
    #expect(await events.next() == .unmute)
    #expect(!track.isMuted)
    try await expectPicture(of: track, "a picture")

    let transceiver = try #require(call.caller.transceivers.first)
    try await transceiver.setDirection(.inactive)
    try await LoopbackCall.exchange(from: call.caller, to: call.callee)
    #expect(await events.next() == .mute)
    try await transceiver.setDirection(.sendonly)
    try await LoopbackCall.exchange(from: call.caller, to: call.callee)
    #expect(await events.next() == .unmute)

    // The peer's goodbye mutes, our own end ends.
    await call.caller.close()
    #expect(await events.next() == .mute)
    #expect(track.readyState == .live)
    await call.callee.close()
    #expect(await events.next() == .ended)
    #expect(track.readyState == .ended && sender.track?.readyState == .live)
  }
}
