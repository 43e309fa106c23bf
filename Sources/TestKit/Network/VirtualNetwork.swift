import RTCBase

/// Moves datagrams between any number of endpoints in virtual time, with impairments for each direction.
///
/// An endpoint is an address that somebody sends from or looks for; nothing needs to be registered. The owner sends, moves its clock to
/// `nextArrival` and takes what has arrived with `receive`. The same seed and the same calls give the same arrivals, and
/// traffic between two hosts does not change what happens between two others. It is a plain value: no socket, clock or thread.
///
/// ```swift
/// var network = VirtualNetwork(seed: 7, impairments: .init(delay: .milliseconds(25), loss: 0.03))
/// network.send(bytes, from: alice, to: bob, at: .zero)
/// while let time = network.nextArrival {
///   while let datagram = network.receive(at: time) { take(datagram) }
/// }
/// ```
public struct VirtualNetwork {
  package struct Delivery: Hashable, Sendable {
    package var bytes: [UInt8]
    /// The sender as the receiver sees it.
    package var from: TransportAddress
    /// The receiver's own address.
    package var to: TransportAddress
    package var time: MonotonicTime
  }

  private struct Direction: Hashable {
    var from: IPAddress
    var to: IPAddress
  }

  /// Datagrams on their way at most; beyond, they are lost.
  package static let maximumInFlight = 262_144

  /// Datagrams to an address that a rebinding left behind, that a translator kept out, and those beyond `maximumInFlight`.
  public private(set) var undeliverableCount = 0
  private let seed: UInt64
  private var defaultImpairments: NetworkImpairments
  private var links: [VirtualLink] = []
  private var linkIndexes: [Direction: Int] = [:]
  private var inFlight = DeliveryQueue()
  /// Address translation: inside to outside, and back.
  private var outsideAddresses: [TransportAddress: TransportAddress] = [:]
  private var insideAddresses: [TransportAddress: TransportAddress] = [:]
  private var abandonedAddresses: Set<TransportAddress> = []
  private var nats: [VirtualNAT] = []
  private var natIndexes: [IPAddress: Int] = [:]
  /// Outside addresses that hosts without a translator got.
  private var rebindings = 0

  /// A network without hosts, whose paths are all alike until told otherwise.
  public init(seed: UInt64, impairments: NetworkImpairments = .none) {
    self.seed = seed
    defaultImpairments = impairments
  }

  // MARK: - Paths

  /// Sets one direction. Datagrams on their way keep the time they were given.
  package mutating func setImpairments(_ impairments: NetworkImpairments, from: IPAddress, to: IPAddress) {
    links[linkIndex(Direction(from: from, to: to))].impairments = impairments
  }

  /// Sets both directions.
  package mutating func setImpairments(_ impairments: NetworkImpairments, between one: IPAddress, and other: IPAddress)
  {
    setImpairments(impairments, from: one, to: other)
    setImpairments(impairments, from: other, to: one)
  }

  /// Sets every path, also those between hosts that come later.
  public mutating func setAllImpairments(_ impairments: NetworkImpairments) {
    defaultImpairments = impairments
    for index in links.indices { links[index].impairments = impairments }
  }

  package func isTranslated(_ inside: IPAddress) -> Bool { natIndexes[inside] != nil }

  package func statistics(from: IPAddress, to: IPAddress) -> LinkStatistics {
    linkIndexes[Direction(from: from, to: to)].map { links[$0].statistics } ?? LinkStatistics()
  }

  /// How long a datagram sent now would wait at the bottleneck of this direction.
  package func queueingDelay(from: IPAddress, to: IPAddress, now: MonotonicTime) -> TimeDelta {
    linkIndexes[Direction(from: from, to: to)].map { links[$0].queueingDelay(now: now) } ?? .zero
  }

  /// Puts a network address translator before an endpoint, or moves it to another outside address.
  ///
  /// From now on others see the endpoint at `outside` and reach it only there; what is sent to its former address is lost.
  /// Impairments stay those of the inside address.
  package mutating func rebind(_ inside: TransportAddress, to outside: TransportAddress) {
    let former = outsideAddresses[inside] ?? inside
    insideAddresses[former] = nil
    abandonedAddresses.insert(former)
    abandonedAddresses.remove(outside)
    outsideAddresses[inside] = outside
    insideAddresses[outside] = inside
  }

