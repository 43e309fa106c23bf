import RTCBase
import RTCEngine
import RTCJSEP
import RTCSecurity
import WebRTCTypes

/// Engines that talk over an emulated network in virtual time: a call of ten minutes takes seconds, and the same seed gives the same bytes.
///
/// Everything of a call runs as it does over sockets (ICE, retransmission, jitter buffers, congestion control, data channels), but for two
/// things: there are no encoders and decoders, and DTLS and SRTP have a stand-in with real flights and sizes and no secrecy, unless
/// `Crypto.openSSL` is chosen.
///
/// ```swift
/// let simulation = Simulation(seed: 7, impairments: .init(delay: .milliseconds(25), loss: 0.03))
/// let alice = simulation.addPeer("alice")
/// let bob = simulation.addPeer("bob")
/// try simulation.connect(alice, bob)
/// simulation.play(try NetworkTimeline(parsing: "4 * blackhole\n7 * delay=25ms"))
/// simulation.run(for: .seconds(10))
/// #expect(simulation.failures == [])
/// #expect(alice.connectionState == .connected && bob.videoArrivals.count > 150)
/// ```
public final class Simulation {
  /// The network between the peers.
  public var network: VirtualNetwork
  /// In the order in which they were added.
  public private(set) var peers: [SimulatedPeer] = []
  /// How long a description or a candidate takes to the other side. Default 20 ms.
  public var signallingDelay = Duration.milliseconds(20)
  /// Whether `trafficHash` is kept up. Default `false`, since it costs time.
  public var hashesTraffic = false
  package private(set) var steps = 0
  /// What is sent is also written here, while there is one.
  public var capture: PacketCapture? {
    didSet { for peer in peers { peer.crypto.isObserving = capturesPlain } }
  }

  /// Called with every datagram that a peer sends, at the addresses it has before any translator, whether it will arrive or not.
  public var onSentDatagram: ((VirtualNetwork.Datagram) -> Void)?
  /// Called with every datagram that is sent.
  package var onDatagram: ((_ bytes: [UInt8], _ source: TransportAddress, _ destination: TransportAddress) -> Void)?
  /// Called with every datagram that reaches a peer.
  package var onArrival: ((_ bytes: [UInt8], _ source: TransportAddress, _ destination: TransportAddress) -> Void)?

  /// Peers of one simulation at most.
  public static let maximumPeerCount = 1_000

  let seed: UInt64
  let clock = SimulationClock()
  private let crypto: CryptoSource
  private var trafficDigest = StandInHash(seed: 0)
  private var messages: [(time: MonotonicTime, deliver: () -> Void)] = []
  private var pendingChanges: ArraySlice<NetworkTimeline.Entry> = []
  private var timelineStart = MonotonicTime.zero
  var servers: Set<TransportAddress> = []

  /// All peers share one provider of crypto.
  package init(seed: UInt64, impairments: NetworkImpairments, crypto: any CryptoProvider) {
    self.seed = seed
    self.crypto = CryptoSource(crypto, seed: seed)
    network = VirtualNetwork(seed: seed, impairments: impairments)
  }

  /// A simulation without peers. The same seed and the same calls give the same bytes.
  ///
  /// - Parameters:
  ///   - impairments: of every path, until told otherwise.
  ///   - crypto: the deterministic stand-in unless told otherwise; with OpenSSL no two runs are alike.
  public init(seed: UInt64, impairments: NetworkImpairments = .none, crypto: Crypto = .deterministic) {
    self.seed = seed
    self.crypto = CryptoSource(crypto, seed: seed)
    network = VirtualNetwork(seed: seed, impairments: impairments)
  }

  /// A hash of every datagram with its time and addresses while `hashesTraffic`, for comparing runs.
  public var trafficHash: UInt64 { trafficDigest.word }

  package var now: MonotonicTime { clock.now }
  private var capturesPlain: Bool { capture?.content == .decrypted }

  /// Adds a peer with one IPv4 address of 10.0.0.0/16, or those given. No two may have a name or an IP address in common.
  @_disfavoredOverload
  package func addPeer(
    _ name: String, addresses: [TransportAddress]? = nil, certificate: (any LocalCertificate)? = nil,
    random: RandomSource? = nil, configure: (inout EngineConfiguration) -> Void = { _ in }
  ) -> SimulatedPeer {
    precondition(peers.count < Self.maximumPeerCount, "a simulation has \(Self.maximumPeerCount) peers at most")
    precondition(
      !peers.contains { $0.name == name }, "there is a peer \"\(name)\" already: timelines know peers by their names")
    let addresses = addresses ?? [TransportAddress(freeHost, port: 5_000)]
    for address in addresses {
      precondition(peer(at: address.ip) == nil, "\(address.ip) is another peer's address already")
    }
    let number = UInt64(peers.count + 1)
    let observed = ObservedCrypto(crypto.makeProvider(number))
    observed.isObserving = capturesPlain
    let peer = SimulatedPeer(
      name: name, addresses: addresses, certificate: certificate ?? crypto.makeCertificate(number), crypto: observed,
      random: random ?? .seeded(seed &* 1_000 &+ number), time: clock, configure: configure)
    peers.append(peer)
    return peer
  }

