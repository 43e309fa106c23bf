import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Data channels") struct DataChannelSessionTests {
  typealias Simulation = SCTPSimulation<DataChannelSession>

  @Test("DC-02: identifiers are even for the DTLS client, odd for the server, and unknown before") func identifiers()
    throws
  {
    var simulation = Simulation.channels()
    let before = try simulation.endpoints[0].open(DataChannelOptions(label: "a"), now: simulation.now)
    let negotiated = try simulation.endpoints[0].open(
      DataChannelOptions(isNegotiated: true, id: 0), now: simulation.now)
    #expect(simulation.endpoints[0].description(of: before)?.id == nil)
    #expect(simulation.endpoints[0].description(of: negotiated)?.id == 0)
    simulation.start()
    let after = try simulation.endpoints[0].open(DataChannelOptions(), now: simulation.now)
    let others = try (0..<2).map { _ in try simulation.endpoints[1].open(DataChannelOptions(), now: simulation.now) }
    #expect(simulation.endpoints[0].description(of: before)?.id == 2)
    #expect(simulation.endpoints[0].description(of: after)?.id == 4)
    #expect(others.map { simulation.endpoints[1].description(of: $0)?.id } == [1, 3])
    #expect(throws: DataChannelError.identifierInUse) {
      try simulation.endpoints[0].open(DataChannelOptions(isNegotiated: true, id: 4), now: simulation.now)
    }
    #expect(throws: DataChannelError.invalidOptions) {
      try simulation.endpoints[0].open(DataChannelOptions(isNegotiated: true, id: 65_535), now: simulation.now)
    }
    #expect(throws: DataChannelError.invalidOptions) {
      try simulation.endpoints[0].open(DataChannelOptions(isNegotiated: true), now: simulation.now)
    }
  }

  @Test("DC-04: a channel is announced open, with its options, and its first messages wait for the reader")
  func announcement() throws {
    var simulation = Simulation.channels()
    let options = DataChannelOptions(
      label: "çhat", subprotocol: "v1", isOrdered: false, reliability: .retransmissions(3), priority: 1_024)
    let local = try simulation.endpoints[0].open(options, now: simulation.now)
    simulation.start()
    let isOpen = simulation.run(for: .seconds(2), until: { $0.endpoints[0].description(of: local)?.state == .open })
    #expect(isOpen)
    // Before the peer had a chance to acknowledge anything.
    try simulation.endpoints[0].send(DataChannelMessage(text: "first"), on: local, now: simulation.now)
    simulation.run(for: .seconds(1))
    let events = simulation.channelEvents(at: 1)
    let remote = try #require(simulation.handle(of: 0, at: 1))
    #expect(
      events == [
        .associationChanged(.connecting), .associationChanged(.connected), .channelArrived(remote), .opened(remote),
        .messagesAvailable(remote),
      ])
    let description = try #require(simulation.endpoints[1].description(of: remote))
    #expect(description.isRemote && description.state == .open && description.options == options)
    let messages = simulation.messages(at: 1, from: remote)
    #expect(messages == [DataChannelMessage(text: "first")])
    let own = simulation.channelEvents(at: 0)
    #expect(
      own == [
        .associationChanged(.connecting), .associationChanged(.connected), .opened(local), .bufferedAmountLow(local),
      ])
  }

  @Test("DC-05: text, binary and empty messages keep their kind") func kinds() throws {
    var simulation = Simulation.connectedChannels()
    let (local, remote) = try simulation.open()
    let sent = [
      DataChannelMessage(text: "grüße 🐦"), DataChannelMessage(.binary, [0, 255]), DataChannelMessage(text: ""),
      DataChannelMessage(.binary, []), DataChannelMessage(.binary, TransferTests.pattern(262_144)),
    ]
    for message in sent { try simulation.endpoints[0].send(message, on: local, now: simulation.now) }
    simulation.run(for: .seconds(2))
    let received = simulation.messages(at: 1, from: remote)
    #expect(received == sent)
    try simulation.endpoints[1].send(DataChannelMessage(text: "back"), on: remote, now: simulation.now)
    simulation.run(for: .seconds(1))
    let back = simulation.messages(at: 0, from: local)
    #expect(back == [DataChannelMessage(text: "back")])

    let statistics = try #require(simulation.endpoints[0].description(of: local)?.statistics)
    #expect(statistics.messagesSent == 5 && statistics.bytesSent == UInt64(sent.reduce(0) { $0 + $1.bytes.count }))
    #expect(statistics.messagesReceived == 1 && statistics.bytesReceived == 4)
  }

  @Test("DC-07: the buffered amount is exact and the low threshold is told once per crossing") func bufferedAmount()
    throws
  {
    var simulation = Simulation.channels()
    let negotiated = DataChannelOptions(isNegotiated: true, id: 7)
    let local = try simulation.endpoints[0].open(negotiated, now: simulation.now)
    let remote = try simulation.endpoints[1].open(negotiated, now: simulation.now)
    #expect(throws: DataChannelError.notOpen) {
      try simulation.endpoints[0].send(DataChannelMessage(text: "early"), on: local, now: simulation.now)
    }
    simulation.start()
    simulation.run(for: .seconds(1))
    _ = simulation.channelEvents(at: 0)
    simulation.endpoints[0].setBufferedAmountLowThreshold(50_000, of: local)
    try simulation.endpoints[0].send(
      DataChannelMessage(.binary, TransferTests.pattern(100_000)), on: local, now: simulation.now)
    try simulation.endpoints[0].send(DataChannelMessage(text: ""), on: local, now: simulation.now)
    try simulation.endpoints[0].send(DataChannelMessage(text: "four"), on: local, now: simulation.now)
    #expect(simulation.endpoints[0].bufferedAmount(of: local) == 100_004)
    simulation.run(for: .seconds(2))
    #expect(simulation.endpoints[0].bufferedAmount(of: local) == 0)
    let events = simulation.channelEvents(at: 0)
    #expect(events == [.bufferedAmountLow(local)])
    let received = simulation.messages(at: 1, from: remote)
    #expect(received.map(\.bytes.count) == [100_000, 0, 4])
  }

  @Test(
    "DC-03 DC-12: a channel closes on both sides, in order and once, and its number is used again", arguments: [0, 1])
  func closing(_ closer: Int) throws {
    var simulation = Simulation.connectedChannels()
    let (local, remote) = try simulation.open()
    let handles = [local, remote]
    for index in 0..<2 { _ = simulation.channelEvents(at: index) }
    try simulation.endpoints[closer].send(DataChannelMessage(text: "last"), on: handles[closer], now: simulation.now)
    simulation.endpoints[closer].close(handles[closer], now: simulation.now)
    #expect(simulation.endpoints[closer].description(of: handles[closer])?.state == .closing)
    #expect(throws: DataChannelError.notOpen) {
      try simulation.endpoints[closer].send(DataChannelMessage(text: "late"), on: handles[closer], now: simulation.now)
    }
    simulation.run(for: .seconds(3))
    let other = handles[1 - closer]
    let own = simulation.channelEvents(at: closer)
    #expect(own == [.bufferedAmountLow(handles[closer]), .closed(handles[closer], nil)])
    let others = simulation.channelEvents(at: 1 - closer)
    #expect(others == [.messagesAvailable(other), .closing(other), .closed(other, nil)])
    let messages = simulation.messages(at: 1 - closer, from: other)
    #expect(messages == [DataChannelMessage(text: "last")])
    simulation.endpoints[1 - closer].release(other)
    #expect(simulation.endpoints[1 - closer].description(of: other) == nil)

    let (again, _) = try simulation.open()
    #expect(simulation.endpoints[0].description(of: again)?.id == 0)
    #expect(again != local)
    try simulation.endpoints[0].send(DataChannelMessage(text: "anew"), on: again, now: simulation.now)
    simulation.run(for: .seconds(1))
    let fresh = try #require(simulation.handle(of: 0, at: 1))
    let anew = simulation.messages(at: 1, from: fresh)
    #expect(anew == [DataChannelMessage(text: "anew")])
  }

  @Test("SC-01: a peer that is faster connects before this side has begun")
  func lateStart() throws {
    var simulation = Simulation.channels()
    let local = try simulation.endpoints[0].open(DataChannelOptions(label: "late"), now: simulation.now)
    simulation.endpoints[1].start(role: .server, remotePort: 5_000, now: simulation.now)
    simulation.run(for: .seconds(1))
    #expect(simulation.endpoints[0].state == .connected)
    #expect(simulation.endpoints[0].description(of: local)?.state == .connecting)
    simulation.endpoints[0].start(role: .client, remotePort: 5_000, now: simulation.now)
    #expect(simulation.endpoints[0].description(of: local)?.state == .open)
    simulation.run(for: .seconds(1))
    #expect(simulation.handle(of: 0, at: 1) != nil)
  }

  @Test("DC-08: a message on a negotiated channel waits until this side has negotiated it too")
  func lateNegotiation() throws {
    var simulation = Simulation.connectedChannels()
    let options = DataChannelOptions(isNegotiated: true, id: 300)
    let local = try simulation.endpoints[0].open(options, now: simulation.now)
    try simulation.endpoints[0].send(DataChannelMessage(text: "early"), on: local, now: simulation.now)
    simulation.run(for: .seconds(1))
    let remote = try simulation.endpoints[1].open(options, now: simulation.now)
    let received = simulation.messages(at: 1, from: remote)
    #expect(received == [DataChannelMessage(text: "early")])
    let events = simulation.channelEvents(at: 1)
    #expect(events == [.opened(remote), .messagesAvailable(remote)])
  }

  @Test("DC-02: identifiers beyond the streams of the peer close their channel")
  func fewStreams() throws {
    var simulation = Simulation.connectedChannels { index, configuration in
      if index == 1 { configuration.sctp.streamCount = 4 }
    }
    #expect(simulation.endpoints[0].maximumChannels == 4)
    let first = try simulation.endpoints[0].open(DataChannelOptions(), now: simulation.now)
    let high = try simulation.endpoints[0].open(DataChannelOptions(isNegotiated: true, id: 4), now: simulation.now)
    _ = try simulation.endpoints[0].open(DataChannelOptions(), now: simulation.now)
    #expect(throws: DataChannelError.tooManyChannels) {
      try simulation.endpoints[0].open(DataChannelOptions(), now: simulation.now)
    }
    let events = simulation.channelEvents(at: 0)
    #expect(events.contains(.closed(high, .streamsExhausted)))
    #expect(simulation.endpoints[0].description(of: first)?.state == .open)
  }

  @Test("DC-15 SC-05: channels share a saturated link by their priority", arguments: [false, true])
  func priorities(_ isInterleaved: Bool) throws {
    var simulation = Simulation.connectedChannels(
      link: .init(rate: .kilobitsPerSecond(8_000), delay: .milliseconds(10), queueLimit: 40_000)
    ) { _, configuration in configuration.sctp.offersInterleaving = isInterleaved }
    let weights: [UInt16] = [128, 256, 512, 1_024]
    let channels = try weights.map { try simulation.open(DataChannelOptions(priority: $0)) }
    var received = [Int](repeating: 0, count: weights.count)
    simulation.run(
      for: .seconds(5),
      each: { simulation in
        for (index, channel) in channels.enumerated() {
          while simulation.endpoints[0].bufferedAmount(of: channel.local) < 100_000 {
            try? simulation.endpoints[0].send(
              DataChannelMessage(.binary, [UInt8](repeating: 0, count: 3_000)), on: channel.local, now: simulation.now)
          }
          while let message = simulation.endpoints[1].takeMessage(from: channel.remote) {
            received[index] += message.bytes.count
          }
        }
      })
    let total = Double(received.reduce(0, +))
    for (index, weight) in weights.enumerated() {
      let share = Double(received[index]) / total
      let due = Double(weight) / 1_920
      #expect(abs(share - due) < 0.1 * due, "\(weight): \(share) of \(due)")
    }
  }

  @Test("DC-16: a thousand channels open, speak and close under loss") func thousand() throws {
    var simulation = Simulation.connectedChannels(link: .init(loss: 0.02))
    var handles: [DataChannelHandle] = []
    for index in 0..<1_000 {
      let handle = try simulation.endpoints[index % 2].open(DataChannelOptions(label: "\(index)"), now: simulation.now)
      handles.append(handle)
      try simulation.endpoints[index % 2].send(
        DataChannelMessage(text: "message \(index)"), on: handle, now: simulation.now)
    }
    simulation.run(for: .seconds(30))
    for side in 0..<2 {
      let arrived = simulation.endpoints[side].handles.compactMap { handle in
        simulation.endpoints[side].description(of: handle).flatMap { $0.isRemote ? (handle, $0) : nil }
      }
      #expect(arrived.count == 500)
      for (handle, description) in arrived {
        let message = simulation.endpoints[side].takeMessage(from: handle)
        #expect(message == DataChannelMessage(text: "message \(description.options.label)"))
      }
    }
    for (index, handle) in handles.enumerated() { simulation.endpoints[index % 2].close(handle, now: simulation.now) }
    simulation.run(for: .seconds(60))
    for side in 0..<2 {
      let isClosed = simulation.endpoints[side].handles.allSatisfy {
        simulation.endpoints[side].description(of: $0)?.state == .closed
      }
      #expect(isClosed)
    }
  }
}
