import RTCTestKit
import Testing

// The programs of docs/testing.md and of TestKit's own documentation, which show them word for word. Public API only.

@Test("A call survives three seconds without a path")
func blackhole() throws {
  let simulation = Simulation(seed: 7, impairments: .init(delay: .milliseconds(25), loss: 0.03))
  let alice = simulation.addPeer("alice")
  let bob = simulation.addPeer("bob")
  try simulation.connect(alice, bob)
  #expect(simulation.run(for: .seconds(5)) { alice.connectionState == .connected && bob.connectionState == .connected })

  simulation.network.setAllImpairments(.blackhole)
  simulation.run(for: .seconds(3))
  simulation.network.setAllImpairments(.init(delay: .milliseconds(25), loss: 0.03))
  let end = simulation.time
  simulation.run(for: .seconds(2))

  #expect(simulation.failures == [])
  #expect(bob.videoArrivals.contains { $0 > end && $0 < end + .milliseconds(700) })
  #expect(bob.audioArrivals.contains { $0 > end && $0 < end + .milliseconds(300) })
}

@Test("The same seed gives the same bytes, another seed others")
func reproducible() throws {
  func hash(seed: UInt64) throws -> UInt64 {
    let simulation = Simulation(seed: seed, impairments: .init(delay: .milliseconds(25), jitter: .milliseconds(10)))
    simulation.hashesTraffic = true
    try simulation.connect(simulation.addPeer("alice"), simulation.addPeer("bob"), sending: [.audio])
    simulation.run(for: .seconds(3))
    return simulation.trafficHash
  }
  #expect(try hash(seed: 1) == hash(seed: 1))
  #expect(try hash(seed: 1) != hash(seed: 2))
}

func playTimeline(of path: String, in simulation: Simulation) throws {
  simulation.play(try NetworkTimeline(contentsOfFile: path))
  simulation.run(for: .seconds(12))
}

@Test("A question is answered over a data channel")
func dataChannel() throws {
  let simulation = Simulation(seed: 1, impairments: .init(delay: .milliseconds(40), loss: 0.1))
  let client = simulation.addPeer("client")
  let server = simulation.addPeer("server")
  server.onDataChannel = { channel in
    channel.onMessage = { [unowned channel] message in
      if case .text(let text) = message { try? channel.send("you said \(text)") }
    }
  }
  let channel = try client.createDataChannel("questions", init: .init(maxRetransmits: 10))
  try simulation.connect(client, server, sending: [])
  #expect(simulation.run(for: .seconds(10)) { channel.readyState == .open })
  try channel.send("hello")
  #expect(simulation.run(for: .seconds(5)) { channel.messages == [.text("you said hello")] })
}

/// Stands for the program's own encoder.
struct Encoder {
  var count = 0

  mutating func encode(bitrate: Int, keyFrame: Bool) -> [UInt8] {
    count += 1
    return Array("picture \(count)".utf8) + [UInt8](repeating: 0, count: bitrate / 8 / 10)
  }
}

@Test("Frames of one's own arrive whole, at a rate that the path allows")
func ownFrames() throws {
  let simulation = Simulation(seed: 3, impairments: .init(delay: .milliseconds(30), rate: 400_000))
  let configuration = SimulatedPeer.Configuration(startBitrate: 300_000, maximumBitrate: 2_000_000)
  let sender = simulation.addPeer("sender", configuration: configuration)
  let receiver = simulation.addPeer("receiver")

  var encoder = Encoder()
  let source = SimulatedSender.Source.frames(every: .milliseconds(100)) { request in
    let bytes = encoder.encode(bitrate: request.bitrate, keyFrame: request.needsKeyFrame)
    return .picture(carrying: bytes, isKeyFrame: request.needsKeyFrame)
  }
  let track = try sender.addTrack(.video, source: source)
  var received: [SimulatedPeer.ReceivedFrame] = []
  receiver.onFrame = { received.append($0) }

  try simulation.connect(sender, receiver, sending: [])
  simulation.run(for: .seconds(20))
  #expect(received.first?.isKeyFrame == true && received.count > 150)
  #expect(received.allSatisfy { $0.payload.starts(with: "picture ".utf8) })
  #expect((200_000..<400_000).contains(track.bitrate))
}