  /// The translator before a host forgets it; a host that had none gets one, for the ports that it has.
  package mutating func rebind(_ host: IPAddress, ports: [TransportAddress]) {
    guard !isTranslated(host) else { return rebindNAT(of: host) }
    rebindings += 1
    let outside = IPAddress(v4: 203, 0, 113, UInt8(truncatingIfNeeded: rebindings))
    for port in ports { rebind(port, to: TransportAddress(outside, port: port.port)) }
  }

  /// Puts a translator before hosts. From now on others see them at `outside`, at ports that it chooses.
  package mutating func addNAT(_ behavior: NATBehavior, outside: IPAddress, inside: [IPAddress]) {
    nats.append(VirtualNAT(outside: outside, behavior: behavior))
    for host in inside { natIndexes[host] = nats.count - 1 }
  }

  /// The translator before a host loses its mappings, and takes another outside address if one is given.
  package mutating func rebindNAT(of inside: IPAddress, to outside: IPAddress? = nil) {
    if let index = natIndexes[inside] { nats[index].rebind(to: outside) }
  }

  // MARK: - Datagrams

  package mutating func send(_ transmit: Transmit, now: MonotonicTime) {
    send(transmit.bytes, from: transmit.source, to: transmit.destination, now: now)
  }

  package mutating func send(
    _ bytes: [UInt8], from: TransportAddress, to: TransportAddress, now: MonotonicTime
  ) {
    let receiver = insideAddresses[to] ?? nats.lazy.compactMap { $0.owner(of: to) }.first ?? to
    let index = linkIndex(Direction(from: from.ip, to: receiver.ip))
    let (arrival, duplicate) = links[index].carry(byteCount: bytes.count, now: now)
    var visibleSource = outsideAddresses[from] ?? from
    // Within its own network a host is not translated.
    if let nat = natIndexes[from.ip], natIndexes[to.ip] != nat { visibleSource = nats[nat].translate(from, to: to) }
    for time in [arrival, duplicate] {
      guard let time else { continue }
      guard inFlight.count < Self.maximumInFlight else {
        undeliverableCount += 1
        continue
      }
      inFlight.insert(Delivery(bytes: bytes, from: visibleSource, to: to, time: time))
    }
  }

  /// When the next datagram arrives.
  package var nextEventTime: MonotonicTime? { inFlight.first?.time }

  /// The next datagram that has arrived by `now`, in order of arrival.
  package mutating func receive(now: MonotonicTime) -> Delivery? {
    while let first = inFlight.first, first.time <= now {
      guard var delivery = inFlight.removeFirst() else { return nil }
      if let inside = insideAddresses[delivery.to] {
        delivery.to = inside
      } else if abandonedAddresses.contains(delivery.to) {
        undeliverableCount += 1
        continue
      } else if let nat = nats.first(where: { $0.outside == delivery.to.ip }) {
        guard let inside = nat.admit(delivery.to, from: delivery.from) else {
          undeliverableCount += 1
          continue
        }
        delivery.to = inside
      } else if let nat = natIndexes[delivery.to.ip], natIndexes[delivery.from.ip] != nat {
        // A private address means nothing outside.
        undeliverableCount += 1
        continue
      }
      return delivery
    }
    return nil
  }

  private mutating func linkIndex(_ direction: Direction) -> Int {
    if let index = linkIndexes[direction] { return index }
    // Seeded by the addresses, not by the order of first use.
    let (fromHigh, fromLow) = direction.from.v6Bits
    let (toHigh, toLow) = direction.to.v6Bits
    var hash = StandInHash(seed: seed)
    for word in [fromHigh, fromLow, toHigh, toLow] { hash.combine(word) }
    links.append(VirtualLink(defaultImpairments, random: .seeded(hash.word)))
    linkIndexes[direction] = links.count - 1
    return links.count - 1
  }
}
