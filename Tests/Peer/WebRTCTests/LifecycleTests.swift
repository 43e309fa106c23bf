import RTCCodecs
import Testing

@testable import WebRTC

@Suite("The life of a connection", .timeLimit(.minutes(1)))
struct LifecycleTests {
  @Test("PC-01: a new connection is in the initial states")
  func initialState() throws {
    let connection = try RTCPeerConnection()
    #expect(connection.signalingState == .stable)
    #expect(connection.iceGatheringState == .new)
    #expect(connection.iceConnectionState == .new)
    #expect(connection.connectionState == .new)
    #expect(connection.localDescription == nil && connection.remoteDescription == nil)
    #expect(connection.currentLocalDescription == nil && connection.pendingLocalDescription == nil)
    #expect(connection.currentRemoteDescription == nil && connection.pendingRemoteDescription == nil)
    #expect(connection.canTrickleIceCandidates == nil)
    #expect(connection.transceivers.isEmpty && connection.senders.isEmpty && connection.receivers.isEmpty)
    #expect(connection.closeReason == nil)
    #expect(connection.configuration.bundlePolicy == .balanced)
    #expect(connection.configuration.iceTransportPolicy == .all)
    #expect(connection.configuration.rtcpMuxPolicy == .require)
  }

  @Test(
    "PC-02, PC-03: servers are checked when the connection is made",
    arguments: [
      (RTCIceServer(urls: ["stun:a.example", "stuns:b.example:5000"]), nil),
      (RTCIceServer(urls: "turn:a.example?transport=tcp", username: "u", credential: "c"), nil),
      (RTCIceServer(urls: []), "SyntaxError"), (RTCIceServer(urls: "http://a.example"), "SyntaxError"),
      (RTCIceServer(urls: "stun:"), "SyntaxError"), (RTCIceServer(urls: "turn:a.example"), "InvalidAccessError"),
    ] as [(RTCIceServer, String?)])
  func servers(server: RTCIceServer, error: String?) async throws {
    let configuration = RTCConfiguration(iceServers: [server])
    guard let error else {
      #expect(try RTCPeerConnection(configuration: configuration).configuration.iceServers == [server])
      return
    }
    await expectError(error) { _ = try RTCPeerConnection(configuration: configuration) }
    let connection = try RTCPeerConnection()
    await expectError(error) { try await connection.setConfiguration(configuration) }
    #expect(connection.configuration.iceServers.isEmpty)
  }

  @Test("A network policy that names no address is refused")
  func networkPolicy() async {
    await expectError("TypeError") {
      _ = try RTCPeerConnection(options: RTCPeerConnectionOptions(network: .addresses(["localhost"])))
    }
  }

  @Test("PC-09: what must not change, does not")
  func setConfiguration() async throws {
    let certificate = try await RTCPeerConnection.generateCertificate()
    let connection = try RTCPeerConnection(options: .loopback)
    var configuration = connection.configuration
    #expect(configuration.certificates.count == 1)
    try await connection.setConfiguration(RTCConfiguration(iceServers: [RTCIceServer(urls: "stun:127.0.0.1:1")]))
    #expect(connection.configuration.iceServers.count == 1)
    #expect(connection.configuration.certificates == configuration.certificates)

    configuration.bundlePolicy = .maxBundle
    await expectError("InvalidModificationError") { try await connection.setConfiguration(configuration) }
    await expectError("InvalidModificationError") {
      try await connection.setConfiguration(RTCConfiguration(certificates: [certificate]))
    }
    try await connection.setConfiguration(RTCConfiguration(iceCandidatePoolSize: 1))
    try await connection.addTransceiver(.audio)
    try await connection.setLocalDescription()
    await expectError("InvalidModificationError") {
      try await connection.setConfiguration(RTCConfiguration(iceCandidatePoolSize: 2))
    }
    #expect(connection.configuration.iceCandidatePoolSize == 1)
    await connection.close()
    await expectError("InvalidStateError") { try await connection.setConfiguration(RTCConfiguration()) }
  }

