import RTCBase
import RTCEngine
import RTCTestKit
import Testing
import WebRTCTypes

/// What anybody on the internet may do to a call, without being its peer.
@Suite("Strangers")
struct StrangerTests {
  private let stranger = TransportAddress(IPAddress(v4: 203, 0, 113, 66), port: 666)

  /// A running call and what its peers have sent, which a stranger on the path may know.
  private func makeCall() throws -> (call: TestCall, recorded: [(bytes: [UInt8], source: TransportAddress)]) {
    let call = try TestCall(seed: 4)
    var recorded: [(bytes: [UInt8], source: TransportAddress)] = []
    call.simulation.onDatagram = { bytes, source, _ in
      if recorded.count < 3_000 { recorded.append((bytes, source)) }
    }
    call.simulation.run(for: .seconds(3))
    call.simulation.onDatagram = nil
    #expect(call.isConnected)
    return (call, recorded)
  }

  /// Bytes and datagrams that peers have sent to the stranger.
  private func replies(_ call: TestCall) -> (bytes: Int, count: Int) {
    call.peers.reduce((0, 0)) { sum, peer in
      let statistics = call.simulation.network.statistics(from: peer.addresses[0].ip, to: stranger.ip)
      return (sum.0 + statistics.sentBytes, sum.1 + statistics.sentCount)
    }
  }

  /// Sends to both peers, spread over the time. Where there is nothing to send, time passes in the same steps.
  ///
  /// - Returns: how many datagrams were sent to each.
  @discardableResult
  private func attack(
    _ call: TestCall, for span: TimeDelta, perMillisecond: Int = 2,
    from source: (Int, SimulatedPeer) -> TransportAddress,
    _ datagram: (Int, SimulatedPeer) -> [UInt8]?
  ) -> Int {
    var number = 0
    let end = call.simulation.now + span
    while call.simulation.now < end {
      for peer in call.peers {
        for _ in 0..<perMillisecond {
          if let bytes = datagram(number, peer) {
            bytes.withRawSpan {
              peer.engine.handle($0, from: source(number, peer), to: peer.addresses[0], now: call.simulation.now)
            }
          }
          number += 1
        }
        call.simulation.settle(peer)
      }
      call.simulation.run(for: .milliseconds(1))
    }
    return number / call.peers.count
  }

  @discardableResult
  private func attack(
    _ call: TestCall, for span: TimeDelta, perMillisecond: Int = 2, from source: (SimulatedPeer) -> TransportAddress,
    _ datagram: (Int, SimulatedPeer) -> [UInt8]?
  ) -> Int {
    attack(call, for: span, perMillisecond: perMillisecond, from: { source($1) }, datagram)
  }

  /// The other peer's address, which anybody can write as a sender's.
  private func peerAddress(_ call: TestCall) -> (SimulatedPeer) -> TransportAddress {
    { peer in (peer === call.caller ? call.callee : call.caller).addresses[0] }
  }

  /// Each datagram that the peers sent to each other, with its time, in one number.
  private final class Course {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var count = 0

    init(of call: TestCall) {
      let ips = call.peers.map(\.addresses[0].ip)
      call.simulation.onDatagram = { [self, unowned simulation = call.simulation] bytes, source, destination in
        guard ips.contains(source.ip), ips.contains(destination.ip) else { return }
        count += 1
        mix(UInt64(bitPattern: simulation.now.nanoseconds))
        mix(UInt64(source.port) << 16 | UInt64(destination.port))
        for byte in bytes { mix(UInt64(byte)) }
      }
    }

    private func mix(_ value: UInt64) { hash = (hash ^ value) &* 0x100_0000_01B3 }
  }