@Test("A second camera joins a call, and leaves it")
func renegotiation() throws {
  let simulation = Simulation(seed: 4, impairments: .init(delay: .milliseconds(30)))
  let alice = simulation.addPeer("alice")
  let bob = simulation.addPeer("bob")
  try simulation.connect(alice, bob, sending: [.audio])
  simulation.run(for: .seconds(2))

  let camera = try alice.addTrack(.video)
  try simulation.negotiate(by: alice)
  #expect(simulation.run(for: .seconds(2)) { bob.videoArrivals.count > 20 })

  try alice.removeTrack(camera)
  try simulation.negotiate(by: alice)
  simulation.run(for: .seconds(1))
  let count = bob.videoArrivals.count
  simulation.run(for: .seconds(1))
  #expect(bob.videoArrivals.count == count && bob.connectionState == .connected)
}

@Test("Two homes find a way through their translators, two strict companies do not")
func translators() throws {
  for (behavior, isReachable) in [(NATBehavior.portRestrictedCone, true), (.symmetric, false)] {
    let simulation = Simulation(seed: 5, impairments: .init(delay: .milliseconds(30)))
    let alice = simulation.addPeer("alice")
    let bob = simulation.addPeer("bob")
    simulation.addNAT(behavior, outside: "203.0.113.1", inside: alice)
    simulation.addNAT(behavior, outside: "203.0.113.2", inside: bob)
    try simulation.connect(alice, bob, sending: [.audio])
    simulation.run(for: .seconds(40))
    #expect(alice.connectionState == (isReachable ? .connected : .failed))
  }
}

func capture(to path: String) throws {
  let simulation = Simulation(seed: 6)
  simulation.capture = PacketCapture(.decrypted)
  try simulation.connect(simulation.addPeer("alice"), simulation.addPeer("bob"))
  simulation.run(for: .seconds(2))
  try simulation.capture?.write(toFile: path)
}

@Test("Nine set-ups in ten with OpenSSL take less than half a second at a round trip of 50 ms and 20 ms of jitter")
func distribution() throws {
  var times: [Duration] = []
  for seed in 1...UInt64(20) {
    let path = NetworkImpairments(delay: .milliseconds(25), jitter: .milliseconds(20))
    let simulation = Simulation(seed: seed, impairments: path, crypto: .openSSL)
    let peers = ["alice", "bob"].map { simulation.addPeer($0) }
    try simulation.connect(peers[0], peers[1], sending: [.audio])
    simulation.run(for: .seconds(30)) { peers.allSatisfy { $0.connectionState == .connected } }
    times.append(simulation.time)
  }
  times.sort()
  #expect(times[9] < .milliseconds(450) && times[17] < .milliseconds(500))
}

@Test("The network alone carries any program's datagrams")
func networkAlone() throws {
  var network = VirtualNetwork(seed: 1, impairments: .init(delay: .milliseconds(40), rate: 1_000_000))
  let alice = try #require(VirtualAddress(host: "10.0.0.1", port: 5_000))
  let bob = try #require(VirtualAddress(host: "10.0.0.2", port: 5_000))
  network.send([1, 2, 3], from: alice, to: bob, at: .zero)
  while let time = network.nextArrival {
    while let datagram = network.receive(at: time) { print(datagram.source, datagram.bytes, datagram.time) }
  }
}

// MARK: In the documentation of types

func simulationExample() throws {
  let simulation = Simulation(seed: 7, impairments: .init(delay: .milliseconds(25), loss: 0.03))
  let alice = simulation.addPeer("alice")
  let bob = simulation.addPeer("bob")
  try simulation.connect(alice, bob)
  simulation.play(try NetworkTimeline(parsing: "4 * blackhole\n7 * delay=25ms"))
  simulation.run(for: .seconds(10))
  #expect(simulation.failures == [])
  #expect(alice.connectionState == .connected && bob.videoArrivals.count > 150)
}

func dataChannelExample(_ simulation: Simulation, _ alice: SimulatedPeer, _ bob: SimulatedPeer) throws {
  let channel = try alice.createDataChannel("chat")
  try simulation.connect(alice, bob, sending: [])
  simulation.run(for: .seconds(5)) { channel.readyState == .open }
  try channel.send("hello")
  simulation.run(for: .seconds(1))
  #expect(bob.dataChannels[0].messages == [.text("hello")])
}

func networkExample(
  _ bytes: [UInt8], _ alice: VirtualAddress, _ bob: VirtualAddress, take: (VirtualNetwork.Datagram) -> Void
) {
  var network = VirtualNetwork(seed: 7, impairments: .init(delay: .milliseconds(25), loss: 0.03))
  network.send(bytes, from: alice, to: bob, at: .zero)
  while let time = network.nextArrival {
    while let datagram = network.receive(at: time) { take(datagram) }
  }
}
