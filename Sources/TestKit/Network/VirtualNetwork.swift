import RTCBase

/// Moves datagrams between any number of endpoints in virtual time, with impairments for each direction.
///
/// An endpoint is an address that somebody sends from or looks for; nothing needs to be registered. The owner sends, moves its clock to
/// `nextEventTime` and takes what has arrived with `receive`. The same seed and the same calls give the same arrivals, and
/// traffic between two hosts does not change what happens between two others.
package struct VirtualNetwork {
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

  /// Datagrams to an address that a rebinding left behind, and those beyond `maximumInFlight`.
  package private(set) var undeliverableCount = 0
  private let seed: UInt64
  private let defaultImpairments: NetworkImpairments
  private var links: [VirtualLink] = []
  private var linkIndexes: [Direction: Int] = [:]
  private var inFlight = DeliveryQueue()
  /// Address translation: inside to outside, and back.
  private var outsideAddresses: [TransportAddress: TransportAddress] = [:]
  private var insideAddresses: [TransportAddress: TransportAddress] = [:]
  private var abandonedAddresses: Set<TransportAddress> = []

  package init(seed: UInt64, impairments: NetworkImpairments = .none) {
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

  // MARK: - Datagrams

  package mutating func send(_ transmit: Transmit, now: MonotonicTime) {
    send(transmit.bytes, from: transmit.source, to: transmit.destination, now: now)
  }

  package mutating func send(
    _ bytes: [UInt8], from: TransportAddress, to: TransportAddress, now: MonotonicTime
  ) {
    let receiver = insideAddresses[to] ?? to
    let index = linkIndex(Direction(from: from.ip, to: receiver.ip))
    let (arrival, duplicate) = links[index].carry(byteCount: bytes.count, now: now)
    let visibleSource = outsideAddresses[from] ?? from
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
