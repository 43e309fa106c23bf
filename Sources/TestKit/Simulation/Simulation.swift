import RTCBase
import RTCEngine
import RTCJSEP
import RTCSecurity
import WebRTCTypes

/// Engines that talk over an emulated network in virtual time: a call of ten minutes takes seconds, and the same seed gives the same bytes.
package final class Simulation {
  package private(set) var clock = VirtualClock()
  package var network: VirtualNetwork
  package private(set) var peers: [SimulatedPeer] = []
  /// How long signalling messages take.
  package var signallingDelay = TimeDelta.milliseconds(20)
  /// A hash of every datagram while `hashesTraffic`, for comparing runs.
  package private(set) var trafficHash: UInt64 = 0xCBF2_9CE4_8422_2325
  package var hashesTraffic = false
  package private(set) var steps = 0

  private let seed: UInt64
  private let crypto: any CryptoProvider
  private var messages: [(time: MonotonicTime, deliver: () -> Void)] = []

  package init(seed: UInt64, impairments: NetworkImpairments = .none, crypto: (any CryptoProvider)? = nil) {
    self.seed = seed
    self.crypto = crypto ?? DeterministicCrypto(seed: seed)
    network = VirtualNetwork(seed: seed, impairments: impairments)
  }

  package var now: MonotonicTime { clock.now }

  /// Adds a peer with one IPv4 address, `10.0.0.n`, or those given.
  package func addPeer(
    _ name: String, addresses: [TransportAddress]? = nil, certificate: (any LocalCertificate)? = nil,
    configure: (inout EngineConfiguration) -> Void = { _ in }
  ) -> SimulatedPeer {
    let number = UInt8(truncatingIfNeeded: peers.count + 1)
    let peer = SimulatedPeer(
      name: name, addresses: addresses ?? [TransportAddress(IPAddress(v4: 10, 0, 0, number), port: 5_000)],
      certificate: certificate ?? DeterministicCertificate(seed: seed &* 31 &+ UInt64(number)), crypto: crypto,
      seed: seed &* 1_000 &+ UInt64(number), now: now, configure: configure)
    peers.append(peer)
    return peer
  }

  // MARK: Signalling

  /// Offer and answer between two peers, then trickled candidates both ways; each message takes `signallingDelay`.
  package func negotiate(_ offerer: SimulatedPeer, _ answerer: SimulatedPeer) throws {
    try offerer.engine.setLocalDescription(nil, sdp: "", now: now)
    guard let offer = offerer.engine.jsep.localDescription else { return }
    settle(offerer)
    after(signallingDelay) { [self] in
      do {
        try answerer.engine.setRemoteDescription(offer, now: now)
        try answerer.engine.setLocalDescription(nil, sdp: "", now: now)
        guard let answer = answerer.engine.jsep.localDescription else { return }
        settle(answerer)
        after(signallingDelay) { [self] in
          do {
            try offerer.engine.setRemoteDescription(answer, now: now)
            settle(offerer)
          } catch { failures.append("\(offerer.name) refused the answer: \(error)") }
        }
      } catch { failures.append("\(answerer.name) refused the offer: \(error)") }
    }
    partners[ObjectIdentifier(offerer)] = answerer
    partners[ObjectIdentifier(answerer)] = offerer
  }

  /// Descriptions and candidates that were refused.
  package private(set) var failures: [String] = []
  private var partners: [ObjectIdentifier: SimulatedPeer] = [:]
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
          try partner.engine.addICECandidate(candidate, now: now)
        } catch { failures.append("\(partner.name) refused a candidate: \(error)") }
      }
      settle(partner)
    }
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
    var touched: [SimulatedPeer] = []
    while let delivery = network.receive(now: now) {
      guard let peer = peers.first(where: { peer in peer.addresses.contains { $0.ip == delivery.to.ip } }), peer.isAlive
      else { continue }
      delivery.bytes.withRawSpan { peer.engine.handle($0, from: delivery.from, to: delivery.to, now: now) }
      if !touched.contains(where: { $0 === peer }) { touched.append(peer) }
    }
    for peer in touched { settle(peer) }
    for peer in peers where peer.isAlive {
      peer.runSources(now: now)
      if let deadline = peer.engine.deadline, deadline.time <= now { peer.engine.handleTimeout(now: now) }
      settle(peer)
    }
  }

  private func hash(_ bytes: [UInt8]) {
    for byte in bytes { trafficHash = (trafficHash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// Sends what the engine has to send and takes its events.
  package func settle(_ peer: SimulatedPeer) {
    guard peer.isAlive else { return }
    while true {
      var isQuiet = true
      while let datagram = peer.engine.pollDatagram(now: now) {
        isQuiet = false
        let bytes = datagram.packet.bytes.copied()
        if hashesTraffic { hash(bytes) }
        network.send(bytes, from: datagram.source, to: datagram.destination, now: now)
        peer.engine.pool.give(datagram.packet)
      }
      peer.takeEvents(now: now)
      if isQuiet { break }
    }
    signalCandidates(of: peer)
  }
}
