import RTCBase
import RTCTestKit
import Testing

@Suite("What a test asks of a simulation")
struct SimulationControlTests {
  private func makeCall(
    _ kinds: [MediaStreamTrackKind] = [], crypto: Simulation.Crypto = .deterministic, connect: Bool = true
  ) throws -> (simulation: Simulation, alice: SimulatedPeer, bob: SimulatedPeer) {
    let simulation = Simulation(seed: 9, impairments: .init(delay: .milliseconds(20)), crypto: crypto)
    let modest = SimulatedPeer.Configuration(startBitrate: 200_000, maximumBitrate: 300_000)
    let (alice, bob) = (
      simulation.addPeer("alice", configuration: modest), simulation.addPeer("bob", configuration: modest)
    )
    if connect {
      try simulation.connect(alice, bob, sending: kinds)
      simulation.run(for: Duration.seconds(2))
    }
    return (simulation, alice, bob)
  }

  @Test("Channels are opened by either side, carry text and bytes, and close; observers may answer from another peer")
  func dataChannels() throws {
    let (simulation, alice, bob) = try makeCall(connect: false)
    var events: [String] = []
    let channel = try alice.createDataChannel("chat", init: .init(ordered: false, protocol: "p"))
    channel.onOpen = { events.append("open") }
    channel.onClose = { events.append("close") }
    bob.onDataChannel = { arrived in
      events.append("arrived")
      // The sender of the message answers itself, at the time of its arrival.
      arrived.onMessage = { _ in try? channel.send([7]) }
    }
    #expect(throws: WebRTCError.self) { try channel.send("too early") }
    try simulation.connect(alice, bob, sending: [])
    simulation.run(for: Duration.seconds(2))
    #expect(events == ["open", "arrived"] || events == ["arrived", "open"])
    let other = try #require(bob.dataChannels.first)
    #expect(other.label == "chat" && other.protocol == "p" && !other.isOrdered && other.isRemote && !channel.isRemote)
    #expect(other.id == channel.id && other.id != nil)
    let sent = simulation.time
    try channel.send("")
    simulation.run(for: Duration.milliseconds(100))
    #expect(other.messages.prefix(2) == [.text(""), .binary([7])])
    // A round trip and no more: what an observer sends leaves at once.
    #expect(other.arrivals[0].time == sent + .milliseconds(20) && other.arrivals[1].time == sent + .milliseconds(40))
    #expect(throws: WebRTCError.self) { try channel.send([UInt8](repeating: 0, count: 300_000)) }

    other.onMessage = nil
    let second = try bob.createDataChannel("second", init: .init(negotiated: true, id: 40))
    #expect(throws: WebRTCError.self) { try bob.createDataChannel("again", init: .init(negotiated: true, id: 40)) }
    #expect(second.id == 40)
    other.close()
    simulation.run(for: Duration.seconds(1))
    #expect(channel.readyState == .closed && events.last == "close")
    #expect(throws: WebRTCError.self) { try channel.send("too late") }
    #expect(simulation.failures == [])
  }

  @Test("Frames that a closure makes arrive in order, at its interval, with key frames when they are needed")
  func ownFrames() throws {
    let (simulation, alice, bob) = try makeCall(connect: false)
    var requests: [SimulatedSender.Request] = []
    let video = try alice.addTrack(
      .video,
      source: .frames(every: .milliseconds(50)) { request in
        requests.append(request)
        guard requests.count % 10 != 0 else { return nil }
        return .picture(carrying: [UInt8(truncatingIfNeeded: requests.count)], isKeyFrame: request.needsKeyFrame)
      })
    let audio = try alice.addTrack(.audio, source: .manual)
    #expect(!audio.send(.sound(carrying: [1])), "nothing is connected")
    var frames: [SimulatedPeer.ReceivedFrame] = []
    bob.onFrame = { frames.append($0) }
    var states: [RTCPeerConnectionState] = []
    alice.onStateChange = { states.append($0) }
    try simulation.connect(alice, bob, sending: [])
    simulation.run(for: Duration.seconds(4))
    #expect(states == [.connecting, .connected])
    #expect(requests[0].needsKeyFrame && !requests[5].needsKeyFrame && (50_000...300_000).contains(requests[5].bitrate))
    #expect(zip(requests, requests.dropFirst()).allSatisfy { $1.time - $0.time == .milliseconds(50) })
    let numbers = frames.map { Int($0.payload[0]) }
    #expect(
      numbers == (1..<numbers.count + numbers.count / 9 + 1).filter { $0 % 10 != 0 }.prefix(numbers.count).map { $0 })
    #expect(numbers.count > 60 && frames[0].isKeyFrame && frames[0].kind == .video && frames[0].mid == video.mid)
    #expect(frames[0].mimeType == "video/VP8")
    // 50 ms of 90 kHz.
    #expect(frames[2].rtpTimestamp &- frames[1].rtpTimestamp == 4_500)
    #expect(bob.videoArrivals == frames.map(\.time))

