import RTCBase
import RTCEngine
import RTCSCTP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Data channels between two engines")
struct DataChannelTests {
  @Test("DC-01, DC-02, DC-04: a channel opens on both sides with what it was made with, and a number by the DTLS role")
  func opening() throws {
    let call = DataCall()
    let options = DataChannelOptions(
      label: "grüße", subprotocol: "p", isOrdered: false, reliability: .retransmissions(3), priority: 1_024)
    let channel = try call.open(options, by: call.caller)
    try call.connect()
    let remote = try #require(call.callee.arrivedChannels.first)
    let theirs = try #require(call.callee.channel(remote))
    #expect(theirs.options.label == "grüße" && theirs.options.subprotocol == "p")
    #expect(!theirs.options.isOrdered && theirs.options.reliability == .retransmissions(3))
    #expect(theirs.options.priority == 1_024 && theirs.isRemote)
    let ours = try #require(call.caller.channel(channel))
    #expect(ours.id == theirs.id && ours.state == .open && theirs.state == .open)
    // The answerer is the DTLS client, so the offerer's channels have odd numbers (RFC 8832 §6).
    #expect(ours.id == 1)
    #expect(call.callee.dataEvents.filter { $0 == .channelArrived(remote) }.count == 1)
    let back = try call.open(DataChannelOptions(), by: call.callee)
    #expect(call.callee.channel(back)?.id == 0)
    let sctp = try #require(call.caller.sctp)
    #expect(sctp.state == .connected && sctp.maximumMessageSize == 262_144)
  }

  @Test("DC-05: text, binary and empty messages, both ways, in order and as they were")
  func messages() throws {
    let call = DataCall()
    let channel = try call.open(DataChannelOptions(), by: call.caller)
    try call.connect()
    let remote = try #require(call.callee.arrivedChannels.first)
    let sent: [DataChannelMessage] = [
      DataChannelMessage(text: "hello"), DataChannelMessage(.binary, [0, 255, 1]), DataChannelMessage(text: ""),
      DataChannelMessage(.binary, []), DataChannelMessage(text: "🎈"),
    ]
    for message in sent {
      try call.send(message, on: channel, by: call.caller)
      try call.send(message, on: remote, by: call.callee)
    }
    call.simulation.run(for: .seconds(1))
    #expect(call.callee.received(on: remote) == sent)
    #expect(call.caller.received(on: channel) == sent)
  }

  @Test("DC-09: 256 KiB arrive whole, at 2 % loss")
  func largeMessages() throws {
    let call = DataCall(impairments: .init(delay: .milliseconds(10), loss: 0.02))
    let channel = try call.open(DataChannelOptions(), by: call.caller)
    try call.connect()
    let large = DataChannelMessage(.binary, RandomSource.seeded(4).bytes(262_144))
    for _ in 0..<3 { try call.send(large, on: channel, by: call.caller) }
    call.simulation.run(for: .seconds(60)) { call.callee.messages.values.first?.count == 3 }
    let remote = try #require(call.callee.arrivedChannels.first)
    #expect(call.callee.received(on: remote) == [large, large, large])
    #expect(call.caller.bufferedAmount(of: channel) == 0)
  }

  @Test("DC-08: negotiated channels need no announcement")
  func negotiated() throws {
    let call = DataCall()
    let options = DataChannelOptions(label: "n", isNegotiated: true, id: 7)
    let ours = try call.open(options, by: call.caller)
    let theirs = try call.open(options, by: call.callee)
    try call.connect()
    #expect(call.callee.arrivedChannels.isEmpty && call.caller.arrivedChannels.isEmpty)
    try call.send(DataChannelMessage(text: "x"), on: ours, by: call.caller)
    call.simulation.run(for: .seconds(1))
    #expect(call.callee.received(on: theirs) == [DataChannelMessage(text: "x")])
  }

  @Test("DC-10: under loss a channel without retransmission loses messages, and a reliable one none")
  func unreliable() throws {
    let call = DataCall(seed: 3, impairments: .init(delay: .milliseconds(20), loss: 0.1))
    let lossy = try call.open(
      DataChannelOptions(label: "lossy", isOrdered: false, reliability: .retransmissions(0)), by: call.caller)
    let reliable = try call.open(DataChannelOptions(label: "reliable"), by: call.caller)
    try call.connect(channels: 2)
    for number in 0..<200 {
      try call.send(DataChannelMessage(text: "\(number)"), on: lossy, by: call.caller)
      try call.send(DataChannelMessage(text: "\(number)"), on: reliable, by: call.caller)
      call.simulation.run(for: .milliseconds(10))
    }
    call.simulation.run(for: .seconds(5))
    var received: [String: [DataChannelMessage]] = [:]
    for channel in call.callee.arrivedChannels {
      let label = try #require(call.callee.channel(channel)).options.label
      received[label] = call.callee.received(on: channel)
    }
    #expect(received["reliable"] == (0..<200).map { DataChannelMessage(text: "\($0)") })
    let kept = received["lossy"]?.count ?? 0
    #expect(kept > 140 && kept < 200)
    #expect(Set(received["lossy"] ?? []).count == kept)
  }

