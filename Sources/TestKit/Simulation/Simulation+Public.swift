import RTCBase
import RTCJSEP
import WebRTCTypes

// Simulations for users: hosts are named, media is chosen by kind, and time is a `Duration`.
extension Simulation {
  /// Virtual time since the start.
  public var time: Duration { Duration(now - .zero) }

  /// Adds a peer at an IP address. No two peers may have a name or an address in common, and there are `maximumPeerCount` at most.
  ///
  /// - Returns: `nil` when `host` is no IP address.
  public func addPeer(
    _ name: String, host: String, configuration: SimulatedPeer.Configuration = .init()
  ) -> SimulatedPeer? {
    VirtualAddress(host: host, port: 5_000).map {
      addPeer(name, addresses: [$0.transport], configure: configuration.apply)
    }
  }

  /// Adds a peer at the next free address, from `10.0.0.1` on. No two peers may have a name in common, and there are `maximumPeerCount` at
  /// most. Timelines can name peers whose names have no spaces.
  public func addPeer(_ name: String, configuration: SimulatedPeer.Configuration = .init()) -> SimulatedPeer {
    addPeer(name, addresses: nil, configure: configuration.apply)
  }

  /// Negotiates a call in which both send audio, video or both, and what tracks and data channels they have been given besides.
  ///
  /// A peer is in one call; any number of pairs may call each other at the same time.
  ///
  /// - Throws: `WebRTCError` when the caller's side refuses, and when one of them is in another call; what the other side refuses is in
  ///   `failures`.
  public func connect(
    _ caller: SimulatedPeer, _ callee: SimulatedPeer, sending kinds: [MediaStreamTrackKind] = [.audio, .video]
  ) throws {
    try requireFree(caller, for: callee)
    for peer in [caller, callee] {
      for kind in kinds { try peer.addTrack(kind) }
    }
    try negotiate(caller, callee)
  }

  /// Offer and answer again in a call, after tracks or data channels came or went.
  ///
  /// - Parameter change: what becomes of the text of both descriptions on their way.
  /// - Throws: `WebRTCError` when that peer is in no call, or cannot offer now; what the other side refuses is in `failures`.
  public func negotiate(by offerer: SimulatedPeer, changing change: @escaping (String) -> String = { $0 }) throws {
    try negotiate(offerer, partner(of: offerer), changing: change)
  }

  /// Restarts ICE of a call, offered by `offerer`.
  ///
  /// - Throws: `WebRTCError` when that peer has no call to restart.
  public func restartICE(by offerer: SimulatedPeer) throws {
    let partner = try partner(of: offerer)
    try offerer.engine.updateModel(now: offerer.localTime(now)) { model throws(WebRTCError) in try model.restartICE() }
    try negotiate(offerer, partner)
  }

  /// Runs for a span of virtual time, or until the condition holds.
  ///
  /// - Returns: whether the condition holds.
  @discardableResult
  public func run(for span: Duration, until isDone: () -> Bool = { false }) -> Bool {
    run(for: TimeDelta(span), until: isDone)
  }

  /// Puts a peer behind a translator that shows `outside`, and has it ask a STUN server for what others see. To be called before `connect`.
  ///
  /// - Returns: `false` when `outside` is no IP address.
  @discardableResult
  public func addNAT(_ behavior: NATBehavior, outside: String, inside peers: SimulatedPeer...) -> Bool {
    let server = TransportAddress(IPAddress(v4: 192, 0, 2, 255), port: 3_478)
    let hosts = peers.flatMap(\.addresses).map { "\($0.ip)" }
    guard network.addNAT(behavior, outside: outside, inside: hosts) else { return false }
    servers.insert(server)
    for peer in peers where !peer.servers.contains(server) { peer.servers.append(server) }
    return true
  }

  /// Does something after a span of virtual time, while the simulation runs. It may change peers and simulation, but not run it.
  public func schedule(after delay: Duration, _ body: @escaping () -> Void) { after(TimeDelta(delay), body) }

  // MARK: Inside

  private func partner(of peer: SimulatedPeer) throws(WebRTCError) -> SimulatedPeer {
    guard let partner = partners[ObjectIdentifier(peer)] else {
      throw .invalidStateError("\(peer.name) is in no call.")
    }
    return partner
  }

  func apply(_ change: NetworkTimeline.Change) {
    switch change {
    case .impairAll(let impairments): network.setAllImpairments(impairments)
    case .impair(let impairments, let source, let destination):
      for from in hosts(source) {
        for to in hosts(destination) { network.setImpairments(impairments, from: from, to: to) }
      }
    case .rebind(let name): for host in hosts(name) { rebind(host) }
    }
  }

  /// The addresses of a peer, or the address that the name is.
  private func hosts(_ name: String) -> [IPAddress] {
    if let peer = peers.first(where: { $0.name == name }) {
      return Array(Set(peer.addresses.map(\.ip))).sorted { "\($0)" < "\($1)" }
    }
    if let address = IPAddress(name) { return [address] }
    failures.append("the timeline names \"\(name)\", which is neither a peer nor an IP address")
    return []
  }

  private func rebind(_ host: IPAddress) {
    let ports = peers.flatMap(\.addresses).filter { $0.ip == host }
    guard network.isTranslated(host) || !ports.isEmpty else {
      failures.append("the timeline rebinds \(host), which is no peer's address")
      return
    }
    network.rebind(host, ports: ports)
  }
}