    frames = []
    for number in UInt8(0)..<20 {
      simulation.schedule(after: .milliseconds(20) * Int(number)) { audio.send(.sound(carrying: [number])) }
    }
    try alice.removeTrack(video)
    simulation.run(for: Duration.seconds(2))
    let sounds = frames.filter { $0.kind == .audio }
    #expect(sounds.map { $0.payload[0] } == Array(0..<20) && sounds[0].mimeType.lowercased() == "audio/opus")
    #expect(throws: WebRTCError.self) { try alice.removeTrack(video) }
    #expect(alice.senders.count == 1 && requests.last.map { $0.time < .seconds(4.1) } == true)
  }

  @Test("A track's own limit and its peer's hold")
  func bitrates() throws {
    let (simulation, alice, _) = try makeCall([.video])
    let sender = try #require(alice.senders.first)
    simulation.run(for: Duration.seconds(3))
    #expect(sender.isActive && sender.maximumBitrate == nil && (200_000...300_000).contains(sender.bitrate))
    try sender.setMaximumBitrate(100_000)
    simulation.run(for: Duration.seconds(1))
    #expect(sender.maximumBitrate == 100_000 && sender.bitrate <= 100_000 && sender.bitrate > 50_000)
  }

  @Test("Key frames are asked of whoever encodes")
  func keyFrames() throws {
    let (simulation, alice, bob) = try makeCall(connect: false)
    let video = try alice.addTrack(.video, source: .manual)
    var asked = 0
    video.onKeyFrameRequest = { asked += 1 }
    try simulation.connect(alice, bob, sending: [])
    simulation.run(for: Duration.seconds(2))
    // Pictures that cannot be decoded without one.
    for number in UInt8(0)..<20 {
      simulation.schedule(after: .milliseconds(50) * Int(number)) {
        video.send(.picture(carrying: [number], isKeyFrame: false))
      }
    }
    simulation.run(for: Duration.seconds(2))
    #expect(asked > 0 && bob.videoArrivals.isEmpty)
  }

  @Test("Signalling takes its time, and descriptions are changed on their way")
  func signalling() throws {
    let (simulation, alice, bob) = try makeCall([.audio])
    for peer in [alice.localDescription, bob.remoteDescription] { #expect(peer?.sdp.contains("stream-alice") == true) }
    simulation.signallingDelay = .seconds(1)
    try simulation.negotiate(by: alice) { $0.replacing("a=sendrecv", with: "a=sendonly") }
    simulation.run(for: Duration.milliseconds(900))
    #expect(bob.remoteDescription?.sdp.contains("a=sendonly") == false)
    simulation.run(for: Duration.milliseconds(1_200))
    #expect(bob.remoteDescription?.sdp.contains("a=sendonly") == true)
  }

  @Test("Every datagram is seen as it is sent, and hashes tell runs apart only by what was sent")
  func datagrams() throws {
    let simulation = Simulation(seed: 2, impairments: .init(delay: .milliseconds(20), loss: 0.2))
    simulation.hashesTraffic = true
    var seen: [VirtualNetwork.Datagram] = []
    simulation.onSentDatagram = { seen.append($0) }
    let (alice, bob) = (simulation.addPeer("alice"), simulation.addPeer("bob"))
    try simulation.connect(alice, bob, sending: [.audio])
    simulation.run(for: Duration.seconds(3))
    let there = simulation.network.statistics(from: "10.0.0.1", to: "10.0.0.2")
    #expect(seen.filter { $0.source.host == "10.0.0.1" }.count == there.sentCount && there.lostCount > 0)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.time <= $1.time })
    #expect(alice.trafficHash != bob.trafficHash && simulation.trafficHash != alice.trafficHash)
  }

  @Test("A peer that closes tells the other")
  func closing() throws {
    let (simulation, alice, bob) = try makeCall([.audio])
    alice.close()
    simulation.run(for: Duration.seconds(8))
    #expect(alice.connectionState == .closed && bob.connectionState == .disconnected)
    #expect(bob.audioArrivals.last.map { $0 < .seconds(2.2) } == true)
    #expect(throws: WebRTCError.self) { try alice.addTrack(.audio) }
    #expect(throws: WebRTCError.self) { try alice.createDataChannel("late") }
  }

  @Test("A simulation and its peers are freed, whatever their observers hold")
  func lifetime() throws {
    weak var simulation: Simulation?
    weak var peer: SimulatedPeer?
    var channel: SimulatedDataChannel?
    do {
      let call = try makeCall([.audio])
      (simulation, peer) = (call.simulation, call.alice)
      channel = try call.alice.createDataChannel("left")
      call.alice.onFrame = { [weak peer = call.alice] _ in _ = peer?.statistics }
      call.simulation.run(for: Duration.seconds(1))
    }
    #expect(simulation == nil && peer == nil)
    #expect(channel?.readyState == .closed && channel?.messages == [])
    #expect(throws: WebRTCError.self) { try channel?.send("nobody") }
  }

  @Test("With OpenSSL a call connects, talks and sends data, and captures show what it protects")
  func openSSL() throws {
    let (simulation, alice, bob) = try makeCall(crypto: .openSSL, connect: false)
    simulation.capture = PacketCapture(.decrypted)
    let channel = try alice.createDataChannel("real")
    try simulation.connect(alice, bob, sending: [.audio])
    simulation.run(for: Duration.seconds(2))
    try channel.send("hello")
    simulation.run(for: Duration.seconds(1))
    #expect(simulation.failures == [] && alice.connectionState == .connected)
    #expect(bob.dataChannels.first?.messages == [.text("hello")] && bob.audioArrivals.count > 80)
    let bytes = try #require(simulation.capture?.bytes)
    let sound = [UInt8](repeating: 0x55, count: 75)
    #expect(bytes.count > 10_000 && bytes.contains(sound))
    #expect(!bytes.contains(Array("hello".utf8)))
  }
}
