import RTCBase
import RTCSecurity

/// Two DTLS sessions of any provider that talk over a `VirtualNetwork` until nothing is left to do.
package final class DTLSSessionPair {
  package struct Endpoint {
    package let session: any DTLSSession
    package let address: TransportAddress
    /// Everything that happened, in order.
    package fileprivate(set) var events: [DTLSEvent] = []
    /// Sizes of the datagrams sent, in order.
    package fileprivate(set) var sentSizes: [Int] = []

    package var details: DTLSConnectionDetails? {
      for case .connected(let details) in events { return details }
      return nil
    }
    package var failure: DTLSFailure? {
      for case .failed(let failure) in events { return failure }
      return nil
    }
    package var isClosed: Bool { events.contains { if case .closed = $0 { true } else { false } } }
    package fileprivate(set) var receivedData: [[UInt8]] = []
  }

  package private(set) var client: Endpoint
  package private(set) var server: Endpoint
  package private(set) var clock = VirtualClock()
  package var network: VirtualNetwork
  /// Sees every batch of datagrams that one side sends at once, and returns what goes to the network instead.
  package var tamper: ((_ datagrams: [[UInt8]], _ fromClient: Bool) -> [[UInt8]])?
  /// Told of every step of the clock, for a provider that reads a clock of its own.
  private let clockMoved: (MonotonicTime) -> Void

  package var now: MonotonicTime { clock.now }
  package var isConnected: Bool { client.details != nil && server.details != nil }

  package init(
    client: any DTLSSession, server: any DTLSSession, seed: UInt64 = 1, impairments: NetworkImpairments = .none,
    clockMoved: @escaping (MonotonicTime) -> Void = { _ in }
  ) {
    self.client = Endpoint(session: client, address: TransportAddress(IPAddress(v4: 192, 0, 2, 1), port: 5_000))
    self.server = Endpoint(session: server, address: TransportAddress(IPAddress(v4: 192, 0, 2, 2), port: 5_000))
    network = VirtualNetwork(seed: seed, impairments: impairments)
    self.clockMoved = clockMoved
  }

  /// Starts both sides, the server first.
  package func start() {
    clockMoved(now)
    server.session.start(now: now)
    client.session.start(now: now)
    drain()
  }

  /// Runs until nothing happens before `limit`, or until `condition` holds.
  package func run(
    until limit: MonotonicTime = MonotonicTime.zero + .seconds(60),
    while condition: (DTLSSessionPair) -> Bool = { _ in true }
  ) {
    drain()
    while condition(self), let next = nextTime, next <= limit {
      clock.advance(to: next)
      clockMoved(now)
      while let delivery = network.receive(now: now) {
        let session = delivery.to == client.address ? client.session : server.session
        delivery.bytes.withRawSpan { session.receive($0, now: now) }
        drain()
      }
      client.session.handleTimeout(now: now)
      server.session.handleTimeout(now: now)
      drain()
    }
  }

  /// Starts and runs until both are connected, or it is clear that they will not be.
  package func connect(within limit: TimeDelta = .seconds(60)) {
    start()
    run(until: .zero + limit) { !$0.isConnected && $0.client.failure == nil && $0.server.failure == nil }
  }

  /// Sends application data; what becomes of it is seen after `run`.
  package func send(_ bytes: [UInt8], fromClient: Bool) -> Bool {
    drain()
    let session = fromClient ? client.session : server.session
    let datagram = PacketBuffer()
    guard bytes.withRawSpan({ session.protect($0, into: datagram) }) else { return false }
    deliver(
      [datagram.bytes.copied()], from: fromClient ? \.client : \.server,
      to: fromClient ? server.address : client.address, fromClient: fromClient)
    return true
  }

  package func close(fromClient: Bool) {
    (fromClient ? client : server).session.close(now: now)
  }

  /// Hands a datagram to one side at once, as if it came from the peer.
  package func inject(_ datagram: [UInt8], toClient: Bool) {
    let session = toClient ? client.session : server.session
    datagram.withRawSpan { session.receive($0, now: now) }
    drain()
  }

  private var nextTime: MonotonicTime? {
    [network.nextEventTime, client.session.deadline, server.session.deadline].compactMap { $0 }.min()
  }

  private func drain() {
    drain(\.client, to: server.address, fromClient: true)
    drain(\.server, to: client.address, fromClient: false)
  }

  private func drain(
    _ endpoint: ReferenceWritableKeyPath<DTLSSessionPair, Endpoint>, to destination: TransportAddress, fromClient: Bool
  ) {
    let session = self[keyPath: endpoint].session
    while let event = session.nextEvent() { self[keyPath: endpoint].events.append(event) }
    var datagrams: [[UInt8]] = []
    while let datagram = session.nextDatagram() { datagrams.append(datagram) }
    let packet = PacketBuffer()
    while session.nextApplicationData(into: packet) {
      self[keyPath: endpoint].receivedData.append(packet.bytes.copied())
    }
    if !datagrams.isEmpty { deliver(datagrams, from: endpoint, to: destination, fromClient: fromClient) }
  }

  private func deliver(
    _ datagrams: [[UInt8]], from endpoint: ReferenceWritableKeyPath<DTLSSessionPair, Endpoint>,
    to destination: TransportAddress, fromClient: Bool
  ) {
    self[keyPath: endpoint].sentSizes += datagrams.map(\.count)
    for datagram in tamper?(datagrams, fromClient) ?? datagrams {
      network.send(datagram, from: self[keyPath: endpoint].address, to: destination, now: now)
    }
  }
}