  /// The next address of 10.0.0.0/16 that nobody has.
  private var freeHost: IPAddress {
    var number = UInt32(peers.count + 1)
    while peer(at: IPAddress(v4: 10 << 24 | number)) != nil { number += 1 }
    return IPAddress(v4: 10 << 24 | number)
  }

  private func peer(at address: IPAddress) -> SimulatedPeer? {
    peers.first { peer in peer.addresses.contains { $0.ip == address } }
  }

  // MARK: Signalling

  /// Offer and answer between two peers, then trickled candidates both ways; each message takes `signallingDelay`.
  ///
  /// - Parameter change: what becomes of the text of both descriptions on their way.
  package func negotiate(
    _ offerer: SimulatedPeer, _ answerer: SimulatedPeer, changing change: @escaping (String) -> String = { $0 }
  ) throws {
    try requireFree(offerer, for: answerer)
    func changed(_ description: RTCSessionDescription) -> RTCSessionDescription {
      RTCSessionDescription(type: description.type, sdp: change(description.sdp))
    }
    try offerer.engine.setLocalDescription(nil, sdp: "", now: offerer.localTime(now))
    guard let offer = offerer.engine.jsep.localDescription else { return }
    partners[ObjectIdentifier(offerer)] = answerer
    partners[ObjectIdentifier(answerer)] = offerer
    after(TimeDelta(signallingDelay)) { [self] in
      do {
        try answerer.engine.setRemoteDescription(changed(offer), now: answerer.localTime(now))
        try answerer.engine.setLocalDescription(nil, sdp: "", now: answerer.localTime(now))
        guard let answer = answerer.engine.jsep.localDescription else { return }
        after(TimeDelta(signallingDelay)) { [self] in
          do {
            try offerer.engine.setRemoteDescription(changed(answer), now: offerer.localTime(now))
            settle(offerer)
          } catch { failures.append("\(offerer.name) refused the answer: \(error)") }
        }
        settle(answerer)
      } catch { failures.append("\(answerer.name) refused the offer: \(error)") }
    }
    // Candidates follow their description.
    settle(offerer)
  }

  /// Descriptions and candidates that were refused, hosts of a timeline that are unknown, engines that went round in circles.
  public internal(set) var failures: [String] = []
  var partners: [ObjectIdentifier: SimulatedPeer] = [:]
  private var stepsAtSameTime = 0
  private static let maximumStepsAtSameTime = 10_000

  /// A peer stands for one connection.
  func requireFree(_ one: SimulatedPeer, for other: SimulatedPeer) throws(WebRTCError) {
    guard one !== other else { throw .invalidAccessError("\(one.name) cannot call itself.") }
    for (peer, partner) in [(one, other), (other, one)] {
      if let known = partners[ObjectIdentifier(peer)], known !== partner {
        throw .invalidStateError(
          "\(peer.name) is in a call with \(known.name); a peer is one connection, so add another.")
      }
    }
  }

  func after(_ delay: TimeDelta, _ deliver: @escaping () -> Void) {
    messages.append((now + delay, deliver))
  }

  private func signalCandidates(of peer: SimulatedPeer) {
    guard let partner = partners[ObjectIdentifier(peer)], !peer.unsignalled.isEmpty,
      peer.engine.jsep.localDescription != nil
    else { return }
    let candidates = peer.unsignalled
    peer.unsignalled.removeAll()
    after(TimeDelta(signallingDelay)) { [self] in
      for candidate in candidates {
        do {
          try partner.engine.addICECandidate(candidate, now: partner.localTime(now))
        } catch { failures.append("\(partner.name) refused a candidate: \(error)") }
      }
      settle(partner)
    }
  }

  /// Plays a timeline from now on, in place of what is left of another.
  public func play(_ timeline: NetworkTimeline) {
    pendingChanges = timeline.entries[...]
    timelineStart = now
  }

  // MARK: Time