  /// Makes the same call twice, once with what a stranger sends and once without: the peers must do the very same, to the bit and the
  /// nanosecond, and every datagram of the stranger must have been counted.
  ///
  /// - Parameter uncounted: what DTLS drops, which knows no reasons.
  private func changesNothing(
    seed: UInt64, from source: @escaping (TestCall) -> (Int, SimulatedPeer) -> TransportAddress,
    uncounted: ([UInt8]) -> Bool = { _ in false },
    _ makeDatagram: (_ recorded: [(bytes: [UInt8], source: TransportAddress)]) -> (Int, SimulatedPeer) -> [UInt8]
  ) throws {
    var courses: [Course] = []
    var frames: [[UInt32]] = []
    for isAttacked in [false, true] {
      let call = try TestCall(seed: seed)
      var recorded: [(bytes: [UInt8], source: TransportAddress)] = []
      call.simulation.onDatagram = { bytes, source, _ in
        if recorded.count < 3_000 { recorded.append((bytes, source)) }
      }
      call.simulation.run(for: .seconds(2))
      let course = Course(of: call)
      let make = makeDatagram(recorded)
      let before = call.peers.map(\.droppedCount)
      var exempt = 0
      let sent = attack(call, for: .milliseconds(1_200), from: source(call)) { number, peer in
        guard isAttacked else { return nil }
        let bytes = make(number, peer)
        if uncounted(bytes) { exempt += 1 }
        return bytes
      }
      call.simulation.run(for: .seconds(1))
      #expect(call.isConnected && call.simulation.failures == [])
      #expect(replies(call) == (0, 0))
      let counted = zip(call.peers, before).map { $0.droppedCount - $1 }
      #expect(counted.reduce(0, +) == (isAttacked ? sent * 2 - exempt : 0), "\(counted)")
      courses.append(course)
      frames.append(call.peers.flatMap { $0.videoFrames.map(\.counter) + $0.audioFrames.map(\.counter) })
    }
    #expect(courses[0].count > 300 && courses[0].count == courses[1].count)
    #expect(courses[0].hash == courses[1].hash)
    #expect(frames[0] == frames[1])
  }

