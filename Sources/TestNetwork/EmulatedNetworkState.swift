internal import RTCBase
internal import RTCTestKit
internal import RTCTransport
internal import WebRTC

/// What an emulated network knows, under its lock.
struct EmulatedNetworkState {
  typealias Receiver = @Sendable ([Transmit]) -> Void

  static let server = TransportAddress(IPAddress(v4: 192, 0, 2, 255), port: 3_478)
  private static let hostLimit = 65_000

  var network: VirtualNetwork
  var receivers: [TransportAddress: Receiver] = [:]
  private var hosts: [String: IPAddress] = [:]
  private var nextPort: UInt16 = 49_152
  private var wakeUp: MonotonicTime?

  init(seed: UInt64, impairments: NetworkImpairments) {
    network = VirtualNetwork(seed: seed, impairments: impairments)
  }

  // MARK: Hosts

  static func noAddress(_ text: String) -> WebRTCError { .typeError("\"\(text)\" is no IP address.") }

  mutating func addHost(_ name: String, _ address: String?) throws(WebRTCError) -> IPAddress {
    if let known = hosts[name] {
      guard let address, IPAddress(address) != known else { return known }
      throw WebRTCError.typeError("The host \"\(name)\" is at \(known), not at \(address).")
    }
    guard hosts.count < Self.hostLimit else { throw WebRTCError.typeError("There are \(hosts.count) hosts already.") }
    let taken = Set(hosts.values)
    let new: IPAddress
    if let address {
      guard let parsed = IPAddress(address) else { throw Self.noAddress(address) }
      guard !taken.contains(parsed) else { throw WebRTCError.typeError("\(address) is another host's address.") }
      new = parsed
    } else {
      new =
        (1...UInt32(Self.hostLimit)).lazy.map { IPAddress(v4: 0x0A00_0000 + $0) }.first { !taken.contains($0) }
        ?? IPAddress(v4: 0x0A00_0001)
    }
    hosts[name] = new
    return new
  }

  /// A host by its name or address.
  func host(_ name: String) throws(WebRTCError) -> IPAddress {
    if let host = hosts[name] ?? IPAddress(name) { return host }
    throw WebRTCError.typeError("There is no host \"\(name)\": those with options are \(hosts.keys.sorted()).")
  }

  // MARK: Ports

  mutating func bind(_ address: TransportAddress, _ deliver: @escaping Receiver) throws(WebRTCError) -> TransportAddress
  {
    var bound = address
    if address.port == 0 {
      for _ in 0..<UInt16.max {
        bound = TransportAddress(address.ip, port: nextPort)
        nextPort = nextPort == .max ? 1_024 : nextPort + 1
        if receivers[bound] == nil { break }
      }
    }
    guard receivers[bound] == nil else { throw WebRTCError.notReadableError("\(bound) is in use.") }
    receivers[bound] = deliver
    return bound
  }

  mutating func rebind(_ host: IPAddress) { network.rebind(host, ports: receivers.keys.filter { $0.ip == host }) }

  // MARK: Timelines

  func check(_ timeline: NetworkTimeline) throws(WebRTCError) {
    for entry in timeline.entries {
      switch entry.change {
      case .impairAll: break
      case .impair(_, let source, let destination):
        _ = try host(source)
        _ = try host(destination)
      case .rebind(let name): _ = try host(name)
      }
    }
  }

  mutating func apply(_ change: NetworkTimeline.Change) throws(WebRTCError) {
    switch change {
    case .impairAll(let impairments): network.setAllImpairments(impairments)
    case .impair(let impairments, let source, let destination):
      network.setImpairments(impairments, from: try host(source), to: try host(destination))
    case .rebind(let name): rebind(try host(name))
    }
  }

  // MARK: Delivery

  /// What has arrived, in order: runs that have one receiver.
  mutating func takeArrived(now: MonotonicTime) -> [(receiver: Receiver, datagrams: [Transmit])] {
    var runs: [(receiver: Receiver, datagrams: [Transmit])] = []
    var last: TransportAddress?
    while let delivery = network.receive(now: now) {
      if delivery.to == Self.server {
        network.answerBindingRequest(delivery, now: now)
      } else if let receiver = receivers[delivery.to] {
        if last != delivery.to { runs.append((receiver, [])) }
        last = delivery.to
        runs[runs.count - 1].datagrams.append(Transmit(bytes: delivery.bytes, from: delivery.from, to: delivery.to))
      }
    }
    return runs
  }

  /// When a wake-up has to be set: it is known here before it is, for it may come before it is known.
  mutating func wakeUpNeeded() -> MonotonicTime? {
    guard let next = network.nextEventTime else { return nil }
    if let wakeUp, wakeUp <= next { return nil }
    wakeUp = next
    return next
  }

  /// The wake-up for a time has come; later ones may follow.
  mutating func wokeUp(for time: MonotonicTime) {
    if let known = wakeUp, known <= time { wakeUp = nil }
  }
}
