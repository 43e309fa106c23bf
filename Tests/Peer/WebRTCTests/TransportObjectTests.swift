import Testing

@testable import WebRTC

@Suite("The transports of a connection", .timeLimit(.minutes(1)))
struct TransportObjectTests {
  @Test("TP-01: a transport tells its states in order, and has the peer's certificate once it is connected")
  func states() async throws {
    let certificate = try await RTCPeerConnection.generateCertificate()
    let caller = try RTCPeerConnection(
      configuration: RTCConfiguration(certificates: [certificate]), options: .loopback)
    let call = LoopbackCall(caller: caller, callee: try RTCPeerConnection(options: .loopback))
    let sender = try await caller.addTransceiver(.audio).sender
    try await call.negotiate()
    let transport = try #require(sender.transport)
    #expect(transport.state != .connected || !transport.remoteCertificates.isEmpty)
    try await call.connected()
    try await eventually("DTLS is connected at both ends") {
      transport.state == .connected && call.callee.receivers.first?.transport?.state == .connected
    }
    #expect(call.callee.receivers.first?.transport?.remoteCertificates == [certificate.local.der])
    #expect(transport.remoteCertificates.count == 1 && transport.error == nil)
    await call.close()
    // Connecting may have been left out: of states that nobody reads the newest stays.
    #expect(await names(of: transport.events).last == "closed")
    #expect(transport.remoteCertificates.count == 1, "what was known is known still")
  }

  @Test("TP-02: an ICE transport shows candidates as they come, before there is a path")
  func candidates() async throws {
    let caller = try RTCPeerConnection(options: .loopback)
    let callee = try RTCPeerConnection(options: .loopback)
    let sender = try await caller.addTransceiver(.audio).sender
    let offer = try await caller.createOffer()
    try await caller.setLocalDescription(offer)
    await caller.waitForGathering()
    let local = try #require(sender.transport).iceTransport
    #expect(local.localCandidates.map(\.type) == [.host])
    try await callee.setRemoteDescription(offer)
    try await callee.setLocalDescription()
    let remote = try #require(callee.receivers.first?.transport).iceTransport
    #expect(remote.remoteCandidates.isEmpty)
    try await callee.addIceCandidate(try #require(local.localCandidates.first))
    #expect(remote.remoteCandidates.map(\.candidate) == local.localCandidates.map(\.candidate))
    await caller.close()
    await callee.close()
  }

  @Test("TP-02: an ICE transport shows its role, credentials, candidates and the pair in use, and tells of each change")
  func path() async throws {
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    let sender = try await call.caller.addTransceiver(.audio).sender
    try await call.negotiate()
    let (ice, remote) = (
      try #require(sender.transport).iceTransport, try #require(call.callee.receivers.first?.transport).iceTransport
    )
    try await call.connected()
    #expect(ice.role == .controlling && remote.role == .controlled && ice.component == .rtp)
    #expect(ice.localParameters == remote.remoteParameters && ice.remoteParameters == remote.localParameters)
    #expect(ice.localParameters?.usernameFragment.isEmpty == false)
    #expect(ice.localCandidates.map(\.candidate) == remote.remoteCandidates.map(\.candidate))
    #expect(ice.localCandidates.map(\.type) == [.host] && ice.localCandidates.map(\.sdpMid) == ["0"])
    let pair = try #require(ice.selectedCandidatePair)
    #expect(pair.local.port == remote.selectedCandidatePair?.remote.port)
    #expect(pair.remote.port == remote.selectedCandidatePair?.local.port)
    #expect([pair.local.address, pair.remote.address] == ["127.0.0.1", "127.0.0.1"])
    await call.close()

    var states: [RTCIceTransportState] = []
    var gathering: [RTCIceGathererState] = []
    var pairs: [RTCIceCandidatePair] = []
    for await event in ice.events {
      switch event {
      case .stateChange(let state): states.append(state)
      case .gatheringStateChange(let state): gathering.append(state)
      case .selectedCandidatePairChange(let pair): pairs.append(pair)
      }
    }
    #expect(states.last == .closed && gathering.last == .complete && pairs.last == pair)
  }

  @Test("DT-06: a certificate that was not signalled is fingerprint-failure, told before the state is failed")
  func fingerprintFailure() async throws {
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    let sender = try await call.caller.addTransceiver(.audio).sender
    try await LoopbackCall.exchange(from: call.caller, to: call.callee) { sdp in
      guard sdp.contains("a=setup:actpass") else {
        // The answer's: every digit is another.
        return sdp.split(separator: "\r\n", omittingEmptySubsequences: false).map { line in
          guard line.hasPrefix("a=fingerprint:sha-256 ") else { return String(line) }
          let digits = line.dropFirst(22).map { $0 == ":" ? ":" : $0 == "0" ? "1" : "0" }
          return "a=fingerprint:sha-256 " + digits.joined()
        }.joined(separator: "\r\n")
      }
      return sdp
    }
    let transport = try #require(sender.transport)
    var told: [String] = []
    var error: RTCError?
    for await event in transport.events {
      told.append(Self.name(event))
      if case .error(let reason) = event { error = reason }
      if case .stateChange(.failed) = event { break }
    }
    #expect(told.suffix(2) == ["fingerprint-failure", "failed"])
    #expect(transport.error == error && transport.state == .failed)
    #expect(transport.remoteCertificates.isEmpty)
    try await eventually("the connection has failed") { call.caller.connectionState == .failed }
    await call.close()
  }

  private func names(of events: EventSequence<RTCDtlsTransportEvent>) async -> [String] {
    var names: [String] = []
    for await event in events { names.append(Self.name(event)) }
    return names
  }

  private static func name(_ event: RTCDtlsTransportEvent) -> String {
    switch event {
    case .stateChange(let state): state.rawValue
    case .error(let error): error.errorDetail.rawValue
    }
  }
}
