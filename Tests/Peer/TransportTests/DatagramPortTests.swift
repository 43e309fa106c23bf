import Glibc
import NIOCore
import NIOPosix
import RTCBase
import Synchronization
import Testing

@testable import RTCTransport

@Suite("UDP ports")
struct DatagramPortTests {
  /// Keeps what it gets, on one event loop.
  private final class Receiver: DatagramReceiver {
    let received: Received
    init(_ received: Received) { self.received = received }

    func receive(_ datagram: RawSpan, from remote: TransportAddress, to local: TransportAddress) {
      received.add(datagram.withUnsafeBytes { Array($0) }, from: remote)
    }
    func receiveBatchEnded() { received.endBatch() }
  }

  private final class Received: Sendable {
    private let state = Mutex<(datagrams: [[UInt8]], remotes: Set<TransportAddress>, batches: Int)>(([], [], 0))
    var datagrams: [[UInt8]] { state.withLock { $0.datagrams } }
    var remotes: Set<TransportAddress> { state.withLock { $0.remotes } }
    var batches: Int { state.withLock { $0.batches } }

    func add(_ datagram: [UInt8], from remote: TransportAddress) {
      state.withLock {
        $0.datagrams.append(datagram)
        $0.remotes.insert(remote)
      }
    }
    func endBatch() { state.withLock { $0.batches += 1 } }
  }

  /// A port with one receiver.
  private struct Endpoint: Sendable {
    let port: NIOLoopBound<DatagramPort>
    let receiver: NIOLoopBound<Receiver>
    let received = Received()
    let address: TransportAddress
    let eventLoop: any EventLoop

    init(_ ip: IPAddress = IPAddress(v4: 127, 0, 0, 1)) async throws {
      eventLoop = MultiThreadedEventLoopGroup.singleton.next()
      port = try await DatagramPort.open(TransportAddress(ip, port: 0), on: eventLoop).get()
      let (port, received, eventLoop) = (port, received, eventLoop)
      (receiver, address) = try await eventLoop.submit {
        let receiver = Receiver(received)
        port.value.register(receiver, fragment: "frag")
        return (NIOLoopBound(receiver, eventLoop: eventLoop), port.value.localAddress)
      }.get()
    }

    /// Another connection on the port, so that strangers' datagrams are nobody's.
    ///
    /// - Parameter address: where it has proven its peer to be.
    func share(proving address: TransportAddress? = nil) async throws {
      let (port, received) = (port, received)
      try await eventLoop.submit {
        let other = Receiver(received)
        port.value.register(other, fragment: "other")
        if let address { port.value.confirm(address, for: other) }
      }.get()
    }

    func expect(_ remote: TransportAddress) async throws { try await send([], to: remote) }

    func send(_ datagrams: [[UInt8]], to remote: TransportAddress) async throws {
      let (port, receiver) = (port, receiver)
      try await eventLoop.submit {
        port.value.confirm(remote, for: receiver.value)
        for datagram in datagrams {
          datagram.withRawSpan { port.value.send($0, to: remote, from: receiver.value) }
        }
        port.value.flush()
      }.get()
    }

    var counters: DatagramPortCounters {
      get async throws {
        let port = port
        return try await eventLoop.submit { port.value.counters }.get()
      }
    }

    func close() async throws {
      let port = port
      try await eventLoop.flatSubmit { port.value.close() }.get()
    }
  }