  @Test("The peers of a call do the same to the bit, whatever a stranger sends, and every datagram is counted")
  func sameCourse() throws {
    let random = RandomSource.seeded(3)
    try changesNothing(seed: 21, from: { _ in { number, _ in number % 3 == 0 ? stranger : address(number) } }) {
      recorded in
      { number, _ in
        switch number % 8 {
        case 0: return random.bytes(number / 8 % 1_500)
        case 1: return [UInt8(truncatingIfNeeded: number / 8)] + random.bytes(90)
        case 2: return clientHello(random)
        case 3: return []
        // What the peers sent, the checks cut off behind the user name: those alone would be answered.
        case 4, 5:
          let bytes = recorded[number % recorded.count].bytes
          return bytes[0] < 2 ? Array(bytes.prefix(40)) : bytes
        case 6: return [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + random.bytes(12)
        default: return [0x80, 0xC8, 0, 6] + random.bytes(24)
        }
      }
    }
  }

  @Test(
    "The peers of a call do the same to the bit, whatever is forged under their own addresses, and every datagram is counted"
  )
  func sameCourseWhenForged() throws {
    let random = RandomSource.seeded(4)
    let isDTLS: ([UInt8]) -> Bool = { bytes in bytes.first.map { (20...63).contains($0) } ?? false }
    try changesNothing(
      seed: 22, from: { call in { peerAddress(call)($1) } }, uncounted: isDTLS
    ) { recorded in
      let media = recorded.map(\.bytes).filter { $0.count > 12 && $0[0] >> 6 == 2 }
      return { number, _ in
        switch number % 8 {
        case 0: return clientHello(random)
        case 1: return [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40]
        case 2:
          return [22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, UInt8(truncatingIfNeeded: number), 0, 40] + random.bytes(40)
        case 3: return [23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 40] + random.bytes(40)
        case 4, 5:
          var bytes = media[number % media.count]
          // Far from what is known, so that it is not taken for a repetition, or in the payload.
          if number % 2 == 0 { bytes[2] &+= 3 } else { bytes[bytes.count - 20] ^= 1 }
          return bytes
        case 6: return [0x81, 0xC9] + random.bytes(60)
        default: return [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + random.bytes(12)
        }
      }
    }
  }

  /// One of some thousand addresses.
  private func address(_ number: Int) -> TransportAddress {
    TransportAddress(
      IPAddress(v4: 198, 18, UInt8(number / 100 % 100), UInt8(number % 100)), port: UInt16(1_024 + number % 5))
  }

  @Test("100,000 datagrams from 10,000 addresses, copied checks among them, leave neither addresses nor buffers behind")
  func manyAddresses() throws {
    let (call, recorded) = try makeCall()
    let random = RandomSource.seeded(7)
    let checks = recorded.filter { $0.bytes.first == 0 && $0.bytes[1] == 1 }
    let start = call.simulation.now
    let buffers = call.peers.map { $0.engine.pool.createdCount }
    let sent = attack(
      call, for: .milliseconds(2_500), perMillisecond: 20, from: { number, _ in address(number) }
    ) { number, peer in
      switch number % 4 {
      case 0: return random.bytes(Int(random.uint16() % 300))
      case 1: return clientHello(random)
      case 2: return recorded[number % recorded.count].bytes
      default:
        let other = checks.filter { $0.source != peer.addresses[0] }
        return other[number % other.count].bytes
      }
    }
    #expect(sent >= 50_000)
    isUndisturbed(call, since: start)
    for (peer, created) in zip(call.peers, buffers) {
      let statistics = peer.engine.makeStatistics(now: call.simulation.now)
      #expect(statistics.remoteCandidates.count <= 101 && statistics.pairs.count <= 200)
      #expect(statistics.inbound.count == 2)
      // One buffer for each datagram that waits for its turn, and those are answered as they come.
      #expect(peer.engine.pool.createdCount <= created + 100)
      let diagnostics = peer.engine.makeDiagnostics()
      #expect(diagnostics.datagramsOverflowed == 0 && diagnostics.eventsOverflowed == 0)
      #expect(diagnostics.transports[0].heldBytes < 1_000_000 && diagnostics.transports[0].media.overflows == 0)
      #expect(diagnostics.transports[0].ice.migrations == 0)
    }
  }

  @Test("Every reply to an unverified address is no larger than the one request that it answers")
  func replySizes() throws {
    let (call, recorded) = try makeCall()
    let random = RandomSource.seeded(6)
    let checks = recorded.filter { $0.bytes.first == 0 && $0.bytes[1] == 1 }
    var request = 0
    var answered = 0
    var asked: [[UInt8]] = []
    call.simulation.onDatagram = { bytes, _, destination in
      guard destination == stranger else { return }
      // A check of our own, towards an address from which a valid one came; it has its pace, and is judged by the sum.
      guard bytes[0] == 1 else { return asked.append(bytes) }
      answered += 1
      #expect(bytes.count <= request)
    }
    var requested = 0
    for number in 0..<2_000 {
      for peer in call.peers {
        let other = checks.filter { $0.source != peer.addresses[0] }
        var bytes: [UInt8]
        switch number % 4 {
        case 0: bytes = random.bytes(Int(random.uint16() % 200))
        case 1: bytes = clientHello(random)
        case 2: bytes = recorded[number % recorded.count].bytes
        default: bytes = other[number % other.count].bytes
        }
        if number % 16 == 15 { bytes.removeLast(min(bytes.count, number % 50)) }
        request = bytes.count
        requested += bytes.count
        let before = (answered, asked.count)
        bytes.withRawSpan {
          peer.engine.handle($0, from: stranger, to: peer.addresses[0], now: call.simulation.now)
        }
        call.simulation.settle(peer)
        // At most the answer and one check at once.
        #expect(answered - before.0 <= 1 && asked.count - before.1 <= 1)
        request = 0
      }
      call.simulation.run(for: .milliseconds(1))
    }
    #expect(answered > 100)
    #expect(asked.reduce(0) { $0 + $1.count } + answered * 40 <= requested)
    #expect(asked.allSatisfy { $0.count <= 140 })
  }

  @Test("ClientHello races from anywhere, and copies under the peer's own address, end neither set-up nor call")
  func clientHelloRace() throws {
    for seed: UInt64 in 30..<36 {
      let call = try TestCall(seed: seed)
      let random = RandomSource.seeded(seed)
      var hellos: [(bytes: [UInt8], source: TransportAddress)] = []
      call.simulation.onDatagram = { bytes, source, _ in
        // The answerer is the server.
        if hellos.count < 2, bytes.first == 22, source == call.caller.addresses[0] { hellos.append((bytes, source)) }
      }
      // From the first check on, before there is a handshake: what the client sends is raced by what looks the same.
      attack(
        call, for: .milliseconds(300), perMillisecond: 4,
        from: { number, peer in number % 4 == 0 ? peerAddress(call)(peer) : stranger }
      ) { number, peer in
        let known = hellos.filter { $0.source != peer.addresses[0] }
        guard !known.isEmpty else { return number % 4 == 0 ? [] : clientHello(random) }
        var bytes = known[number % known.count].bytes
        // Its own, of another random number.
        if number % 4 > 1, bytes.count > 60 { bytes[50] ^= UInt8(truncatingIfNeeded: number) | 1 }
        return number % 4 == 1 ? clientHello(random) : bytes
      }
      call.simulation.onDatagram = nil
      #expect(call.isConnected, "seed \(seed)")
      call.simulation.run(for: .seconds(2))
      let start = call.simulation.now
      attack(call, for: .milliseconds(300), from: peerAddress(call)) { number, _ in
        number % 2 == 0 ? hellos[number % hellos.count].bytes : clientHello(random)
      }
      isUndisturbed(call, since: start)
      #expect(replies(call) == (0, 0))
    }
  }

  private func isUndisturbed(_ call: TestCall, since start: MonotonicTime) {
    #expect(call.simulation.failures == [])
    #expect(call.isConnected)
    for peer in call.peers {
      #expect(peer.longestAudioGap(from: start, to: call.simulation.now) < .milliseconds(200))
      #expect(peer.longestVideoGap(from: start, to: call.simulation.now) < .milliseconds(200))
      #expect(peer.brokenFrames == 0)
      #expect(peer.connectionStates.map(\.state) == [.connecting, .connected])
    }
  }

  /// A ClientHello as far as anybody looks before there are keys.
  private func clientHello(_ random: RandomSource) -> [UInt8] {
    [22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 80, 1, 0, 0, 68, 0, 0, 0, 0, 0, 0, 0, 68] + random.bytes(68)
  }

  @Test("Garbage of every kind from a stranger is dropped, counted and never answered")
  func garbage() throws {
    let (call, _) = try makeCall()
    let random = RandomSource.seeded(1)
    let start = call.simulation.now
    attack(call, for: .milliseconds(1_500), from: { _ in stranger }) { number, _ in
      switch number % 5 {
      case 0:
        var bytes = random.bytes(Int(random.uint16() % 1_500))
        if !bytes.isEmpty { bytes[0] = UInt8(truncatingIfNeeded: number / 5) }
        return bytes
      case 1: return clientHello(random)
      case 2: return [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, UInt8(truncatingIfNeeded: number)]
      case 3: return [0x80, 0x6F] + random.bytes(200)
      default: return [0x80, 0xC8] + random.bytes(60)
      }
    }
    isUndisturbed(call, since: start)
    #expect(replies(call) == (0, 0))
    for peer in call.peers { #expect(peer.engine.makeDiagnostics().transports[0].datagrams.unvalidatedDrops > 500) }
  }

  @Test("STUN without integrity, with the wrong one, or of a former generation is never answered")
  func authenticity() throws {
    let (call, recorded) = try makeCall()
    let checks = recorded.filter { $0.bytes.count > 20 && $0.bytes[0] == 0 && $0.bytes[1] == 1 }
    #expect(checks.count > 3)
    // Now what was valid is of a former generation.
    try call.simulation.restartICE(by: call.caller)
    call.simulation.run(for: .seconds(2))
    let start = call.simulation.now
    attack(call, for: .milliseconds(1_000), from: { _ in stranger }) { number, _ in
      var bytes = checks[number % checks.count].bytes
      switch number % 3 {
      case 0: break
      // A bit of the integrity, which lies before the fingerprint of eight bytes.
      case 1: bytes[bytes.count - 20] ^= 1
      // Cut off, with the length that fits.
      default:
        bytes.removeLast(32)
        bytes[3] = UInt8(truncatingIfNeeded: bytes.count - 20)
      }
      return bytes
    }
    isUndisturbed(call, since: start)
    #expect(replies(call) == (0, 0))
  }

  @Test("Who copies checks of this very generation gets answers no larger than them, few checks, and no media")
  func replayedChecks() throws {
    let (call, recorded) = try makeCall()
    let start = call.simulation.now
    var asked = 0
    attack(call, for: .seconds(2), perMillisecond: 1, from: { _ in stranger }) { number, peer in
      let checks = recorded.filter { $0.bytes.first == 0 && $0.bytes[1] == 1 && $0.source != peer.addresses[0] }
      let bytes = checks[number % checks.count].bytes
      asked += bytes.count
      return bytes
    }
    isUndisturbed(call, since: start)
    let (bytes, count) = replies(call)
    #expect(count > 0 && bytes <= asked)
    // Answers to checks have less than 100 bytes, and media comes in hundreds of packets.
    #expect(bytes < count * 140)
    #expect(call.peers.allSatisfy { $0.engine.makeDiagnostics().transports[0].ice.migrations == 0 })
  }

  @Test("Replayed and reflected media, from the peer's address and from others, changes nothing")
  func replayedMedia() throws {
    let (call, recorded) = try makeCall()
    let media = recorded.filter { $0.bytes.count > 12 && $0.bytes[0] >> 6 == 2 }
    for isSpoofed in [false, true] {
      let start = call.simulation.now
      let source: (SimulatedPeer) -> TransportAddress = { peer in
        isSpoofed ? (peer === call.caller ? call.callee : call.caller).addresses[0] : stranger
      }
      attack(call, for: .milliseconds(1_500), from: source) { number, _ in media[number % media.count].bytes }
      isUndisturbed(call, since: start)
    }
    #expect(replies(call) == (0, 0))
    for peer in call.peers {
      let dropped = peer.engine.makeDiagnostics().transports[0]
      #expect(dropped.media.duplicates > 500 && dropped.media.rejected > 500)
    }
  }

  @Test("Forged packets under the peer's address change nothing: media, control, alerts, handshakes")
  func forged() throws {
    let (call, recorded) = try makeCall()
    let media = recorded.filter { $0.bytes.count > 12 && $0.bytes[0] >> 6 == 2 }
    let random = RandomSource.seeded(5)
    let start = call.simulation.now
    attack(
      call, for: .milliseconds(1_500), from: { peer in (peer === call.caller ? call.callee : call.caller).addresses[0] }
    ) {
      number, _ in
      switch number % 6 {
      case 0: return clientHello(random)
      case 1: return [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40]
      case 2: return [21, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 20] + random.bytes(20)
      case 3: return [23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 40] + random.bytes(40)
      case 4:
        var bytes = media[number % media.count].bytes
        bytes[2] = bytes[2] &+ 3
        return bytes
      default: return [0x81, 0xC9] + random.bytes(60)
      }
    }
    isUndisturbed(call, since: start)
  }

  @Test("A path that is silent is not taken over by a stranger who copies what the peer last sent")
  func takeover() throws {
    let (call, _) = try makeCall()
    var copied: [[UInt8]] = []
    let callee = call.callee.addresses[0]
    call.simulation.onDatagram = { bytes, source, _ in if source == callee { copied.append(bytes) } }
    // What the callee sends reaches the stranger only, who passes it on as its own.
    call.simulation.network.setImpairments(.blackhole, from: callee.ip, to: call.caller.addresses[0].ip)
    attack(call, for: .seconds(2), perMillisecond: 1, from: { _ in stranger }) { _, peer in
      peer === call.caller && !copied.isEmpty ? copied.removeFirst() : [0]
    }
    call.simulation.onDatagram = nil
    #expect(call.caller.engine.makeDiagnostics().transports[0].ice.migrations == 0)
    // Checks alone, of which each was paid for with a packet: no media.
    let (bytes, count) = replies(call)
    #expect(count < 200 && bytes < count * 140)
    call.simulation.network.setImpairments(
      .init(delay: .milliseconds(25)), from: callee.ip, to: call.caller.addresses[0].ip)
    call.simulation.run(for: .seconds(2))
    #expect(call.isConnected)
  }

  @Test("New calls connect within a second under a flood")
  func setUp() throws {
    let call = try TestCall(seed: 8)
    let random = RandomSource.seeded(2)
    attack(call, for: .seconds(1), perMillisecond: 4, from: { _ in stranger }) { number, _ in
      number % 2 == 0 ? clientHello(random) : [0, 1] + random.bytes(60)
    }
    #expect(call.isConnected)
    #expect(replies(call) == (0, 0))
  }

  @Test("Third parties in a description without BUNDLE get checks at the pace of one transport, not of each")
  func paceOfTransports() throws {
    let simulation = Simulation(seed: 3, impairments: .init(delay: .milliseconds(10)), crypto: .deterministic)
    let peers = ["caller", "callee"].map { name in
      simulation.addPeer(name) { $0.jsep.bundlePolicy = .maxCompat }
    }
    for kind in 0..<8 {
      try peers[0].engine.updateModel(now: .zero) { model throws(WebRTCError) in
        _ = try model.addTransceiver(kind % 2 == 0 ? .audio : .video)
      }
    }
    var checks: [MonotonicTime] = []
    let callee = peers[1].addresses[0].ip
    simulation.onDatagram = { [unowned simulation] bytes, source, destination in
      if source.ip == callee, destination.ip == IPAddress(v4: 203, 0, 113, 9) {
        checks.append(simulation.now)
      }
    }
    // The peer groups nothing, and names one address many times in each section.
    try simulation.negotiate(peers[0], peers[1]) { description in
      description.split(separator: "\r\n").filter { !$0.hasPrefix("a=group") && !$0.hasPrefix("a=candidate") }
        .map { $0 == "a=rtcp-mux" ? $0 + "\r\n" + Self.victims : String($0) }.joined(separator: "\r\n") + "\r\n"
    }
    simulation.run(for: .seconds(10))
    #expect(peers[1].engine.jsep.negotiated.transports.count == 8)
    let firstSecond = checks.filter { $0 < checks[0] + .seconds(1) }
    // One at once from each transport, and then one each 20 ms, retransmissions apart.
    #expect(firstSecond.count <= 8 + 50 + 100 && checks.count > 50, "\(firstSecond.count) of \(checks.count)")
  }

  private static let victims = (1...30).map { "a=candidate:\($0) 1 udp 2000000000 203.0.113.9 \(1_000 + $0) typ host" }
    .joined(separator: "\r\n")

  @Test("Third parties in a description get a few checks and nothing else")
  func thirdParties() throws {
    let call = try TestCall(seed: 2)
    call.simulation.run(for: .milliseconds(45))
    for number in 1...200 {
      let candidate = RTCIceCandidateInit(
        candidate: "candidate:\(number) 1 udp 2000000000 203.0.113.\(number) 53 typ host", sdpMid: "0", sdpMLineIndex: 0
      )
      try? call.caller.engine.addICECandidate(candidate, now: call.simulation.now)
    }
    call.simulation.run(for: .seconds(20))
    #expect(call.isConnected)
    var total = 0
    for number in 1...200 {
      let victim = IPAddress(v4: 203, 0, 113, UInt8(number))
      let statistics = call.simulation.network.statistics(from: call.caller.addresses[0].ip, to: victim)
      #expect(statistics.sentCount <= 8 && statistics.sentBytes <= 8 * 140)
      total += statistics.sentCount
    }
    #expect(total < 800)
  }
}