  @Test("DC-03, DC-12: a channel closes on both sides once, behind what was sent, and its number is free again")
  func closing() throws {
    for closesCaller in [true, false] {
      let call = DataCall()
      let channel = try call.open(DataChannelOptions(label: "one"), by: call.caller)
      try call.connect()
      let remote = try #require(call.callee.arrivedChannels.first)
      let (closer, other) = closesCaller ? (call.caller, call.callee) : (call.callee, call.caller)
      let (near, far) = closesCaller ? (channel, remote) : (remote, channel)
      try call.send(DataChannelMessage(text: "last"), on: near, by: closer)
      call.close(near, by: closer)
      #expect(throws: DataChannelError.notOpen) {
        try call.send(DataChannelMessage(text: "late"), on: near, by: closer)
      }
      call.simulation.run(for: .seconds(2))
      #expect(other.received(on: far) == [DataChannelMessage(text: "last")])
      #expect(other.dataEvents.filter { $0 == .closing(far) }.count == 1)
      #expect(!closer.dataEvents.contains(.closing(near)))
      for (peer, handle) in [(closer, near), (other, far)] {
        #expect(peer.closedChannels.map(\.channel) == [handle])
        #expect(peer.closedChannels[0].failure == nil)
        peer.engine.releaseDataChannel(handle)
      }
      let again = try call.open(DataChannelOptions(label: "two"), by: call.caller)
      #expect(call.caller.channel(again)?.id == 1)
      call.simulation.run(for: .seconds(1))
      #expect(call.callee.arrivedChannels.count == 2)
    }
  }

  @Test("DC-13: a connection that closes ends the peer's channels with an error that names the abort")
  func connectionClosed() throws {
    let call = DataCall()
    let channel = try call.open(DataChannelOptions(), by: call.caller)
    try call.connect()
    call.callee.engine.close(now: call.simulation.now)
    call.simulation.run(for: .seconds(1))
    #expect(call.caller.closedChannels.map(\.channel) == [channel])
    guard case .association(let failure) = try #require(call.caller.closedChannels.first).failure else {
      Issue.record("the association did not fail")
      return
    }
    #expect(failure.reason == .abortedByPeer && failure.causeCode == 12)
    #expect(call.caller.sctp?.state == .closed)
    #expect(throws: WebRTCError.self) { try call.open(DataChannelOptions(), by: call.caller) }
  }

  @Test("DC-13: a rejected section ends the channels that wait for it")
  func rejected() throws {
    let simulation = Simulation(seed: 2)
    let caller = simulation.addPeer("caller") { $0.jsep.supportsDataChannels = true }
    let callee = simulation.addPeer("callee") { $0.jsep.supportsDataChannels = false }
    _ = try caller.engine.updateModel(now: .zero) { model throws(WebRTCError) in
      try model.addTransceiver(.audio)
    }
    let channel = try caller.engine.openDataChannel(DataChannelOptions(), now: .zero)
    try simulation.negotiate(caller, callee)
    simulation.run(for: .seconds(2))
    #expect(caller.connectionState == .connected)
    #expect(caller.closedChannels.map(\.channel) == [channel])
  }

  @Test("SC-01: peers without any SRTP profile in common still have data channels")
  func withoutSRTP() throws {
    let call = DataCall { $0.srtpProfiles = [] }
    _ = try call.open(DataChannelOptions(), by: call.caller)
    try call.connect()
    #expect(call.caller.connectionState == .connected)
  }

  @Test("DC-16: 1,000 channels open, carry a message and close")
  func manyChannels() throws {
    let call = DataCall()
    let channels = try (0..<1_000).map { try call.open(DataChannelOptions(label: "\($0)"), by: call.caller) }
    try call.connect(channels: 1_000)
    for channel in channels { try call.send(DataChannelMessage(text: "x"), on: channel, by: call.caller) }
    call.simulation.run(for: .seconds(10)) { call.callee.messages.count == 1_000 }
    #expect(call.callee.messages.values.allSatisfy { $0.count == 1 } && call.callee.messages.count == 1_000)
    for channel in channels { call.close(channel, by: call.caller) }
    call.simulation.run(for: .seconds(20)) {
      call.callee.closedChannels.count == 1_000 && call.caller.closedChannels.count == 1_000
    }
    #expect(Set(call.caller.closedChannels.map(\.channel)) == Set(channels))
    #expect(Set(call.callee.closedChannels.map(\.channel)) == Set(call.callee.arrivedChannels))
  }

  @Test("ST-09: statistics count channels and their messages")
  func statistics() throws {
    let call = DataCall()
    let channel = try call.open(DataChannelOptions(label: "l", subprotocol: "p"), by: call.caller)
    try call.connect()
    for text in ["a", "bcd"] { try call.send(DataChannelMessage(text: text), on: channel, by: call.caller) }
    call.simulation.run(for: .seconds(1))
    func stats(_ peer: SimulatedPeer) -> (RTCDataChannelStats?, RTCPeerConnectionStats) {
      let known = peer.engine.makeStatistics(now: call.simulation.now)
      return (known.dataChannels.first, known.connection)
    }
    let (sent, connection) = stats(call.caller)
    #expect(sent?.label == "l" && sent?.protocol == "p" && sent?.dataChannelIdentifier == 1 && sent?.state == .open)
    #expect(sent?.messagesSent == 2 && sent?.bytesSent == 4 && sent?.messagesReceived == 0)
    #expect(connection.dataChannelsOpened == 1 && connection.dataChannelsClosed == 0)
    let (received, _) = stats(call.callee)
    #expect(received?.messagesReceived == 2 && received?.bytesReceived == 4)
    call.close(channel, by: call.caller)
    call.simulation.run(for: .seconds(1))
    let (closed, after) = stats(call.caller)
    #expect(closed?.state == .closed && after.dataChannelsClosed == 1)
  }
}
