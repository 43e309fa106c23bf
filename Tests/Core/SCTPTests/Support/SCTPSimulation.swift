import RTCBase

@testable import RTCSCTP

/// What a simulation moves packets for.
protocol SCTPEndpoint {
  mutating func handle(_ packet: RawSpan, now: MonotonicTime)
  mutating func pollPacket(into packet: PacketBuffer, now: MonotonicTime) -> Bool
  var deadline: Deadline? { get }
  mutating func handleTimeout(now: MonotonicTime)
}

extension SCTPAssociation: SCTPEndpoint {}
extension DataChannelSession: SCTPEndpoint {}

/// Pairs of endpoints over one shared path, in virtual time: even ones at one end, odd ones at the other, each the peer of its neighbour.
struct SCTPSimulation<Endpoint: SCTPEndpoint> {
  var endpoints: [Endpoint]
  private(set) var now = MonotonicTime.zero
  /// From the even ones to the odd ones, and back.
  var forward: EmulatedLink
  var backward: EmulatedLink
  /// Sees every packet before it is sent; `false` loses it.
  var filter: (_ sender: Int, _ bytes: [UInt8]) -> Bool = { _, _ in true }
  /// Puts other packets in the place of each.
  var tamper: (_ sender: Int, _ bytes: [UInt8]) -> [[UInt8]] = { [$1] }
  private let packet = PacketBuffer()

  init(_ endpoints: [Endpoint], link: EmulatedLink.Properties = .init(), seed: UInt64 = 1) {
    self.endpoints = endpoints
    forward = EmulatedLink(link, seed: seed)
    var back = link
    if link.loss > 0, link.rate == nil { back.loss = link.loss }
    backward = EmulatedLink(back, seed: seed &+ 1_000)
  }

  /// Sends what the endpoints have to send now.
  mutating func flush() {
    for index in endpoints.indices {
      while endpoints[index].pollPacket(into: packet, now: now) {
        let bytes = packet.bytes.copied()
        guard filter(index, bytes) else { continue }
        for bytes in tamper(index, bytes) {
          if index % 2 == 0 {
            forward.send(bytes, to: index + 1, now: now)
          } else {
            backward.send(bytes, to: index - 1, now: now)
          }
        }
      }
    }
  }

  /// Goes on until `condition` holds or so much time has passed.
  /// - Returns: whether the condition holds.
  @discardableResult mutating func run(
    for duration: TimeDelta, each step: (inout Self) -> Void = { _ in },
    until condition: (Self) -> Bool = { _ in false }
  ) -> Bool {
    let end = now + duration
    while true {
      step(&self)
      flush()
      if condition(self) { return true }
      var next = end
      for endpoint in endpoints { if let deadline = endpoint.deadline { next = min(next, deadline.time) } }
      if let arrival = forward.nextArrival { next = min(next, arrival) }
      if let arrival = backward.nextArrival { next = min(next, arrival) }
      guard next < end else {
        now = end
        return false
      }
      now = max(now, next)
      for (destination, bytes) in forward.takeArrived(by: now) + backward.takeArrived(by: now) {
        bytes.withRawSpan { endpoints[destination].handle($0, now: now) }
      }
      for index in endpoints.indices {
        if let deadline = endpoints[index].deadline, deadline.time <= now { endpoints[index].handleTimeout(now: now) }
      }
    }
  }
}

extension SCTPSimulation where Endpoint == SCTPAssociation {
  /// Two associations that have not begun.
  static func pair(
    link: EmulatedLink.Properties = .init(), seed: UInt64 = 1, count: Int = 1,
    _ configure: (Int, inout SCTPConfiguration) -> Void = { _, _ in }
  ) -> Self {
    var endpoints: [SCTPAssociation] = []
    for index in 0..<2 * count {
      var configuration = SCTPConfiguration()
      configure(index, &configuration)
      endpoints.append(
        SCTPAssociation(
          configuration: configuration, random: .seeded(seed &* 100 &+ UInt64(index)),
          authenticator: TestAuthenticator(key: UInt64(index))))
    }
    return Self(endpoints, link: link, seed: seed)
  }

  /// Two associations that are connected.
  static func connected(
    link: EmulatedLink.Properties = .init(), seed: UInt64 = 1, count: Int = 1,
    _ configure: (Int, inout SCTPConfiguration) -> Void = { _, _ in }
  ) -> Self {
    var simulation = pair(link: link, seed: seed, count: count, configure)
    for index in simulation.endpoints.indices { simulation.endpoints[index].connect(remotePort: 5_000, now: .zero) }
    simulation.run(for: .seconds(60), until: { $0.endpoints.allSatisfy { $0.state == .connected } })
    return simulation
  }

  mutating func send(
    _ payload: [UInt8], from index: Int = 0, stream: UInt16 = 1, isOrdered: Bool = true,
    reliability: DataChannelReliability = .reliable
  ) {
    endpoints[index].send(
      SCTPOutgoingMessage(
        stream: SCTPStreamIdentifier(rawValue: stream), payloadProtocol: .binary, payload: payload,
        isOrdered: isOrdered, reliability: reliability), now: now)
  }

  /// Takes everything that came.
  mutating func receive(at index: Int = 1) -> [SCTPReceivedMessage] {
    var messages: [SCTPReceivedMessage] = []
    while let message = endpoints[index].pollMessage() {
      endpoints[index].release(messages: 1, byteCount: message.payload.count)
      messages.append(message)
    }
    return messages
  }

  mutating func events(at index: Int) -> [SCTPEvent] {
    var events: [SCTPEvent] = []
    while let event = endpoints[index].pollEvent() { events.append(event) }
    return events
  }
}
