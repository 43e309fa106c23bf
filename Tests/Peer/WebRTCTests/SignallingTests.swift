import Foundation
import Testing

@testable import WebRTC

@Suite("Offer and answer through the public interface", .timeLimit(.minutes(1)))
struct SignallingTests {
  @Test("JS-06, JS-08, PC-10: descriptions move from pending to current")
  func descriptions() async throws {
    let caller = try RTCPeerConnection(options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    try await caller.addTransceiver(.audio)
    let offer = try await caller.createOffer()
    #expect(offer.type == .offer && caller.localDescription == nil)
    try await caller.setLocalDescription(offer)
    #expect(caller.signalingState == .haveLocalOffer)
    #expect(caller.pendingLocalDescription?.sdp.hasPrefix("v=0") == true)
    #expect(caller.currentLocalDescription == nil && caller.localDescription == caller.pendingLocalDescription)
    await expectError("InvalidStateError") { _ = try await caller.createAnswer() }

    try await callee.setRemoteDescription(offer)
    #expect(callee.signalingState == .haveRemoteOffer)
    #expect(callee.pendingRemoteDescription?.type == .offer && callee.currentRemoteDescription == nil)
    await expectError("InvalidStateError") {
      try await callee.setRemoteDescription(.init(type: .answer, sdp: offer.sdp))
    }
    let answer = try await callee.createAnswer()
    try await callee.setLocalDescription(RTCSessionDescription(type: .pranswer, sdp: answer.sdp))
    #expect(callee.signalingState == .haveLocalPranswer)
    try await callee.setLocalDescription()
    #expect(callee.signalingState == .stable)
    #expect(callee.currentLocalDescription?.type == .answer && callee.currentRemoteDescription?.type == .offer)
    #expect(callee.pendingLocalDescription == nil && callee.pendingRemoteDescription == nil)

    try await caller.setRemoteDescription(RTCSessionDescription(type: .pranswer, sdp: answer.sdp))
    #expect(caller.signalingState == .haveRemotePranswer)
    try await caller.setRemoteDescription(RTCSessionDescription(type: .answer, sdp: answer.sdp))
    #expect(caller.signalingState == .stable)
    #expect(caller.currentRemoteDescription?.type == .answer)
    #expect(caller.remoteDescription == caller.currentRemoteDescription)
    await caller.close()
    await callee.close()
  }

  @Test("JS-14: text that is no description is refused with its line, and nothing has changed")
  func syntaxErrors() async throws {
    let connection = try RTCPeerConnection(options: .loopback)
    try await connection.addTransceiver(.audio)
    try await connection.setLocalDescription()
    let before = (connection.localDescription?.sdp, connection.transceivers.map { ObjectIdentifier($0) })
    for sdp in ["v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\nnonsense\r\n", "", "v=1\r\n"] {
      do {
        try await connection.setRemoteDescription(RTCSessionDescription(type: .answer, sdp: sdp))
        Issue.record("\(sdp) was taken")
      } catch let error as WebRTCError {
        guard case .rtcError(let details) = error else {
          Issue.record("\(error) has no details")
          continue
        }
        #expect(error.name == "OperationError" && details.errorDetail == .sdpSyntaxError)
        #expect(try #require(details.sdpLineNumber) >= 1)
        if sdp.contains("nonsense") { #expect(details.sdpLineNumber == 3) }
      }
    }
    #expect(connection.signalingState == .haveLocalOffer)
    #expect(connection.localDescription?.sdp == before.0 && connection.remoteDescription == nil)
    #expect(connection.transceivers.map { ObjectIdentifier($0) } == before.1)
    await expectError("InvalidModificationError") {
      try await connection.setLocalDescription(RTCSessionDescription(type: .offer, sdp: "v=0\r\n"))
    }
    await connection.close()
  }

  @Test(
    "JS-35: as many sections as there may be are answered; more of them, or 10 MB, are refused, and nothing has changed"
  )
  func hostileSizes() async throws {
    let caller = try RTCPeerConnection(options: .loopback)
    try await caller.addTransceiver(.video)
    let offer = try await caller.createOffer().sdp
    let start = try #require(offer.range(of: "m=video"))
    let head = offer[..<start.lowerBound].replacing(/a=group:BUNDLE.*\r\n/, with: "")
    let section = offer[start.lowerBound...]
    func description(_ sections: Int) -> RTCSessionDescription {
      let group = (0..<sections).map { " \($0)" }.joined()
      let media = (0..<sections).map { section.replacing(/a=mid:.*\r\n/, with: "a=mid:\($0)\r\n") }.joined()
      return RTCSessionDescription(type: .offer, sdp: head + "a=group:BUNDLE\(group)\r\n" + media)
    }
    let callee = try RTCPeerConnection(options: .loopback)
    let events = EventLog(callee)
    let huge = RTCSessionDescription(type: .offer, sdp: offer + "a=x:" + String(repeating: "y", count: 10 << 20))
    for hostile in [description(10_000), huge] {
      await #expect(throws: WebRTCError.self) { try await callee.setRemoteDescription(hostile) }
      #expect(callee.signalingState == .stable && callee.remoteDescription == nil && callee.transceivers.isEmpty)
    }
    let count = 200
    try await callee.setRemoteDescription(description(count))
    try await callee.setLocalDescription()
    #expect(callee.transceivers.count == count && callee.signalingState == .stable)
    try await eventually("every section has its track") { events.count("track") == count }
    for number in 1...1_000 {
      let candidate = "candidate:\(number) 1 udp \(number) 192.0.2.1 \(1_000 + number) typ host"
      try await callee.addIceCandidate(RTCIceCandidateInit(candidate: candidate, sdpMLineIndex: 0))
    }
    // The first and the last of as many as a section may have.
    let remote = try #require(callee.remoteDescription)
    #expect(remote.sdp.contains(" 1001 typ host") && remote.sdp.contains(" 2000 typ host"))
    #expect(!remote.sdp.contains(" 1500 typ host"))
    await caller.close()
    await callee.close()
  }

  @Test("JS-12, PC-14: negotiation is asked for once, in the stable state, after the change of state")
  func negotiationNeeded() async throws {
    let caller = try RTCPeerConnection(options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    let log = EventLog(caller)
    for _ in 0..<3 { try await caller.addTransceiver(.audio) }
    try await eventually("asked for") { log.count("negotiationneeded") == 1 }
    try await caller.setLocalDescription()
    try await eventually("the offer is told") { log.names.contains("signaling have-local-offer") }
    try await caller.addTransceiver(.video)
    await caller.waitForGathering()
    #expect(log.count("negotiationneeded") == 1)
    try await callee.setRemoteDescription(try #require(caller.localDescription))
    try await callee.setLocalDescription()
    try await caller.setRemoteDescription(try #require(callee.localDescription))
    try await eventually("asked for again") { log.count("negotiationneeded") == 2 }
    let names = log.names.filter { $0.hasPrefix("signaling") || $0 == "negotiationneeded" }
    #expect(names == ["negotiationneeded", "signaling have-local-offer", "signaling stable", "negotiationneeded"])
    await caller.close()
    await callee.close()
  }

  @Test("PC-18: whether the peer trickles is known from its description", arguments: [true, false])
  func canTrickle(doesTrickle: Bool) async throws {
    let caller = try RTCPeerConnection(options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    try await caller.addTransceiver(.audio)
    var offer = try await caller.createOffer()
    if !doesTrickle { offer.sdp = offer.sdp.without("a=ice-options") }
    try await callee.setRemoteDescription(offer)
    #expect(callee.canTrickleIceCandidates == doesTrickle)
    await caller.close()
    await callee.close()
  }

  @Test("PC-14, TX-08, MS-06, MS-10: tracks are told before the description is taken, streams before tracks")
  func trackEvents() async throws {
    let caller = try RTCPeerConnection(options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    let (camera, microphone) = (VideoTrackGenerator(), AudioTrackGenerator())
    let stream = MediaStream(tracks: [camera.track, microphone.track])
    let other = MediaStream()
    #expect(stream.origin == .local)
    try await caller.addTrack(camera.track, stream, other)
    try await caller.addTrack(microphone.track, stream)
    try await caller.addTransceiver(.video, init: RTCRtpTransceiverInit(direction: .recvonly))
    try await caller.setLocalDescription()
    try await callee.setRemoteDescription(try #require(caller.localDescription))

    var events = callee.events.makeAsyncIterator()
    var tracks: [RTCTrackEvent] = []
    while tracks.count < 2, let event = await events.next() { if let track = event.trackEvent { tracks.append(track) } }
    #expect(tracks.map(\.track.kind) == [.video, .audio])
    for event in tracks {
      #expect(event.track === event.receiver.track && event.receiver === event.transceiver.receiver)
      #expect(event.track.origin == .remote && event.track.isMuted && event.track.readyState == .live)
      #expect(callee.transceivers.contains { $0 === event.transceiver })
      #expect(event.transceiver.direction == .recvonly)
      #expect(event.streams.allSatisfy { $0.origin == .remote && $0.track(id: event.track.id) === event.track })
    }
    #expect(tracks[0].track.id == camera.track.id && tracks[1].track.id == microphone.track.id)
    #expect(tracks[0].streams.map(\.id) == [stream.id, other.id] && tracks[1].streams.map(\.id) == [stream.id])
    #expect(tracks[0].streams[0] === tracks[1].streams[0])
    #expect(tracks[0].streams[0].tracks.count == 2)

    // The stream told of its tracks, and tells when they leave.
    var changes = tracks[0].streams[0].events.makeAsyncIterator()
    for track in tracks.map(\.track) {
      guard case .trackAdded(let added) = await changes.next() else {
        Issue.record("the stream did not tell of its track")
        continue
      }
      #expect(added === track)
    }
    try await callee.setLocalDescription()
    try await caller.setRemoteDescription(try #require(callee.localDescription))
    try await caller.removeTrack(try #require(caller.senders.first))
    #expect(caller.senders.first?.track == nil)
    #expect(caller.transceivers[0].direction == .recvonly && caller.transceivers[0].currentDirection == .sendonly)
    try await caller.setLocalDescription()
    try await callee.setRemoteDescription(try #require(caller.localDescription))
    guard case .trackRemoved(let removed) = await changes.next() else {
      Issue.record("the stream did not tell that its track left")
      return
    }
    #expect(removed === tracks[0].track && removed.readyState == .live && removed.isMuted)
    #expect(tracks[0].streams[0].tracks.count == 1 && tracks[0].streams[1].tracks.isEmpty)
    await caller.close()
    await callee.close()
    #expect(removed.readyState == .ended)
  }

  @Test("TX-01, TX-02, TX-03: tracks and transceivers are added and removed as the specification says")
  func transceivers() async throws {
    let connection = try RTCPeerConnection(options: .loopback)
    let other = try RTCPeerConnection(options: .loopback)
    let (camera, microphone) = (VideoTrackGenerator().track, AudioTrackGenerator().track)
    let receiving = try await connection.addTransceiver(.video, init: RTCRtpTransceiverInit(direction: .recvonly))
    #expect(receiving.sender.track == nil && receiving.mid == nil && receiving.currentDirection == nil)
    #expect(receiving.receiver.track.kind == .video && receiving.receiver.track.isMuted)
    // A transceiver that has never sent takes the track.
    let sender = try await connection.addTrack(camera)
    #expect(sender === receiving.sender && sender.track === camera && receiving.direction == .sendrecv)
    await expectError("InvalidAccessError") { try await connection.addTrack(camera) }
    await expectError("InvalidAccessError") { try await connection.addTransceiver(camera) }
    #expect(connection.transceivers.count == 1)
    let second = try await connection.addTransceiver(microphone)
    #expect(second.sender.track === microphone && second.kind == .audio)
    let third = try await connection.addTransceiver(.audio)
    #expect(connection.transceivers.count == 3 && connection.transceivers[2] === third)

    await expectError("InvalidAccessError") { try await other.removeTrack(sender) }
    try await connection.removeTrack(sender)
    #expect(sender.track == nil && receiving.direction == .recvonly)
    try await connection.removeTrack(sender)
    #expect(try await connection.addTrack(camera) === sender)

    await expectError("TypeError") { try await third.setDirection(.stopped) }
    await expectError("TypeError") {
      try await connection.addTransceiver(.video, init: RTCRtpTransceiverInit(direction: .stopped))
    }
    await expectError("RangeError") {
      try await connection.addTransceiver(
        .video, init: RTCRtpTransceiverInit(sendEncodings: [.init(scaleResolutionDownBy: 0.5)]))
    }
    await expectError("TypeError") { try await sender.replaceTrack(microphone) }
    try await third.setDirection(.inactive)
    #expect(third.direction == .inactive && connection.transceivers.count == 3)
    await connection.close()
    await other.close()
  }

  @Test(
    "TX-04, TX-05: a stopped transceiver ends at once, leaves with the next negotiation, and its section is used again")
  func stop() async throws {
    let caller = try RTCPeerConnection(options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    for kind in [MediaStreamTrackKind.audio, .video] { try await caller.addTransceiver(kind) }
    try await LoopbackCall.exchange(from: caller, to: callee)
    let video = caller.transceivers[1]
    let theirs = callee.transceivers[1]
    try await video.stop()
    try await video.stop()
    #expect(video.direction == .stopped && video.receiver.track.readyState == .ended)
    await expectError("InvalidStateError") { try await video.setDirection(.sendrecv) }
    await expectError("InvalidStateError") { try await video.sender.replaceTrack(nil) }
    #expect(caller.transceivers.count == 2)
    try await LoopbackCall.exchange(from: caller, to: callee)
    #expect(caller.transceivers.count == 1 && callee.transceivers.count == 1)
    #expect(video.isStopped && video.currentDirection == .stopped)
    #expect(theirs.isStopped && theirs.receiver.track.readyState == .ended)
    // The free section is taken by the next of any kind.
    try await caller.addTransceiver(.audio)
    try await LoopbackCall.exchange(from: caller, to: callee)
    let sections = try #require(caller.localDescription).sdp.split(whereSeparator: \.isNewline)
    #expect(sections.filter { $0.hasPrefix("m=") }.map { $0.prefix(7) } == ["m=audio", "m=audio"])
    #expect(caller.transceivers.count == 2 && callee.transceivers.count == 2)
    await caller.close()
    await callee.close()
  }

  @Test("SE-15, RX-01: capabilities before, parameters after negotiation")
  func parameters() async throws {
    let video = RTCRtpSender.getCapabilities(.video)
    #expect(video.codecs.map(\.mimeType) == ["video/VP8", "video/rtx"])
    #expect(video.headerExtensions.contains { $0.uri.hasSuffix("sdes:mid") })
    let audio = RTCRtpReceiver.getCapabilities(.audio)
    #expect(audio.codecs.map { $0.mimeType.lowercased() } == ["audio/opus", "audio/pcmu", "audio/pcma"])
    #expect(audio.codecs[0].clockRate == 48_000 && audio.codecs[0].channels == 2)

    let caller = try RTCPeerConnection(options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    let transceiver = try await caller.addTransceiver(.video)
    #expect(transceiver.receiver.track.readyState == .live && transceiver.receiver.track.isMuted)
    #expect(transceiver.receiver.getParameters().codecs.isEmpty)
    #expect(transceiver.sender.getParameters().encodings.count == 1)
    try await LoopbackCall.exchange(from: caller, to: callee)
    let received = transceiver.receiver.getParameters()
    #expect(received.codecs.map(\.mimeType) == ["video/VP8", "video/rtx"])
    #expect(received.headerExtensions.contains { $0.uri.hasSuffix("sdes:mid") && $0.id > 0 })
    let sent = transceiver.sender.getParameters()
    #expect(sent.codecs.first?.mimeType == "video/VP8" && sent.rtcp.cname?.isEmpty == false)
    #expect(sent.rtcp.reducedSize == true)
    await caller.close()
    await callee.close()
  }

  @Test("SE-03, SE-04: parameters are taken back once, with nothing but encodings changed")
  func setParameters() async throws {
    let connection = try RTCPeerConnection(options: .loopback)
    let sender = try await connection.addTransceiver(.video).sender
    await expectError("InvalidStateError") {
      try await sender.setParameters(RTCRtpSendParameters(transactionId: "1", encodings: [.init()]))
    }
    let stale = sender.getParameters()
    var parameters = sender.getParameters()
    await expectError("InvalidModificationError") { try await sender.setParameters(stale) }
    parameters.encodings[0].maxBitrate = 200_000
    parameters.encodings[0].scaleResolutionDownBy = 0.5
    await expectError("RangeError") { [parameters] in try await sender.setParameters(parameters) }
    parameters.encodings[0].scaleResolutionDownBy = 2
    var wrong = parameters
    wrong.rtcp.cname = "other"
    await expectError("InvalidModificationError") { [wrong] in try await sender.setParameters(wrong) }
    wrong = parameters
    wrong.encodings.append(.init())
    await expectError("InvalidModificationError") { [wrong] in try await sender.setParameters(wrong) }
    try await sender.setParameters(parameters)
    #expect(sender.encodings[0].maxBitrate == 200_000 && sender.encodings[0].scaleResolutionDownBy == 2)
    await expectError("InvalidStateError") { [parameters] in try await sender.setParameters(parameters) }
    await connection.close()
  }

  @Test("TP-04, TP-06: candidates are taken by the rules, and appear in the description")
  func addIceCandidate() async throws {
    let caller = try RTCPeerConnection(options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    let text = "candidate:1 1 udp 2113937151 192.0.2.9 5000 typ host"
    await expectError("InvalidStateError") {
      try await callee.addIceCandidate(RTCIceCandidateInit(candidate: text, sdpMid: "0"))
    }
    try await caller.addTransceiver(.audio)
    try await caller.addTransceiver(.video)
    let offer = try await caller.createOffer()
    try await callee.setRemoteDescription(offer)
    let errors: [(RTCIceCandidateInit, String)] = [
      (.init(candidate: text), "TypeError"), (.init(candidate: text, sdpMid: "7"), "OperationError"),
      (.init(candidate: text, sdpMLineIndex: 2), "OperationError"),
      (.init(candidate: "candidate:nonsense", sdpMid: "0"), "OperationError"),
      (.init(candidate: text, sdpMid: "0", usernameFragment: "none"), "OperationError"),
    ]
    for (candidate, error) in errors { await expectError(error) { try await callee.addIceCandidate(candidate) } }
    #expect(callee.remoteDescription?.sdp == offer.sdp)
    // The mid decides where both are given.
    try await callee.addIceCandidate(RTCIceCandidateInit(candidate: text, sdpMid: "1", sdpMLineIndex: 0))
    try await callee.addIceCandidate(RTCIceCandidateInit(candidate: "", sdpMid: "0"))
    try await callee.addIceCandidate(RTCIceCandidate(.init(candidate: text + " x y", sdpMLineIndex: 0)))
    try await callee.addIceCandidate(nil)
    let sections = try #require(callee.remoteDescription).sdp.components(separatedBy: "m=").dropFirst()
    #expect(sections.map { $0.components(separatedBy: "a=candidate:").count - 1 } == [1, 1])
    #expect(sections.allSatisfy { $0.contains("a=end-of-candidates") })
    await caller.close()
    await callee.close()
  }

  @Test("IC-29: the address policy decides which candidates there are")
  func addressPolicy() async throws {
    func candidateLines(_ policy: RTCIPHandlingPolicy) async throws -> [String] {
      let options = RTCPeerConnectionOptions(network: .includingLoopback, ipHandling: policy)
      let connection = try RTCPeerConnection(options: options)
      try await connection.addTransceiver(.audio)
      try await connection.setLocalDescription()
      await connection.waitForGathering()
      let lines = try #require(connection.localDescription).sdp.split(separator: "\r\n")
      await connection.close()
      return lines.filter { $0.hasPrefix("a=candidate:") }.map { String($0) }
    }
    let all = try await candidateLines(.allInterfaces)
    let ofDefaultRoute = try await candidateLines(.defaultRouteWithLocalAddresses)
    #expect(
      all.contains { $0.contains(" 127.0.0.1 ") } && ofDefaultRoute.count < all.count && ofDefaultRoute.count <= 2)
    #expect(!ofDefaultRoute.contains { $0.contains(" 127.0.0.1 ") })
    // Without a STUN server there is nothing else to tell.
    #expect(try await candidateLines(.defaultRouteOnly).isEmpty)
    #expect(try await candidateLines(.forceProxy).isEmpty)
  }

  @Test("TP-04: a candidate shows its fields, and goes to JSON and back")
  func candidateFields() throws {
    let candidate = try RTCIceCandidate(
      .init(
        candidate: "candidate:4 1 udp 1677729535 198.51.100.7 6000 typ srflx raddr 10.0.0.1 rport 5000", sdpMid: "0"))
    #expect(candidate.foundation == "4" && candidate.component == .rtp && candidate.protocol == .udp)
    #expect(candidate.priority == 1_677_729_535 && candidate.address == "198.51.100.7" && candidate.port == 6_000)
    #expect(candidate.type == .srflx && candidate.relatedAddress == "10.0.0.1" && candidate.relatedPort == 5_000)
    #expect(try RTCIceCandidate(candidate.toJSON()) == candidate)
    #expect(throws: WebRTCError.self) { try RTCIceCandidate(.init(candidate: "")) }
  }
}

extension String {
  /// Without the lines that begin so.
  func without(_ prefix: String) -> String {
    split(whereSeparator: \.isNewline).filter { !$0.hasPrefix(prefix) }.map { $0 + "\r\n" }.joined()
  }
}
