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

  /// Sends from an address to both peers, spread over the time.
  private func attack(
    _ call: TestCall, for span: TimeDelta, perMillisecond: Int = 2, from source: (SimulatedPeer) -> TransportAddress,
    _ datagram: (Int, SimulatedPeer) -> [UInt8]
  ) {
    var number = 0
    let end = call.simulation.now + span
    while call.simulation.now < end {
      for peer in call.peers {
        for _ in 0..<perMillisecond {
          let bytes = datagram(number, peer)
          bytes.withRawSpan {
            peer.engine.handle($0, from: source(peer), to: peer.addresses[0], now: call.simulation.now)
          }
          number += 1
        }
        call.simulation.settle(peer)
      }
      call.simulation.run(for: .milliseconds(1))
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