  /// Runs for a span of virtual time, or until the condition holds.
  @discardableResult
  package func run(for span: TimeDelta, until isDone: () -> Bool = { false }) -> Bool {
    let end = now + span
    for peer in peers { settle(peer) }
    settleTouched()
    while !isDone() {
      guard let next = nextTime, next <= end else {
        clock.advance(to: end)
        return isDone()
      }
      if next > now { stepsAtSameTime = 0 }
      stepsAtSameTime += 1
      guard stepsAtSameTime < Self.maximumStepsAtSameTime else {
        // An engine whose deadline has passed and stays: a loop that would burn a core.
        let reasons = peers.map { "\($0.name): \($0.engine.deadline.map { "\($0.reason)" } ?? "-")" }
        failures.append("nothing moves on at \(now.nanoseconds) ns (\(reasons.joined(separator: ", ")))")
        return false
      }
      clock.advance(to: max(next, now))
      step()
    }
    return true
  }

  private var nextTime: MonotonicTime? {
    var next = network.nextEventTime
    for message in messages { next = min(next ?? message.time, message.time) }
    if let change = pendingChanges.first {
      let time = timelineStart + TimeDelta(change.time)
      next = min(next ?? time, time)
    }
    for peer in peers {
      if let time = peer.nextTime { next = min(next ?? time, time) }
    }
    return next
  }

  private func step() {
    steps += 1
    let due = messages.filter { $0.time <= now }
    messages.removeAll { $0.time <= now }
    for message in due { message.deliver() }
    while let change = pendingChanges.first, timelineStart + TimeDelta(change.time) <= now {
      pendingChanges.removeFirst()
      apply(change.change)
    }
    var touched: [SimulatedPeer] = []
    while let delivery = network.receive(now: now) {
      if servers.contains(delivery.to) {
        network.answerBindingRequest(delivery, now: now)
        continue
      }
      guard let peer = peer(at: delivery.to.ip), peer.isAlive else { continue }
      onArrival?(delivery.bytes, delivery.from, delivery.to)
      delivery.bytes.withRawSpan {
        peer.engine.handle($0, from: delivery.from, to: delivery.to, now: peer.localTime(now))
      }
      if !touched.contains(where: { $0 === peer }) { touched.append(peer) }
    }
    for peer in touched { settle(peer) }
    // Only whose time has come: an engine that is asked at another call's times paces its packets by them.
    for peer in peers where peer.isAlive {
      guard let time = peer.nextTime, time <= now else { continue }
      peer.runSources(now: now)
      if let deadline = peer.engine.deadline, deadline.time <= peer.localTime(now) {
        peer.engine.handleTimeout(now: peer.localTime(now))
      }
      settle(peer)
    }
    settleTouched()
  }

  /// Observers of one peer's events may have asked something of another.
  private func settleTouched() {
    while let peer = peers.first(where: { $0.isTouched && $0.isAlive }) { settle(peer) }
  }

  /// Sends what the engine has to send and takes its events.
  package func settle(_ peer: SimulatedPeer) {
    guard peer.isAlive else { return }
    while true {
      var isQuiet = true
      peer.isTouched = false
      while let datagram = peer.engine.pollDatagram(now: peer.localTime(now)) {
        isQuiet = false
        let bytes = datagram.packet.bytes.copied()
        observe(bytes, datagram, of: peer)
        network.send(bytes, from: datagram.source, to: datagram.destination, now: now)
        peer.engine.pool.give(datagram.packet)
      }
      peer.takeEvents(now: now)
      if isQuiet, !peer.isTouched { break }
    }
    signalCandidates(of: peer)
  }

  private func observe(_ bytes: [UInt8], _ datagram: OutgoingDatagram, of peer: SimulatedPeer) {
    let (source, destination) = (datagram.source, datagram.destination)
    onDatagram?(bytes, source, destination)
    onSentDatagram?(
      VirtualNetwork.Datagram(
        bytes: bytes, source: VirtualAddress(source), destination: VirtualAddress(destination), time: time))
    if hashesTraffic {
      digest(bytes, source, destination, into: &trafficDigest)
      digest(bytes, source, destination, into: &peer.trafficDigest)
    }
    if capture != nil {
      let plain = peer.crypto.takePlain(of: datagram.packet)
      capture?.record(plain ?? bytes, from: source, to: destination, at: now)
    }
  }

  private func digest(
    _ bytes: [UInt8], _ source: TransportAddress, _ destination: TransportAddress, into hash: inout StandInHash
  ) {
    hash.combine(UInt64(bitPattern: now.nanoseconds))
    for address in [source, destination] {
      let (high, low) = address.ip.v6Bits
      for word in [high, low, UInt64(address.port)] { hash.combine(word) }
    }
    hash.combine(bytes)
  }
}
