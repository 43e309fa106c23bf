import RTCBase
import Testing

@testable import RTCSCTP

extension MonotonicTime {
  fileprivate var seconds: Double { Double(nanoseconds) / 1e9 }
}

@Suite("Back-pressure")
struct BackPressureTests {
  typealias Simulation = SCTPSimulation<DataChannelSession>

  private static let window = 1 << 19

  private func simulation(stalledLimit: Int = 8 << 20) -> Simulation {
    Simulation.connectedChannels(link: .init(delay: .milliseconds(5))) { _, configuration in
      configuration.sctp.receiveWindow = Self.window
      configuration.stalledChannelLimit = stalledLimit
    }
  }

  /// Keeps a megabyte buffered.
  private static func flood(_ simulation: inout Simulation, _ channel: DataChannelHandle) {
    while simulation.endpoints[0].bufferedAmount(of: channel) < 1 << 20 {
      do {
        try simulation.endpoints[0].send(
          DataChannelMessage(.binary, [UInt8](repeating: 1, count: 16_384)), on: channel, now: simulation.now)
      } catch {
        return
      }
    }
  }

  @Test("SC-09 DC-14: untaken messages shut the window, and the sender waits until they are taken")
  func waits() throws {
    var simulation = simulation()
    let (local, remote) = try simulation.open()
    Self.flood(&simulation, local)
    simulation.run(for: .seconds(30))
    let held = try #require(simulation.endpoints[1].association.receiver?.used)
    #expect(held <= Self.window + 20_000 && held > Self.window * 3 / 4)
    #expect(simulation.endpoints[0].bufferedAmount(of: local) > 1 << 18)
    #expect(simulation.endpoints[0].state == .connected)
    // What is taken makes room at once.
    let start = simulation.now
    var count = 0
    simulation.run(
      for: .seconds(10),
      each: { simulation in
        while simulation.endpoints[1].takeMessage(from: remote) != nil { count += 1 }
      }, until: { $0.endpoints[0].bufferedAmount(of: local) == 0 })
    simulation.run(for: .milliseconds(50))
    count += simulation.messages(at: 1, from: remote).count
    #expect(count == 64)
    #expect(simulation.now - start <= .milliseconds(600))
  }

  @Test("SC-09: one channel that nobody reads does not hold up another, and memory stays bounded")
  func otherChannelsGoOn() throws {
    var simulation = simulation()
    let (stalled, _) = try simulation.open(DataChannelOptions(label: "stalled"))
    let (lively, remote) = try simulation.open(DataChannelOptions(label: "lively"))
    Self.flood(&simulation, stalled)
    simulation.run(for: .seconds(5))
    var longest = TimeDelta.zero
    for index in 0..<20 {
      let sent = simulation.now
      try simulation.endpoints[0].send(DataChannelMessage(text: "\(index)"), on: lively, now: sent)
      var received: DataChannelMessage?
      simulation.run(
        for: .seconds(5),
        each: { simulation in
          Self.flood(&simulation, stalled)
          received = received ?? simulation.endpoints[1].takeMessage(from: remote)
        }, until: { _ in received != nil })
      #expect(received == DataChannelMessage(text: "\(index)"))
      longest = max(longest, simulation.now - sent)
      simulation.run(for: .milliseconds(300))
    }
    #expect(longest <= .milliseconds(200))
    let held = try #require(simulation.endpoints[1].association.receiver?.used)
    // A loan every 50 ms, and no more.
    #expect(Double(held) <= Double(Self.window) + 65_000 * simulation.now.seconds)
    #expect(simulation.endpoints[0].description(of: stalled)?.state == .open)
  }

  @Test("SC-09: a channel that nobody ever reads is closed in the end, and frees what it holds")
  func closesStalled() throws {
    var simulation = simulation(stalledLimit: 100_000)
    let (stalled, unread) = try simulation.open(DataChannelOptions(label: "stalled"))
    _ = try simulation.open(DataChannelOptions(label: "other"))
    let isClosed = simulation.run(
      for: .seconds(60), each: { Self.flood(&$0, stalled) },
      until: { $0.endpoints[1].description(of: unread)?.state == .closed })
    #expect(isClosed)
    simulation.run(for: .seconds(10))
    let events = simulation.channelEvents(at: 1)
    #expect(events.suffix(2) == [.closing(unread), .closed(unread, .receiverStalled)])
    #expect(simulation.endpoints[0].description(of: stalled)?.state == .closed)
    #expect(simulation.endpoints[1].association.receiver?.used == 0)
    #expect(simulation.endpoints[1].state == .connected)
  }

  @Test("SC-09: a channel full of empty messages stalls no other")
  func emptyMessages() throws {
    var simulation = simulation(stalledLimit: 100_000)
    let (stalled, unread) = try simulation.open(DataChannelOptions(label: "stalled"))
    let (lively, remote) = try simulation.open(DataChannelOptions(label: "lively"))
    for _ in 0..<8_000 {
      try simulation.endpoints[0].send(DataChannelMessage(text: ""), on: stalled, now: simulation.now)
    }
    simulation.run(for: .seconds(5))
    try simulation.endpoints[0].send(DataChannelMessage(text: "x"), on: lively, now: simulation.now)
    simulation.run(for: .seconds(20))
    let received = simulation.messages(at: 1, from: remote)
    #expect(received == [DataChannelMessage(text: "x")])
    #expect(simulation.endpoints[1].description(of: unread)?.state == .closed)
  }

  @Test("SC-09: the sender's queue has a limit, which a single large message may exceed")
  func sendLimit() throws {
    var simulation = Simulation.connectedChannels { _, configuration in
      configuration.sctp.sendBufferLimit = 100_000
      configuration.sctp.maximumMessageSize = 1 << 20
    }
    let (local, remote) = try simulation.open()
    simulation.run(for: .seconds(1))
    let large = DataChannelMessage(.binary, [UInt8](repeating: 0, count: 200_000))
    try simulation.endpoints[0].send(large, on: local, now: simulation.now)
    #expect(throws: DataChannelError.bufferFull) {
      try simulation.endpoints[0].send(DataChannelMessage(text: "x"), on: local, now: simulation.now)
    }
    simulation.run(for: .seconds(2))
    try simulation.endpoints[0].send(DataChannelMessage(text: "x"), on: local, now: simulation.now)
    simulation.run(for: .seconds(1))
    let received = simulation.messages(at: 1, from: remote)
    #expect(received.map(\.bytes.count) == [200_000, 1])
  }

  @Test("SC-09: tiny messages cost more than their bytes, so that they cannot fill memory")
  func tinyMessages() throws {
    var simulation = simulation()
    let (local, remote) = try simulation.open()
    for _ in 0..<40_000 {
      try simulation.endpoints[0].send(DataChannelMessage(text: "x"), on: local, now: simulation.now)
    }
    simulation.run(for: .seconds(10))
    let held = simulation.messages(at: 1, from: remote)
    #expect(held.count <= Self.window / Reassembly.overhead + 100)
    simulation.run(
      for: .seconds(60), each: { simulation in while simulation.endpoints[1].takeMessage(from: remote) != nil {} },
      until: { $0.endpoints[0].association.sender.hasEverythingAcknowledged })
    let statistics = simulation.endpoints[1].description(of: remote)?.statistics
    #expect(statistics?.messagesReceived == 40_000)
  }
}
