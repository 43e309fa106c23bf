import RTCBase
import RTCICE
import RTCSTUN
import Testing

/// Agents, NATs and STUN servers on a network in virtual time.
final class ICESimulation {
  struct Datagram {
    let arrival: MonotonicTime
    let order: Int
    var source: TransportAddress
    var destination: TransportAddress
    var bytes: [UInt8]
  }

  var now = MonotonicTime.zero
  var agents: [ICEAgent] = []
  var events: [[ICEEvent]] = []
  /// Every state an agent told, with its time.
  var states: [[(state: ICEState, time: MonotonicTime)]] = []
  var nats: [TestNAT] = []
  var servers: [TransportAddress] = []
  var delay = TimeDelta.milliseconds(10)
  var loss = 0.0
  /// How long a candidate takes to the peer; `nil` keeps candidates back.
  var signallingDelay: TimeDelta? = .milliseconds(20)
  /// Decides what becomes of each datagram on the wire.
  var tamper: (Datagram) -> [Datagram] = { [$0] }
  /// Called with each datagram as its sender gave it.
  var observe: (Int, Transmit) -> Void = { _, _ in }

  private let random: RandomSource
  private var wire: [Datagram] = []
  private var signals: [(time: MonotonicTime, order: Int, action: (ICESimulation) -> Void)] = []
  private var order = 0
  private var homes: [TransportAddress: Int] = [:]

  init(seed: UInt64 = 1) { random = .seeded(seed) }

  // MARK: - Set-up

  @discardableResult
  func addAgent(
    _ role: ICERole, _ addresses: [TransportAddress], configuration: ICEConfiguration = ICEConfiguration()
  ) -> Int {
    let own = RandomSource.seeded(random.next())
    var agent = ICEAgent(configuration: configuration, role: role, random: own, crypto: TestCrypto())
    agent.setLocalCredentials(ICECredentials(random: own), now: now)
    agents.append(agent)
    events.append([])
    states.append([])
    for address in addresses { addHost(agents.count - 1, address) }
    return agents.count - 1
  }

  func addHost(_ index: Int, _ address: TransportAddress, isDefaultRoute: Bool = true) {
    homes[address] = index
    agents[index].addLocalHost(address, interface: ICEInterface(name: "eth0", isDefaultRoute: isDefaultRoute), now: now)
    drain(index)
  }

  func useServer(_ index: Int, number: Int = 0, _ addresses: [TransportAddress]) {
    agents[index].addSTUNServer(number)
    agents[index].resolveSTUNServer(number, addresses: addresses, now: now)
  }

  /// Both descriptions are applied at once; candidates trickle from then on.
  func connect(_ first: Int = 0, _ second: Int = 1) {
    shareCredentials(of: second, with: first)
    shareCredentials(of: first, with: second)
    for index in [first, second] {
      agents[index].startGathering(now: now)
      drain(index)
    }
  }

  func shareCredentials(of source: Int, with target: Int, isLite: Bool = false) {
    guard let credentials = agents[source].localCredentials else { return }
    agents[target].setRemoteCredentials(credentials, isLite: isLite, now: now)
    drain(target)
  }

  func schedule(in delay: TimeDelta, _ action: @escaping (ICESimulation) -> Void) {
    order += 1
    signals.append((now + delay, order, action))
  }

  func inject(_ bytes: [UInt8], from source: TransportAddress, to destination: TransportAddress) -> ICEVerdict? {
    guard let index = homes[destination] else { return nil }
    let verdict = bytes.withRawSpan { agents[index].handle($0, from: source, to: destination, now: now) }
    drain(index)
    return verdict
  }

  // MARK: - Running

  @discardableResult
  func run(for limit: TimeDelta, until condition: (ICESimulation) -> Bool = { _ in false }) -> Bool {
    let end = now + limit
    for index in agents.indices { drain(index) }
    var stalled = 0
    while !condition(self) {
      let arrival = wire.map(\.arrival).min()
      let deadline = agents.compactMap(\.deadline?.time).min()
      let signal = signals.map(\.time).min()
      let next = [arrival, deadline, signal].compactMap { $0 }.min() ?? end
      guard next <= end else { break }
      stalled = next <= now ? stalled + 1 : 0
      guard stalled < 5_000 else {
        Issue.record("time stands still at \(now), deadlines \(agents.map { "\(String(describing: $0.deadline))" })")
        return false
      }
      now = max(now, next)
      step()
      if next == end, arrival == nil, deadline == nil, signal == nil { break }
    }
    if !condition(self) { now = max(now, end) }
    return condition(self)
  }

