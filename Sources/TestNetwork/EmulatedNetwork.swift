internal import NIOCore
internal import NIOPosix
package import RTCBase
public import RTCTestKit
internal import RTCTransport
internal import Synchronization
public import WebRTC

/// Carries the datagrams of real connections of this process through an emulated network, in real time.
///
/// For tests of programs that use `RTCPeerConnection`: give each connection `options(for:)` of its host, and all that they send each other
/// passes delays, losses, bottlenecks, translators and outages, without a socket, a privilege or another program. A seed fixes the order
/// of what the network does to the datagrams between two hosts; which datagram comes when is up to the machine. What is to be the same
/// in every bit is a `Simulation`.
///
/// ```swift
/// let network = EmulatedNetwork(seed: 7, impairments: .init(delay: .milliseconds(25), loss: 0.03))
/// let alice = try RTCPeerConnection(options: network.options(for: "alice"))
/// let bob = try RTCPeerConnection(options: network.options(for: "bob"))
/// ```
public final class EmulatedNetwork: Sendable {
  /// Where the network's STUN server is: for `RTCIceServer`, so that peers behind translators learn how they are seen.
  public static let stunServer = "stun:192.0.2.255:3478"

  private let eventLoop: any EventLoop
  private let state: Mutex<EmulatedNetworkState>

  /// A network without hosts, whose paths are all alike until told otherwise.
  public init(seed: UInt64, impairments: NetworkImpairments = .none) {
    eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    state = Mutex(EmulatedNetworkState(seed: seed, impairments: impairments))
  }

  // MARK: Hosts

  /// Options of a connection that lives on a host of this network, and nowhere else. The connection has no other network; anything else in
  /// the options may be changed.
  ///
  /// - Parameters:
  ///   - name: what the host is called in this network: the same name is the same host.
  ///   - address: its IP address when the name is new; by default the next of `10.0.0.1`, `10.0.0.2`, …
  /// - Throws: `WebRTCError.typeError` when `address` is no IP address, or when the name or the address is another host's.
  public func options(for name: String, address: String? = nil) throws(WebRTCError) -> RTCPeerConnectionOptions {
    let host = try state.withLock { state throws(WebRTCError) in try state.addHost(name, address) }
    var options = RTCPeerConnectionOptions(network: .addresses(["\(host)"]))
    options.datagramNetwork = self
    return options
  }

  /// Opens a port of a host that connections share, as `RTCSharedPort.open` does.
  ///
  /// - Parameters:
  ///   - name: what the host is called; its address is that of `options(for:address:)`.
  ///   - port: 0 lets the network choose.
  /// - Throws: `WebRTCError.notReadableError` when the port is taken.
  public func openSharedPort(for name: String, port: UInt16 = 0) async throws -> RTCSharedPort {
    try await RTCSharedPort.open(port: port, network: try options(for: name).network, through: self)
  }

  /// Ports that connections hold: none when all are closed.
  public var openPortCount: Int { state.withLock { $0.receivers.count } }

  // MARK: Paths

  /// Sets one direction between two hosts. Datagrams on their way keep the time they were given.
  ///
  /// - Parameters:
  ///   - impairments: all that happens on the path; what it does not name is perfect again.
  ///   - source: a host's name or address.
  ///   - destination: a host's name or address.
  /// - Throws: `WebRTCError.typeError` when a host is unknown.
  public func setImpairments(
    _ impairments: NetworkImpairments, from source: String, to destination: String
  ) throws(WebRTCError) {
    try state.withLock { state throws(WebRTCError) in
      state.network.setImpairments(impairments, from: try state.host(source), to: try state.host(destination))
    }
  }

  /// Sets every path, also those between hosts that come later.
  public func setAllImpairments(_ impairments: NetworkImpairments) {
    state.withLock { $0.network.setAllImpairments(impairments) }
  }

  /// Puts hosts behind a translator, which shows `outside` and chooses ports. To be called before their connections gather.
  ///
  /// - Throws: `WebRTCError.typeError` when a host is unknown, or `outside` is no IP address.
  public func addNAT(_ behavior: NATBehavior, outside: String, inside hosts: String...) throws(WebRTCError) {
    try state.withLock { state throws(WebRTCError) in
      guard let address = IPAddress(outside) else { throw EmulatedNetworkState.noAddress(outside) }
      var inside: [IPAddress] = []
      for host in hosts { inside.append(try state.host(host)) }
      state.network.addNAT(behavior, outside: address, inside: inside)
    }
  }

  /// A host is seen at other ports or another address from now on, as when its translator forgets it.
  ///
  /// - Throws: `WebRTCError.typeError` when the host is unknown.
  public func rebind(_ host: String) throws(WebRTCError) {
    try state.withLock { state throws(WebRTCError) in state.rebind(try state.host(host)) }
  }

  /// Lets a timeline happen from now on.
  ///
  /// - Throws: `WebRTCError.typeError` when it names a host that is unknown; then nothing of it happens.
  public func play(_ timeline: NetworkTimeline) throws(WebRTCError) {
    try state.withLock { state throws(WebRTCError) in try state.check(timeline) }
    let start = NIODeadline.now()
    for entry in timeline.entries {
      let due = start + TimeAmount(entry.time)
      eventLoop.scheduleTask(deadline: due) { [weak self] in
        // Hosts stay: what was known is known.
        try self?.state.withLock { state throws(WebRTCError) in try state.apply(entry.change) }
      }
    }
  }

  /// What became of the datagrams from one host to another so far.
  ///
  /// - Throws: `WebRTCError.typeError` when a host is unknown.
  public func statistics(from source: String, to destination: String) throws(WebRTCError) -> LinkStatistics {
    try state.withLock { state throws(WebRTCError) in
      state.network.statistics(from: try state.host(source), to: try state.host(destination))
    }
  }

  // MARK: Delivery

  /// Wakes up when the next datagram arrives.
  private func schedule(_ time: MonotonicTime) {
    eventLoop.scheduleTask(deadline: time.nioDeadline) { [weak self] () -> Void in self?.deliver(dueAt: time) }
  }

  private func deliver(dueAt time: MonotonicTime) {
    let (runs, next) = state.withLock { state in
      state.wokeUp(for: time)
      return (state.takeArrived(now: .now), state.wakeUpNeeded())
    }
    for run in runs { run.receiver(run.datagrams) }
    if let next { schedule(next) }
  }
}

extension EmulatedNetwork: DatagramNetwork {
  package func bind(
    _ address: TransportAddress, deliver: @escaping @Sendable ([Transmit]) -> Void
  ) throws -> TransportAddress {
    try state.withLock { state throws(WebRTCError) in try state.bind(address, deliver) }
  }

  package func send(_ datagrams: [Transmit]) {
    let next = state.withLock { state in
      let now = MonotonicTime.now
      for datagram in datagrams { state.network.send(datagram, now: now) }
      return state.wakeUpNeeded()
    }
    if let next { schedule(next) }
  }

  package func unbind(_ address: TransportAddress) { state.withLock { $0.receivers[address] = nil } }
}
