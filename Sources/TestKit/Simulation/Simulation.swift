import RTCBase
import RTCEngine
import RTCJSEP
import RTCSecurity
import WebRTCTypes

/// Engines that talk over an emulated network in virtual time: a call of ten minutes takes seconds, and the same seed gives the same bytes.
///
/// Everything of a call runs as it does over sockets (ICE, retransmission, jitter buffers, congestion control), but for two things: encoders
/// and decoders are synthetic, and DTLS and SRTP have a stand-in with real flights and sizes and no secrecy, since a real handshake is
/// never the same twice.
///
/// ```swift
/// let simulation = Simulation(seed: 7, impairments: .init(delay: .milliseconds(25), loss: 0.03))
/// let alice = simulation.addPeer("alice")
/// let bob = simulation.addPeer("bob")
/// try simulation.connect(alice, bob)
/// simulation.play(try NetworkTimeline(parsing: "10 * blackhole\n13 * delay=25ms"))
/// simulation.run(for: .seconds(600))
/// assert(alice.connectionState == .connected && bob.videoArrivals.count > 17_000)
/// ```
public final class Simulation {
  package private(set) var clock = VirtualClock()
  /// The network between the peers.
  public var network: VirtualNetwork
  /// In the order in which they were added.
  public private(set) var peers: [SimulatedPeer] = []
  /// How long signalling messages take.
  package var signallingDelay = TimeDelta.milliseconds(20)
  package var hashesTraffic = false
  package private(set) var steps = 0
  /// What is sent is also written here, while there is one.
  public var capture: PacketCapture? {
    didSet { crypto.isObserving = capture?.content == .decrypted }
  }

  /// Called with every datagram that is sent.
  package var onDatagram: ((_ bytes: [UInt8], _ source: TransportAddress, _ destination: TransportAddress) -> Void)?
  /// Called with every datagram that reaches a peer.
  package var onArrival: ((_ bytes: [UInt8], _ source: TransportAddress, _ destination: TransportAddress) -> Void)?

  let seed: UInt64
  private let crypto: ObservedCrypto
  private var trafficDigest = StandInHash(seed: 0)
  private var messages: [(time: MonotonicTime, deliver: () -> Void)] = []
  private var pendingChanges: ArraySlice<NetworkTimeline.Entry> = []
  private var timelineStart = MonotonicTime.zero
  var servers: Set<TransportAddress> = []
  var rebindings = 0

  package init(seed: UInt64, impairments: NetworkImpairments, crypto: any CryptoProvider) {
    self.seed = seed
    self.crypto = ObservedCrypto(crypto)
    network = VirtualNetwork(seed: seed, impairments: impairments)
  }

  /// A simulation without peers. The same seed and the same calls give the same bytes.
  ///
  /// - Parameter impairments: of every path, until told otherwise.
  public convenience init(seed: UInt64, impairments: NetworkImpairments = .none) {
    self.init(seed: seed, impairments: impairments, crypto: DeterministicCrypto(seed: seed))
  }

  /// A hash of every datagram with its time and addresses while `hashesTraffic`, for comparing runs.
  package var trafficHash: UInt64 { trafficDigest.word }

  package var now: MonotonicTime { clock.now }

  /// Adds a peer with one IPv4 address, `10.0.0.n`, or those given.
  package func addPeer(
    _ name: String, addresses: [TransportAddress]? = nil, certificate: (any LocalCertificate)? = nil,
    random: RandomSource? = nil, configure: (inout EngineConfiguration) -> Void = { _ in }
  ) -> SimulatedPeer {
    let number = UInt8(truncatingIfNeeded: peers.count + 1)
    let peer = SimulatedPeer(
      name: name, addresses: addresses ?? [TransportAddress(IPAddress(v4: 10, 0, 0, number), port: 5_000)],
      certificate: certificate ?? DeterministicCertificate(seed: seed &* 31 &+ UInt64(number)), crypto: crypto,
      random: random ?? .seeded(seed &* 1_000 &+ UInt64(number)), now: now, configure: configure)
    peers.append(peer)
    return peer
  }

