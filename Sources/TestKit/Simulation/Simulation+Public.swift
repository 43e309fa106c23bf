import RTCBase
import RTCJSEP
import WebRTCTypes

// Simulations for users: hosts are named, media is chosen by kind, and time is a `Duration`.
extension Simulation {
  /// Virtual time since the start.
  public var time: Duration { Duration(now - .zero) }

  /// Adds a peer at an IP address, or at `10.0.0.n`.
  ///
  /// - Returns: `nil` when `host` is no IP address.
  public func addPeer(_ name: String, host: String) -> SimulatedPeer? {
    VirtualAddress(host: host, port: 5_000).map { addPeer(name, addresses: [$0.transport]) }
  }

  /// Adds a peer at `10.0.0.n`.
  public func addPeer(_ name: String) -> SimulatedPeer { addPeer(name, addresses: nil) }

  /// Negotiates a call in which both send audio, video or both.
  ///
  /// - Throws: `WebRTCError` when the caller's side refuses; what the other side refuses is in `failures`.
  public func connect(
    _ caller: SimulatedPeer, _ callee: SimulatedPeer, sending kinds: [MediaStreamTrackKind] = [.audio, .video]
  ) throws {
    for peer in [caller, callee] {
      for kind in kinds {
        let id = try peer.engine.updateModel(now: peer.localTime(now)) { model throws(WebRTCError) in
          try model.addTrack(kind, trackID: "\(peer.name)-\(kind.rawValue)", streamIDs: [peer.name])
        }
        peer.attachSource(to: id, now: peer.localTime(now))
      }
    }
    try negotiate(caller, callee)
  }

  /// Restarts ICE of a call, offered by `offerer`.
  ///
  /// - Throws: `WebRTCError` when that peer has no call to restart.
  public func restartICE(by offerer: SimulatedPeer) throws {
    guard let partner = partners[ObjectIdentifier(offerer)] else {
      throw WebRTCError.invalidStateError("\(offerer.name) is in no call.")
    }
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

  // MARK: Inside

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

  /// The translator forgets the host; one that had none gets one.
  private func rebind(_ host: IPAddress) {
    guard !network.isTranslated(host) else { return network.rebindNAT(of: host, to: nil) }
    guard peers.contains(where: { $0.addresses.contains { $0.ip == host } }) else {
      failures.append("the timeline rebinds \(host), which is no peer's address")
      return
    }
    rebindings += 1
    let outside = IPAddress(v4: 203, 0, 113, UInt8(truncatingIfNeeded: rebindings))
    for address in peers.flatMap(\.addresses) where address.ip == host {
      network.rebind(address, to: TransportAddress(outside, port: address.port))
    }
  }
}