  @Test("PC-04: with the policy relay no address of this machine is told; changed, it holds from the next gathering on")
  func relayOnly() async throws {
    let caller = try RTCPeerConnection(
      configuration: RTCConfiguration(iceTransportPolicy: .relay), options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    try await caller.addTransceiver(.audio)
    try await LoopbackCall.exchange(from: caller, to: callee)
    #expect(ports(of: caller.localDescription).isEmpty)

    try await caller.setConfiguration(RTCConfiguration(iceTransportPolicy: .all))
    #expect(ports(of: caller.localDescription).isEmpty)
    try await caller.restartIce()
    try await LoopbackCall.exchange(from: caller, to: callee)
    #expect(ports(of: caller.localDescription).count == 1)
    try await eventually("connected") { caller.connectionState == .connected }

    try await caller.setConfiguration(RTCConfiguration(iceTransportPolicy: .relay))
    try await caller.restartIce()
    try await LoopbackCall.exchange(from: caller, to: callee)
    #expect(ports(of: caller.localDescription).isEmpty)
    await caller.close()
    await callee.close()
  }

  @Test(
    "PC-05, SE-17: the bundle policy decides how many transports an offer has; an answer joins them",
    arguments: [(RTCBundlePolicy.balanced, 2), (.maxCompat, 3), (.maxBundle, 1)])
  func bundlePolicy(policy: RTCBundlePolicy, count: Int) async throws {
    let caller = try RTCPeerConnection(configuration: RTCConfiguration(bundlePolicy: policy), options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    for kind in [MediaStreamTrackKind.audio, .video, .video] { try await caller.addTransceiver(kind) }
    #expect(caller.senders.allSatisfy { $0.transport == nil })
    try await caller.setLocalDescription()
    await caller.waitForGathering()
    func transports(_ connection: RTCPeerConnection) -> Set<ObjectIdentifier> {
      Set(
        (connection.senders.map(\.transport) + connection.receivers.map(\.transport)).compactMap {
          $0.map { ObjectIdentifier($0) }
        })
    }
    #expect(transports(caller).count == count)
    let offered = ports(of: caller.localDescription)
    #expect(offered.count == count)
    try await callee.setRemoteDescription(try #require(caller.localDescription))
    try await callee.setLocalDescription()
    await callee.waitForGathering()
    try await caller.setRemoteDescription(try #require(callee.localDescription))
    #expect(transports(caller).count == 1 && transports(callee).count == 1)
    // Sockets of transports that nobody uses any more are closed.
    try await eventually("superfluous sockets closed") { try openSockets(on: offered) == 1 }
    let transport = try #require(caller.senders.first?.transport)
    for await case .connectionStateChange(let state) in caller.events where state == .connected {
      // PC-14: the transport has changed before.
      #expect(transport.state == .connected)
      break
    }
    #expect(transport.iceTransport.state == .connected || transport.iceTransport.state == .completed)
    #expect(transport.iceTransport.gatheringState == .complete)
    await caller.close()
    await callee.close()
    #expect(transport.state == .closed && transport.iceTransport.state == .closed)
    #expect(try openSockets(on: offered) == 0)
  }

  @Test("PC-11, TP-05: gathering is told step by step, and servers that cannot be used with 701")
  func gathering() async throws {
    let server = RTCIceServer(urls: ["turn:192.0.2.1", "turns:192.0.2.1"], username: "u", credential: "c")
    let connection = try RTCPeerConnection(configuration: RTCConfiguration(iceServers: [server]), options: .loopback)
    let log = EventLog(connection)
    try await connection.addTransceiver(.audio)
    try await connection.setLocalDescription()
    await connection.waitForGathering()
    await connection.close()
    let events = await log.finish()
    // States coalesce while they are not read: the first may be missing.
    let names = events.map(\.name).filter { $0.contains("ice") || $0 == "gathering complete" }
    #expect(
      names == [
        "icecandidateerror", "icecandidateerror", "icecandidate", "icecandidate", "gathering complete",
        "icecandidate null",
      ])
    let errors = events.compactMap { if case .iceCandidateError(let error) = $0 { error } else { nil } }
    #expect(errors.map(\.url) == server.urls)
    #expect(errors.allSatisfy { $0.errorCode == 701 && !$0.errorText.isEmpty })
    let candidates = events.compactMap { if case .iceCandidate(let candidate) = $0 { candidate } else { nil } }
    #expect(candidates[0].type == .host && candidates[0].address == "127.0.0.1" && candidates[0].sdpMid == "0")
    #expect(candidates[1].candidate.isEmpty && candidates[1].usernameFragment == candidates[0].usernameFragment)
  }

  @Test("PC-20: one certificate serves several connections")
  func certificate() async throws {
    let certificate = try await RTCPeerConnection.generateCertificate()
    #expect(certificate.expires > 0)
    let fingerprint = try #require(certificate.fingerprints.first)
    #expect(fingerprint.algorithm == "sha-256")
    let configuration = RTCConfiguration(certificates: [certificate])
    let caller = try RTCPeerConnection(configuration: configuration, options: .loopback)
    let callee = try RTCPeerConnection(configuration: configuration, options: .loopback)
    try await caller.addTransceiver(.audio)
    try await LoopbackCall.exchange(from: caller, to: callee)
    for connection in [caller, callee] {
      try await eventually("connected") { connection.connectionState == .connected }
      let sdp = try #require(connection.localDescription).sdp.lowercased()
      #expect(sdp.contains("a=fingerprint:sha-256 \(fingerprint.value)"))
      #expect(connection.configuration.certificates == [certificate])
    }
    await caller.close()
    await callee.close()
  }

  @Test("PC-15: close is complete when it returns, for everybody who calls it")
  func close() async throws {
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    let studio = Studio()
    for connection in [call.caller, call.callee] {
      try await connection.addTrack(studio.camera.track)
      try await connection.addTrack(studio.microphone.track)
    }
    try await call.negotiate()
    for connection in [call.caller, call.callee] {
      for receiver in connection.receivers {
        switch receiver.track.kind {
        case .video: try await expectPicture(of: receiver.track, "a picture")
        case .audio: try await expectSound(of: receiver.track, "sound")
        }
      }
    }
    let sockets = ports(of: call.caller.localDescription).union(ports(of: call.callee.localDescription))
    try await eventually("two sockets") { try openSockets(on: sockets) == 2 }
    let connections = [call.caller, call.callee]
    let codecs =
      connections.flatMap(\.senders).map { $0.weakEncoder() }
      + connections.flatMap(\.receivers).map { $0.weakDecoder() }
    #expect(codecs.count == 8 && codecs.allSatisfy { !$0.isGone })

    let log = EventLog(call.caller)
    await withTaskGroup { group in
      for connection in connections + connections { group.addTask { await connection.close() } }
    }
    #expect(try openSockets(on: sockets) == 0)
    #expect(codecs.allSatisfy { $0.isGone })
    #expect(await !log.finish().contains { $0.name.hasSuffix("closed") })
    for connection in connections {
      #expect(connection.signalingState == .closed && connection.connectionState == .closed)
      #expect(connection.iceConnectionState == .closed)
      #expect(connection.closeReason == nil)
      #expect(connection.transceivers.allSatisfy { $0.isStopped && $0.direction == .stopped })
      #expect(connection.transceivers.allSatisfy { $0.receiver.track.readyState == .ended })
      #expect(connection.senders.isEmpty)
      await connection.close()
      await expectError("InvalidStateError") { try await connection.addTrack(studio.camera.track) }
      await expectError("InvalidStateError") { _ = try await connection.createOffer() }
      await expectError("InvalidStateError") { try await connection.setLocalDescription() }
      await expectError("InvalidStateError") { try await connection.restartIce() }
      await expectError("InvalidStateError") { try await connection.addIceCandidate(nil) }
      let sender = try #require(connection.transceivers.first).sender
      await expectError("InvalidStateError") { try await sender.replaceTrack(nil) }
    }
    #expect(studio.camera.track.readyState == .live)
    // Other suites run beside this one, so that the number can only be waited for.
    try await eventually("no codec thread is left") { CodecThreadPool.shared.threadCount == 0 }
  }

  @Test("PC-15: close while sockets are being opened leaves none")
  func closeEarly() async throws {
    for _ in 0..<20 {
      let connection = try RTCPeerConnection(options: .loopback)
      try await connection.addTransceiver(.audio)
      try await connection.setLocalDescription()
      let waiting = Task { await connection.waitForGathering() }
      await connection.close()
      await waiting.value
      #expect(try openSockets(on: ports(of: connection.localDescription)) == 0)
      #expect(await connection.unfinishedWork.isEmpty)
    }
  }

  @Test("PC-21: a connection that is dropped without close lets go of everything", arguments: [false, true])
  func dropped(isShared: Bool) async throws {
    let shared = isShared ? try await RTCSharedPort.open(network: .loopbackOnly) : nil
    var options = RTCPeerConnectionOptions.loopback
    options.sharedPort = shared
    let studio = Studio()
    var call: LoopbackCall? = try LoopbackCall(callerOptions: .loopback, calleeOptions: options)
    try await call?.caller.addTrack(studio.camera.track)
    try await call?.negotiate()
    let receiver = try #require(call?.callee.receivers.first)
    try await expectPicture(of: receiver.track, "a picture")
    let sockets = ports(of: call?.caller.localDescription)
    try await eventually("one socket") { try openSockets(on: sockets) == 1 }
    let references = [
      try #require(call?.caller.senders.first).weakEncoder(), receiver.weakDecoder(),
      WeakReference(call?.caller), WeakReference(call?.callee), await call?.caller.weakDriver(),
      await call?.callee.weakDriver(),
    ].compactMap { $0 }
    #expect(references.count == 6)
    #expect(references.allSatisfy { !$0.isGone })
    call = nil
    try await eventually("everything is gone", within: .seconds(10)) { references.allSatisfy(\.isGone) }
    try await eventually("sockets are closed", within: .seconds(1)) { try openSockets(on: sockets) == 0 }
    #expect(receiver.track.readyState == .ended)
    #expect(studio.camera.track.readyState == .live)
    await shared?.close()
  }

  @Test("1,024 events that nobody reads end the connection, which says why")
  func overflow() async throws {
    let urls = (0..<1_100).map { "turn:192.0.2.1:\(1_000 + $0)" }
    let connection = try RTCPeerConnection(
      configuration: RTCConfiguration(iceServers: [RTCIceServer(urls: urls, username: "u", credential: "c")]),
      options: .loopback)
    try await connection.addTransceiver(.audio)
    try await connection.setLocalDescription()
    try await eventually("closed by itself") { connection.connectionState == .closed }
    let reason = try #require(connection.closeReason)
    #expect(reason.name == "OperationError" && reason.message.contains("1024"))
    await connection.close()
    #expect(connection.closeReason == reason)
    // What was there can still be read.
    var count = 0
    for await event in connection.events where event.name == "icecandidateerror" { count += 1 }
    #expect(count > 1_000 && count <= 1_024)
  }

  @Test("PC-16: operations of many tasks run one after the other, each whole")
  func operationsChain() async throws {
    let connection = try RTCPeerConnection(options: .loopback)
    try await withThrowingTaskGroup { group in
      for index in 0..<40 {
        group.addTask {
          try await connection.addTransceiver(index % 2 == 0 ? .audio : .video)
          _ = try await connection.createOffer()
          try await connection.setLocalDescription()
        }
      }
      try await group.waitForAll()
    }
    #expect(connection.transceivers.count == 40)
    #expect(Set(connection.transceivers.compactMap(\.mid)).count == 40)
    let sdp = try #require(connection.localDescription).sdp
    #expect(sdp.split(whereSeparator: \.isNewline).count { $0.hasPrefix("m=") } == 40)
    await connection.close()
  }

  @Test("Waiting for the end of gathering can be cancelled")
  func cancelledWait() async throws {
    let connection = try RTCPeerConnection(options: .loopback)
    let waiting = Task { await connection.waitForGathering() }
    try await eventually("it waits") { await !connection.gatheringWaiters.isEmpty }
    waiting.cancel()
    await waiting.value
    #expect(await connection.gatheringWaiters.isEmpty)
    #expect(connection.iceGatheringState == .new)
    await connection.close()
  }
}
