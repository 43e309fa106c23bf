import RTCBase
import RTCICE
import RTCSTUN
import Testing

@Suite struct AuthenticityTests {
  private let a = TransportAddress("192.0.2.1", 5_000)
  private let b = TransportAddress("192.0.2.2", 6_000)
  private let stranger = TransportAddress("203.0.113.66", 666)

  private func agentAndPeer() throws -> (ICESimulation, TestPeer) {
    let simulation = ICESimulation()
    simulation.signallingDelay = nil
    simulation.addAgent(.controlled, [a])
    let credentials = ICECredentials(random: .seeded(8))
    simulation.agents[0].setRemoteCredentials(credentials, now: .zero)
    let peer = TestPeer(local: credentials, remote: try #require(simulation.agents[0].localCredentials))
    peer.listen(simulation)
    return (simulation, peer)
  }

  @Test("IC-21: a check without right integrity is counted, changes nothing and is not answered")
  func wrongIntegrity() throws {
    let (simulation, peer) = try agentAndPeer()
    let cases: [([UInt8], ICEDropCause)] = [
      (peer.makeCheck(password: "someone else's password"), .wrongIntegrity),
      (peer.makeCheck(signed: false), .missingIntegrity),
      (peer.makeCheck(username: "other:\(peer.local.ufrag)"), .unknownUsername),
      (peer.makeCheck(username: peer.remote.ufrag), .unknownUsername),
      (peer.makeCheck(priority: nil), .incompleteCheck),
      (peer.makeCheck(role: nil), .incompleteCheck),
      (STUNRequestBuilder.binding(STUNTransactionID(high: 1, low: 2)), .missingIntegrity),
      ([0, 1, 0, 0, 1, 2, 3], .malformed),
    ]
    for (bytes, cause) in cases {
      #expect(simulation.inject(bytes, from: stranger, to: a) == .dropped(cause))
      #expect(simulation.agents[0].counters.dropped(cause) > 0)
    }
    #expect(simulation.agents[0].counters.totalDropped == UInt64(cases.count))
    #expect(peer.received.isEmpty)
    #expect(simulation.agents[0].pairs.isEmpty && simulation.agents[0].remoteCandidates.isEmpty)
    #expect(simulation.agents[0].isValidated(stranger, at: a) == false)
    #expect(simulation.agents[0].state == .new)
  }

  @Test("a valid check makes its address one that DTLS is accepted from")
  func validated() throws {
    let (simulation, peer) = try agentAndPeer()
    #expect(simulation.inject(peer.makeCheck(), from: b, to: a) == .validated)
    #expect(simulation.agents[0].isValidated(b, at: a) == true)
    #expect(simulation.agents[0].isValidated(b, at: b) == false)
    #expect(simulation.events[0].contains(.remoteAddressValidated(remote: b, base: a)))
    #expect(simulation.inject(peer.makeCheck(), from: b, to: a) == .validated)
    let count = simulation.events[0].count { if case .remoteAddressValidated = $0 { true } else { false } }
    #expect(count == 1)
  }

  @Test("validated addresses are bounded, and the path in use stays among them")
  func validatedBound() throws {
    let (simulation, peer) = try agentAndPeer()
    peer.check(simulation, from: b, to: a, priority: .max, nominating: true)
    simulation.run(for: .milliseconds(10))
    peer.answerAll(simulation)
    #expect(simulation.agents[0].path?.remote == b)
    for port in UInt16(1)...400 {
      _ = simulation.inject(peer.makeCheck(), from: TransportAddress(stranger.ip, port: port), to: a)
    }
    #expect(simulation.agents[0].isValidated(b, at: a) == true)
    let validated = (UInt16(1)...400).count {
      simulation.agents[0].isValidated(TransportAddress(stranger.ip, port: $0), at: a)
    }
    #expect(validated <= 64 && validated >= 60)
    #expect(simulation.agents[0].remoteCandidates.count <= 100)
    #expect(simulation.agents[0].pairs.count <= 200)
  }

  @Test("an unknown comprehension-required attribute is refused with 420 and its name")
  func unknownAttribute() throws {
    let (simulation, peer) = try agentAndPeer()
    let type = STUNAttributeType(rawValue: 0x7F55)
    #expect(simulation.inject(peer.makeCheck(extra: [type]), from: b, to: a) == .validated)
    let answer = try #require(peer.received.first).bytes
    let message = try #require(answer.withRawSpan { STUNMessage(parsing: $0) })
    #expect(message.errorCode == .unknownAttribute)
    #expect(simulation.agents[0].pairs.isEmpty)
    let authenticator = TestCrypto.Authenticator(key: Array(peer.remote.password.utf8))
    #expect(answer.withRawSpan { message.isIntegrityValid($0, authenticator) })
    // Optional ones, such as a browser's network information, do no harm.
    let optional = STUNAttributeType(rawValue: 0xC057)
    #expect(simulation.inject(peer.makeCheck(extra: [optional]), from: b, to: a) == .validated)
    #expect(simulation.agents[0].pairs.count == 1)
  }

  @Test("an answer replayed from another address, with a wrong digest, or to nothing is dropped")
  func responses() throws {
    let (simulation, peer) = try agentAndPeer()
    peer.check(simulation, from: b, to: a, priority: 1)
    simulation.run(for: .milliseconds(10))
    let request = try #require(
      peer.received.last { $0.bytes.withRawSpan { STUNUsername.localUfrag(of: $0) } != nil })
    let answer = try #require(peer.makeAnswer(to: request.bytes, seenFrom: a))
    #expect(simulation.inject(answer, from: stranger, to: a) == .dropped(.asymmetric))
    #expect(simulation.agents[0].path == nil)
    var forged = answer
    forged[forged.count - 9] ^= 1
    // The fingerprint is anyone's to make.
    let fingerprint = forged[..<(forged.count - 8)].withUnsafeBytes { STUNFingerprint.value(of: $0.bytes) }
    for index in 0..<4 {
      forged[forged.count - 4 + index] = UInt8(truncatingIfNeeded: fingerprint >> UInt32(24 - 8 * index))
    }
    #expect(simulation.inject(forged, from: b, to: a) == .dropped(.wrongIntegrity))
    #expect(simulation.agents[0].path == nil)
    #expect(simulation.inject(answer, from: b, to: a) == .validated)
    #expect(simulation.agents[0].path?.remote == b)
    #expect(simulation.inject(answer, from: b, to: a) == .dropped(.unknownTransaction))
    #expect(simulation.agents[0].isValidated(stranger, at: a) == false)
  }