  private func step() {
    for signal in signals.filter({ $0.time <= now }).sorted(by: { $0.order < $1.order }) { signal.action(self) }
    signals.removeAll { $0.time <= now }
    let arrived = wire.filter { $0.arrival <= now }.sorted { ($0.arrival, $0.order) < ($1.arrival, $1.order) }
    wire.removeAll { $0.arrival <= now }
    for datagram in arrived { deliver(datagram) }
    for index in agents.indices {
      if let deadline = agents[index].deadline, deadline.time <= now { agents[index].handleTimeout(now: now) }
      drain(index)
    }
  }

  func drain(_ index: Int) {
    while let transmit = agents[index].pollTransmit() {
      observe(index, transmit)
      send(transmit.bytes, from: transmit.source, to: transmit.destination)
    }
    while let event = agents[index].pollEvent() {
      events[index].append(event)
      switch event {
      case .stateChanged(let state): states[index].append((state, now))
      case .candidateGathered(let candidate): signal(index) { $0.addRemoteCandidate(candidate.candidate, now: $1) }
      case .gatheringStateChanged(.complete): signal(index) { $0.endOfRemoteCandidates(now: $1) }
      default: break
      }
    }
  }

  private func signal(_ index: Int, _ action: @escaping (inout ICEAgent, MonotonicTime) -> Void) {
    guard let signallingDelay, agents.count > 1 else { return }
    let peer = index ^ 1
    schedule(in: signallingDelay) { simulation in
      action(&simulation.agents[peer], simulation.now)
      simulation.drain(peer)
    }
  }

  private func send(_ bytes: [UInt8], from source: TransportAddress, to destination: TransportAddress) {
    var source = source
    if let nat = nats.firstIndex(where: { $0.inside.contains(source.ip) && !$0.inside.contains(destination.ip) }) {
      source = nats[nat].outbound(source, to: destination)
    }
    guard Double(random.uint32()) / Double(UInt32.max) >= loss else { return }
    order += 1
    let datagram = Datagram(
      arrival: now + delay, order: order, source: source, destination: destination, bytes: bytes)
    wire += tamper(datagram)
  }

  private func deliver(_ datagram: Datagram) {
    var destination = datagram.destination
    if servers.contains(destination) {
      answer(datagram)
      return
    }
    if let nat = nats.first(where: { $0.outside == destination.ip }) {
      guard let inside = nat.inbound(destination, from: datagram.source) else { return }
      destination = inside
    } else if nats.contains(where: { $0.inside.contains(destination.ip) && !$0.inside.contains(datagram.source.ip) }) {
      return
    }
    guard let index = homes[destination] else { return }
    _ = datagram.bytes.withRawSpan { agents[index].handle($0, from: datagram.source, to: destination, now: now) }
    drain(index)
  }

  /// A STUN server.
  private func answer(_ datagram: Datagram) {
    guard let message = datagram.bytes.withRawSpan({ STUNMessage(parsing: $0) }),
      message.type == STUNMessageType(.request, .binding)
    else { return }
    var writer = STUNMessageWriter(STUNMessageType(.success, .binding), transactionID: message.transactionID)
    writer.writeXORMappedAddress(datagram.source)
    send(writer.finish(nil), from: datagram.destination, to: datagram.source)
  }

  // MARK: - Questions

  var areConnected: Bool { agents.allSatisfy { $0.state == .connected || $0.state == .completed } }
  var areCompleted: Bool { agents.allSatisfy { $0.state == .completed } }

  func candidates(of index: Int) -> [ICELocalCandidate] {
    events[index].compactMap { if case .candidateGathered(let candidate) = $0 { candidate } else { nil } }
  }

  func errors(of index: Int) -> [ICEGatheringError] {
    events[index].compactMap { if case .candidateFailed(let error) = $0 { error } else { nil } }
  }

  func selectedPair(_ index: Int) -> ICECandidatePair? {
    agents[index].pairs.first { $0.id == agents[index].selectedPairID }
  }

  /// Both selected the same path.
  var agree: Bool {
    guard let first = agents[0].path, let second = agents[1].path,
      first.pairID == agents[0].selectedPairID, second.pairID == agents[1].selectedPairID
    else { return false }
    return nats.isEmpty ? first.base == second.remote && first.remote == second.base : true
  }
}

extension TransportAddress {
  init(_ text: String, _ port: UInt16) {
    self.init(IPAddress(text) ?? .anyV4, port: port)
  }
}
