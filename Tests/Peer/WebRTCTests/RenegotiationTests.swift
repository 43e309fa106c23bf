import Foundation
import Testing

@testable import WebRTC

@Suite("Calls that change while they last", .timeLimit(.minutes(1)))
struct RenegotiationTests {
  /// A call with sound from the caller, and both logs.
  private func makeCall(
    _ studio: Studio, callerConfiguration: RTCConfiguration = RTCConfiguration()
  ) async throws -> (call: LoopbackCall, logs: (caller: EventLog, callee: EventLog)) {
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    let logs = (EventLog(call.caller), EventLog(call.callee))
    try await call.caller.addTrack(studio.microphone.track)
    try await call.negotiate()
    let track = try #require(call.callee.receivers.first).track
    try await expectSound(of: track, "sound") { $0.loudness() > 1_000 }
    try await call.connected()
    return (call, logs)
  }

  @Test("Candidates trickle both ways, events to addIceCandidate")
  func trickle() async throws {
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    let studio = Studio()
    try await call.caller.addTrack(studio.camera.track)
    try await call.callee.addTrack(studio.microphone.track)
    // Descriptions without candidates, whatever has been found by now.
    try await call.caller.setLocalDescription()
    let offer = try #require(call.caller.localDescription).sdp.without("a=candidate").without("a=end-of-candidates")
    try await call.callee.setRemoteDescription(RTCSessionDescription(type: .offer, sdp: offer))
    try await call.callee.setLocalDescription()
    let answer = try #require(call.callee.localDescription).sdp.without("a=candidate").without("a=end-of-candidates")
    try await call.caller.setRemoteDescription(RTCSessionDescription(type: .answer, sdp: answer))
    try await withThrowingTaskGroup { group in
      for (from, to) in [(call.caller, call.callee), (call.callee, call.caller)] {
        group.addTask {
          for await case .iceCandidate(let candidate) in from.events {
            guard let candidate else { return }
            // As it would travel: as JSON.
            let json = try JSONEncoder().encode(candidate)
            try await to.addIceCandidate(try JSONDecoder().decode(RTCIceCandidateInit.self, from: json))
          }
        }
      }
      try await group.waitForAll()
    }
    try await call.connected()
    try await expectPicture(
      of: try #require(call.callee.receivers.first { $0.track.kind == .video }).track, "a picture")
    for connection in [call.caller, call.callee] {
      #expect(connection.remoteDescription?.sdp.contains("a=candidate:") == true)
      try await eventually("completed") { connection.iceConnectionState == .completed }
    }
    await call.close()
  }

  @Test("Video joins a live call, leaves it, and joins again; the sound goes on")
  func addAndRemoveVideo() async throws {
    let studio = Studio()
    let (call, logs) = try await makeCall(studio)
    let sound = try #require(call.callee.receivers.first).track
    let sender = try await call.caller.addTrack(studio.camera.track)
    try await LoopbackCall.exchange(from: call.caller, to: call.callee)
    let event = try await logs.callee.first("the video track") {
      $0.trackEvent.flatMap { $0.track.kind == .video ? $0 : nil }
    }
    try await expectPicture(of: event.track, "a picture")
    #expect(!event.track.isMuted && event.transceiver.currentDirection == .recvonly)

    try await call.caller.removeTrack(sender)
    try await LoopbackCall.exchange(from: call.caller, to: call.callee)
    #expect(event.track.isMuted && event.track.readyState == .live)
    #expect(event.transceiver.currentDirection == .inactive)
    try await expectSound(of: sound, "sound without video") { $0.loudness() > 1_000 }

    // The same transceiver may send again, by its direction and another track.
    let other = Studio(shade: 200)
    let transceiver = try #require(call.caller.transceivers.first { $0.sender === sender })
    try await transceiver.setDirection(.sendonly)
    try await sender.replaceTrack(other.camera.track)
    try await LoopbackCall.exchange(from: call.caller, to: call.callee)
    try await expectPicture(of: event.track, "the other camera") { abs($0.shade - 200) < 12 }
    #expect(!event.track.isMuted)
    try await eventually("told of again") {
      logs.callee.all.compactMap(\.trackEvent).count { $0.track === event.track } == 2
    }

    // Stopped for good, its section is used by another transceiver.
    try await transceiver.stop()
    try await LoopbackCall.exchange(from: call.caller, to: call.callee)
    #expect(event.track.readyState == .ended)
    let third = Studio(shade: 40)
    try await call.caller.addTransceiver(third.camera.track)
    try await LoopbackCall.exchange(from: call.caller, to: call.callee)
    let recycled = try #require(call.callee.transceivers.last)
    #expect(recycled !== event.transceiver && recycled.kind == .video)
    try await expectPicture(of: recycled.receiver.track, "the third camera") { abs($0.shade - 40) < 12 }
    let sections = try #require(call.caller.localDescription).sdp.split(whereSeparator: \.isNewline)
    #expect(sections.count { $0.hasPrefix("m=") } == 2)
    try await expectSound(of: sound, "sound all along") { $0.loudness() > 1_000 }
    #expect(!logs.caller.names.contains("connection disconnected") && !logs.caller.names.contains("connection failed"))
    await call.close()
  }

  @Test("JS-08: an offer that is taken back leaves the call as it was")
  func rollback() async throws {
    let studio = Studio()
    let (call, _) = try await makeCall(studio)
    let sound = try #require(call.callee.receivers.first).track
    let before = (call.caller.currentLocalDescription?.sdp, call.callee.currentRemoteDescription?.sdp)
    for _ in 0..<2 {
      let video = try await call.caller.addTransceiver(.video)
      try await call.caller.setLocalDescription()
      try await call.callee.setRemoteDescription(try #require(call.caller.localDescription))
      #expect(call.callee.transceivers.count == 2 && video.mid != nil)
      try await call.callee.setRemoteDescription(RTCSessionDescription(type: .rollback, sdp: ""))
      try await call.caller.setLocalDescription(RTCSessionDescription(type: .rollback, sdp: ""))
      #expect(call.caller.signalingState == .stable && call.callee.signalingState == .stable)
      #expect(call.callee.transceivers.count == 1 && video.mid == nil)
      #expect(call.caller.currentLocalDescription?.sdp == before.0)
      #expect(call.callee.currentRemoteDescription?.sdp == before.1)
      try await video.stop()
    }
    try await expectSound(of: sound, "sound after rollback") { $0.loudness() > 1_000 }
    #expect(call.caller.connectionState == .connected)

    // An offer that would have muted the track, taken back.
    try await call.caller.transceivers[0].setDirection(.inactive)
    try await call.caller.setLocalDescription()
    try await call.callee.setRemoteDescription(try #require(call.caller.localDescription))
    #expect(sound.isMuted)
    try await call.callee.setRemoteDescription(RTCSessionDescription(type: .rollback, sdp: ""))
    try await call.caller.setLocalDescription(RTCSessionDescription(type: .rollback, sdp: ""))
    #expect(!sound.isMuted)
    try await expectSound(of: sound, "sound after the second rollback") { $0.loudness() > 1_000 }
    await call.close()
  }

  @Test("JS-08: when offers cross, the polite side gives way and asks again", arguments: [false, true])
  func glare(isLive: Bool) async throws {
    let (callerStudio, calleeStudio) = (Studio(shade: 60), Studio(shade: 180))
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    let logs = (caller: EventLog(call.caller), callee: EventLog(call.callee))
    if isLive {
      try await call.caller.addTrack(callerStudio.microphone.track)
      try await call.negotiate()
      try await call.connected()
    }
    try await call.caller.addTrack(callerStudio.camera.track)
    try await call.callee.addTransceiver(calleeStudio.camera.track, init: .init(direction: .sendonly))
    try await call.caller.setLocalDescription()
    try await call.callee.setLocalDescription()
    await call.callee.waitForGathering()
    let abandoned = ports(of: call.callee.localDescription)
    await call.caller.waitForGathering()
    try await call.callee.setRemoteDescription(try #require(call.caller.localDescription))
    #expect(call.callee.signalingState == .haveRemoteOffer)
    try await call.callee.setLocalDescription()
    await call.callee.waitForGathering()
    try await call.caller.setRemoteDescription(try #require(call.callee.localDescription))
    // Before its offer, and again when that had to give way.
    try await eventually("asked to offer again") { logs.callee.count("negotiationneeded") == 2 }
    try await LoopbackCall.exchange(from: call.callee, to: call.caller)
    try await call.connected()
    for (log, shade) in [(logs.callee, 60), (logs.caller, 180)] {
      let event = try await log.first("the other's video") {
        $0.trackEvent.flatMap { $0.track.kind == .video ? $0 : nil }
      }
      try await expectPicture(of: event.track, "the other's picture") { abs($0.shade - shade) < 12 }
    }
    if !isLive {
      try await eventually("sockets of the abandoned offer closed") { try openSockets(on: abandoned) == 0 }
    }
    await call.close()
  }

  @Test("PC-17: an ICE restart of a live call changes the credentials, and media goes on", arguments: [false, true])
  func iceRestart(fromCallee: Bool) async throws {
    let studio = Studio()
    let (call, logs) = try await makeCall(studio)
    let sound = try #require(call.callee.receivers.first).track
    let (offerer, answerer) = fromCallee ? (call.callee, call.caller) : (call.caller, call.callee)
    for _ in 0..<3 {
      let before = try fragment(offerer)
      try await offerer.restartIce()
      try await LoopbackCall.exchange(from: offerer, to: answerer)
      #expect(try fragment(offerer) != before)
      try await expectSound(of: sound, "sound after the restart") { $0.loudness() > 1_000 }
      try await eventually("a path of the new generation") {
        offerer.iceConnectionState == .completed && answerer.iceConnectionState == .completed
      }
    }
    for names in [logs.caller.names, logs.callee.names] {
      #expect(!names.contains { $0 == "connection disconnected" || $0 == "connection failed" })
      #expect(!names.contains { $0 == "ice disconnected" || $0 == "ice failed" })
    }
    // More restarts than fragments are kept, none of them answered.
    for _ in 0..<6 {
      try await offerer.setLocalDescription(try await offerer.createOffer(RTCOfferOptions(iceRestart: true)))
      try await offerer.setLocalDescription(RTCSessionDescription(type: .rollback, sdp: ""))
    }
    try await offerer.restartIce()
    try await LoopbackCall.exchange(from: offerer, to: answerer)
    try await eventually("completed") {
      offerer.iceConnectionState == .completed && answerer.iceConnectionState == .completed
    }
    try await expectSound(of: sound, "sound at last") { $0.loudness() > 1_000 }
    await call.close()
  }

  private func fragment(_ connection: RTCPeerConnection) throws -> String {
    let lines = try #require(connection.currentLocalDescription).sdp.split(whereSeparator: \.isNewline)
    return String(try #require(lines.first { $0.hasPrefix("a=ice-ufrag:") }))
  }

  @Test("JS-16: without BUNDLE each section has a transport of its own", arguments: [false, true])
  func split(isShared: Bool) async throws {
    let shared = isShared ? try await RTCSharedPort.open(network: .addresses(["127.0.0.1"])) : nil
    var options = RTCPeerConnectionOptions.loopback
    options.sharedPort = shared
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: options)
    let studio = Studio()
    for connection in [call.caller, call.callee] {
      try await connection.addTrack(studio.camera.track)
      try await connection.addTrack(studio.microphone.track)
    }
    for _ in 0..<2 {
      try await LoopbackCall.exchange(from: call.caller, to: call.callee) { $0.without("a=group:BUNDLE") }
      for connection in [call.caller, call.callee] {
        let transports = connection.senders.compactMap(\.transport)
        #expect(transports.count == 2 && transports[0] !== transports[1])
        try await eventually("both connected") { transports.allSatisfy { $0.state == .connected } }
        for receiver in connection.receivers {
          #expect(receiver.transport === connection.transceivers.first { $0.receiver === receiver }?.sender.transport)
          switch receiver.track.kind {
          case .video: try await expectPicture(of: receiver.track, "a picture")
          case .audio: try await expectSound(of: receiver.track, "sound") { $0.loudness() > 1_000 }
          }
        }
        #expect(connection.connectionState == .connected)
      }
      #expect(ports(of: call.caller.localDescription).count == 2)
    }
    await call.close()
    await shared?.close()
  }
}