  @Test("a datagram to an address that is no base is dropped")
  func unknownBase() throws {
    let (simulation, peer) = try agentAndPeer()
    let verdict = peer.makeCheck().withRawSpan { simulation.agents[0].handle($0, from: b, to: stranger, now: .zero) }
    #expect(verdict == .dropped(.unknownBase))
  }

  @Test("what is not answered cannot amplify: no answer is longer than its request")
  func amplification() throws {
    let (simulation, peer) = try agentAndPeer()
    for extra in [[], [STUNAttributeType(rawValue: 0x7F55)]] {
      peer.listen(simulation)
      let request = peer.makeCheck(extra: extra)
      let before = peer.received.count
      _ = simulation.inject(request, from: b, to: a)
      let answer = try #require(
        peer.received[before...].first { $0.bytes.withRawSpan { STUNUsername.localUfrag(of: $0) } == nil })
      #expect(answer.bytes.count <= request.count)
    }
  }

  @Test("every truncation and every flipped bit of a check and of an answer leaves a working agent")
  func robustness() throws {
    let (simulation, peer) = try agentAndPeer()
    peer.check(simulation, from: b, to: a, priority: 1)
    simulation.run(for: .milliseconds(10))
    let request = try #require(
      peer.received.last { $0.bytes.withRawSpan { STUNUsername.localUfrag(of: $0) } != nil })
    let answer = try #require(peer.makeAnswer(to: request.bytes, seenFrom: a))
    for original in [peer.makeCheck(nominating: true), answer] {
      for count in 0..<original.count { _ = simulation.inject(Array(original[..<count]), from: b, to: a) }
      // A fingerprint that turns into an unknown attribute leaves a message that is as authentic as before.
      for bit in 0..<original.count * 8 where !(original.count - 8..<original.count - 6).contains(bit / 8) {
        var bytes = original
        bytes[bit / 8] ^= 1 << (bit % 8)
        _ = simulation.inject(bytes, from: b, to: a)
      }
    }
    #expect(simulation.agents[0].path == nil)
    #expect(simulation.inject(answer, from: b, to: a) == .validated)
    #expect(simulation.agents[0].path?.remote == b)
  }
}