  private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let limit = ContinuousClock.now + .seconds(20)
    while try await !condition() {
      try #require(ContinuousClock.now < limit, "waited in vain: \(what)")
      await Task.yield()
    }
  }

  private func isFree(_ address: TransportAddress, on eventLoop: any EventLoop) async throws -> Bool {
    guard let port = try? await DatagramPort.open(address, on: eventLoop).get() else { return false }
    try await eventLoop.flatSubmit { port.value.close() }.get()
    return true
  }

  @Test("What is sent in a batch arrives whole and in order, cut as it was", arguments: ["127.0.0.1", "::1"])
  func exchange(ip: String) async throws {
    let ip = try #require(IPAddress(ip))
    let (first, second) = try await (Endpoint(ip), Endpoint(ip))
    let datagrams = (0..<40).map { [UInt8](repeating: UInt8($0), count: $0 % 10 == 9 ? 300 : 1_000) }
    try await second.expect(first.address)
    try await first.send(datagrams, to: second.address)
    // The end of a batch is told behind its last datagram.
    try await eventually("all datagrams") { second.received.datagrams.count == 40 && second.received.batches > 0 }
    #expect(second.received.datagrams == datagrams)
    #expect(second.received.remotes == [first.address])
    #expect(second.received.batches <= 40)
    let counters = try await first.counters
    #expect(counters.datagramsSent == 40 && counters.writes < 40)
    let received = try await second.counters
    #expect(received.datagramsReceived == 40)
    // The kernel cuts joined writes up again only where it must.
    if System.supportsUDPReceiveOffload { #expect(received.reads < 40) }
    try await first.close()
    try await second.close()
  }

  @Test("What belongs to no connection is counted and dropped")
  func unrouted() async throws {
    let (first, second) = try await (Endpoint(), Endpoint())
    try await second.share()
    try await first.send([[0x80, 1], []], to: second.address)
    try await eventually("both counted") { try await second.counters.datagramsUnrouted == 2 }
    #expect(second.received.datagrams.isEmpty)
    try await first.close()
    try await second.close()
  }

  @Test("What comes from a contested address goes to all who have proven it, in order, and to nobody twice")
  func contested() async throws {
    let (first, second) = try await (Endpoint(), Endpoint())
    try await second.expect(first.address)
    try await second.share(proving: first.address)
    try await first.send([[0x80, 1], [0x80, 2], [0x80, 3]], to: second.address)
    try await eventually("both got all") { second.received.datagrams.count == 6 }
    for number in UInt8(1)...3 { #expect(second.received.datagrams.count { $0 == [0x80, number] } == 2) }
    #expect(try await second.counters.datagramsReceived == 3)
    try await first.close()
    try await second.close()
  }

  @Test("A destination that the kernel refuses is refused, and the port goes on")
  func refusedDestinations() async throws {
    let (first, second) = try await (Endpoint(), Endpoint())
    let refused = [
      TransportAddress(IPAddress(v4: 255, 255, 255, 255), port: 9),
      TransportAddress(IPAddress(v4: 127, 255, 255, 255), port: 9),
      // From loopback nothing leaves the machine.
      TransportAddress(IPAddress(v4: 198, 51, 100, 1), port: 9),
      TransportAddress(IPAddress(v4: 127, 0, 0, 1), port: 0),
      TransportAddress(IPAddress(v6High: 0, low: 1), port: 9),
    ]
    for destination in refused { try await first.send([[1]], to: destination) }
    let counters = try await first.counters
    #expect(counters.sendsRefused == refused.count && counters.reopenings == 0 && counters.datagramsSent == 0)
    try await second.expect(first.address)
    try await first.send([[7]], to: second.address)
    try await eventually("the datagram") { second.received.datagrams == [[7]] }
    try await first.close()
    try await second.close()
  }

  @Test("A socket that closes under the port opens again on its address")
  func reopening() async throws {
    let (first, second) = try await (Endpoint(), Endpoint())
    let port = first.port
    try await second.expect(first.address)
    for round in 1...3 {
      try await first.eventLoop.flatSubmit { port.value.closeSocket() }.get()
      try await eventually("open again") { try await first.counters.reopenings == round }
      try await eventually("sending again") {
        try await first.send([[UInt8(round)]], to: second.address)
        return second.received.datagrams.contains([UInt8(round)])
      }
    }
    #expect(second.received.remotes == [first.address])
    try await first.close()
    try await second.close()
  }

  @Test("After close nothing is sent, nothing arrives, and the address is free")
  func closing() async throws {
    let (first, second) = try await (Endpoint(), Endpoint())
    try await second.expect(first.address)
    try await first.close()
    try await first.send([[1]], to: second.address)
    #expect(try await first.counters.sendsRefused == 1)
    // A process that another test starts may hold every socket for a moment, before it becomes its program.
    try await eventually("the address is free") {
      try await isFree(first.address, on: first.eventLoop)
    }
    #expect(second.received.datagrams.isEmpty)
    try await second.close()
  }

  @Test("A program that the process has started holds no port")
  func childProcesses() async throws {
    let endpoint = try await Endpoint()
    let program = try #require(popen("read line", "w"))
    defer { pclose(program) }
    try await endpoint.close()
    try await eventually("the address is free") { try await isFree(endpoint.address, on: endpoint.eventLoop) }
  }

  @Test("A port that is taken, or an address that is not ours, is an error")
  func refusedPorts() async throws {
    let endpoint = try await Endpoint()
    await #expect(throws: (any Error).self) {
      _ = try await DatagramPort.open(endpoint.address, on: endpoint.eventLoop).get()
    }
    await #expect(throws: (any Error).self) {
      let foreign = TransportAddress(IPAddress(v4: 203, 0, 113, 200), port: 0)
      _ = try await DatagramPort.open(foreign, on: endpoint.eventLoop).get()
    }
    try await endpoint.close()
  }
}