  // MARK: Signalling

  /// Offer and answer between two peers, then trickled candidates both ways; each message takes `signallingDelay`.
  ///
  /// - Parameter change: what becomes of the text of both descriptions on their way.
  package func negotiate(
    _ offerer: SimulatedPeer, _ answerer: SimulatedPeer, changing change: @escaping (String) -> String = { $0 }
  ) throws {
    func changed(_ description: RTCSessionDescription) -> RTCSessionDescription {
      RTCSessionDescription(type: description.type, sdp: change(description.sdp))
    }
    try offerer.engine.setLocalDescription(nil, sdp: "", now: offerer.localTime(now))
    guard let offer = offerer.engine.jsep.localDescription else { return }
    partners[ObjectIdentifier(offerer)] = answerer
    partners[ObjectIdentifier(answerer)] = offerer
    after(signallingDelay) { [self] in
      do {
        try answerer.engine.setRemoteDescription(changed(offer), now: answerer.localTime(now))
        try answerer.engine.setLocalDescription(nil, sdp: "", now: answerer.localTime(now))
        guard let answer = answerer.engine.jsep.localDescription else { return }
        after(signallingDelay) { [self] in
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

  private func after(_ delay: TimeDelta, _ deliver: @escaping () -> Void) {
    messages.append((now + delay, deliver))
  }

  private func signalCandidates(of peer: SimulatedPeer) {
    guard let partner = partners[ObjectIdentifier(peer)], !peer.unsignalled.isEmpty else { return }
    let candidates = peer.unsignalled
    peer.unsignalled.removeAll()
    after(signallingDelay) { [self] in
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
      guard let peer = peers.first(where: { peer in peer.addresses.contains { $0.ip == delivery.to.ip } }), peer.isAlive
      else { continue }
      onArrival?(delivery.bytes, delivery.from, delivery.to)
      delivery.bytes.withRawSpan {
        peer.engine.handle($0, from: delivery.from, to: delivery.to, now: peer.localTime(now))
      }
      if !touched.contains(where: { $0 === peer }) { touched.append(peer) }
    }
    for peer in touched { settle(peer) }
    for peer in peers where peer.isAlive {
      peer.runSources(now: now)
      if let deadline = peer.engine.deadline, deadline.time <= peer.localTime(now) {
        peer.engine.handleTimeout(now: peer.localTime(now))
      }
      settle(peer)
    }
  }

  /// Sends what the engine has to send and takes its events.
  package func settle(_ peer: SimulatedPeer) {
    guard peer.isAlive else { return }
    while true {
      var isQuiet = true
      while let datagram = peer.engine.pollDatagram(now: peer.localTime(now)) {
        isQuiet = false
        let bytes = datagram.packet.bytes.copied()
        onDatagram?(bytes, datagram.source, datagram.destination)
        if hashesTraffic { digest(bytes, datagram.source, datagram.destination) }
        if capture != nil {
          let plain = crypto.takePlain(of: datagram.packet)
          capture?.record(plain ?? bytes, from: datagram.source, to: datagram.destination, at: now)
        }
        network.send(bytes, from: datagram.source, to: datagram.destination, now: now)
        peer.engine.pool.give(datagram.packet)
      }
      peer.takeEvents(now: now)
      if isQuiet { break }
    }
    signalCandidates(of: peer)
  }

  private func digest(_ bytes: [UInt8], _ source: TransportAddress, _ destination: TransportAddress) {
    trafficDigest.combine(UInt64(bitPattern: now.nanoseconds))
    for address in [source, destination] {
      let (high, low) = address.ip.v6Bits
      for word in [high, low, UInt64(address.port)] { trafficDigest.combine(word) }
    }
    trafficDigest.combine(bytes)
  }
}
