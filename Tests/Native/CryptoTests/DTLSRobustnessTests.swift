import RTCBase
import RTCNativeCrypto
import RTCSecurity
import RTCTestKit
import Testing

@Suite("DTLS and hostile input")
struct DTLSRobustnessTests {
  /// A server that waits for a ClientHello.
  private func makeServer() throws -> any DTLSSession {
    let (certificate, other) = try Certificates.ecdsa.get()
    let server = try OpenSSLCryptoProvider().makeDTLSSession(
      DTLSConfiguration(role: .server, certificate: certificate, remoteFingerprints: other.fingerprints))
    server.start(now: .zero)
    return server
  }

  private func answer(_ server: any DTLSSession, to datagrams: [[UInt8]]) -> [[UInt8]] {
    for datagram in datagrams { datagram.withRawSpan { server.receive($0, now: .zero) } }
    var answers: [[UInt8]] = []
    while let datagram = server.nextDatagram() { answers.append(datagram) }
    return answers
  }

  /// The first record is a handshake record with a ServerHello of DTLS 1.2.
  private func isServerHello(_ datagram: [UInt8]?) -> Bool {
    guard let datagram, datagram.count > 27 else { return false }
    return datagram[0] == 22 && datagram[13] == 2 && datagram[25] == 0xFE && datagram[26] == 0xFD
  }

  @Test("DT-03: a browser's ClientHello in two or more datagrams is answered with DTLS 1.2, in any order")
  func largeHello() throws {
    let hello = ClientHello()
    #expect(hello.size >= 1_400)
    for limit in [1_200, 700, 400] {
      let datagrams = hello.datagrams(limit: limit)
      #expect(datagrams.count >= 2)
      for order in [datagrams, datagrams.reversed(), datagrams + datagrams, datagrams.reversed() + datagrams] {
        #expect(try isServerHello(answer(makeServer(), to: order).first))
      }
    }
    var larger = hello
    larger.keyShareSize = 3_000
    #expect(try isServerHello(answer(makeServer(), to: larger.datagrams()).first))
  }

  @Test("DT-01: DTLS 1.0 is refused with protocol_version")
  func oldVersion() throws {
    let hello = ClientHello(version: 0xFEFF, offersDTLS13: false)
    let server = try makeServer()
    let alert = try #require(answer(server, to: hello.datagrams()).first)
    #expect(alert[0] == 21 && alert[13...14] == [2, 70])
    guard case .failed(.sentAlert(70)) = server.nextEvent() else {
      Issue.record("no failure was reported")
      return
    }
  }

  @Test("DT-04: a peer that only knows SHA-1 signatures is refused")
  func weakSignatures() throws {
    let server = try makeServer()
    let hello = ClientHello(signatureSchemes: [0x0203, 0x0201])
    let alert = try #require(answer(server, to: hello.datagrams()).first)
    #expect(alert[0] == 21 && alert[13] == 2)
    guard case .failed(.sentAlert) = server.nextEvent() else {
      Issue.record("no failure was reported")
      return
    }
  }

  @Test("Nothing happens before start, and nothing after the end")
  func outsideOfLife() throws {
    let (certificate, other) = try Certificates.ecdsa.get()
    let server = try OpenSSLCryptoProvider().makeDTLSSession(
      DTLSConfiguration(role: .server, certificate: certificate, remoteFingerprints: other.fingerprints))
    #expect(answer(server, to: ClientHello().datagrams()).isEmpty)
    server.close(now: .zero)
    server.start(now: .zero)
    #expect(answer(server, to: ClientHello().datagrams()).isEmpty)
    #expect(server.nextEvent() == nil && server.deadline == nil)
  }

  @Test("DT-01: garbage never ends an established session, and data still passes")
  func garbageAfterwards() throws {
    try withNativePair { pair in
      var recorded: [[UInt8]] = []
      pair.tamper = { datagrams, _ in
        recorded += datagrams
        return datagrams
      }
      pair.connect()
      let random = RandomSource.seeded(7)
      for toClient in [true, false] {
        // What was said before, also changed; ClientHellos; fatal alerts without protection; noise.
        for datagram in recorded {
          pair.inject(datagram, toClient: toClient)
          for _ in 0..<20 {
            var changed = datagram
            changed[Int(random.uint16()) % changed.count] ^= UInt8(truncatingIfNeeded: random.next() | 1)
            pair.inject(changed, toClient: toClient)
          }
        }
        for datagram in ClientHello().datagrams() { pair.inject(datagram, toClient: toClient) }
        for epoch in UInt8(0)...2 {
          for alert in [[1, 0], [2, 40], [2, 0]] as [[UInt8]] {
            pair.inject([21, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, 1, 0, 0, 2] + alert, toClient: toClient)
          }
        }
        for length in 0..<300 {
          var noise = random.bytes(length)
          if length > 0 { noise[0] = 20 + noise[0] % 44 }
          if length > 12, length % 2 == 0 {
            noise.replaceSubrange(1..<3, with: [0xFE, 0xFD])
            noise.replaceSubrange(11..<13, with: [0, UInt8(truncatingIfNeeded: length - 13)])
          }
          pair.inject(noise, toClient: toClient)
        }
      }
      pair.run()
      #expect(pair.client.failure == nil && pair.server.failure == nil)
      #expect(!pair.client.isClosed && !pair.server.isClosed)
      #expect(pair.send([1, 2, 3], fromClient: true) && pair.send([4], fromClient: false))
      pair.run()
      #expect(pair.server.receivedData == [[1, 2, 3]] && pair.client.receivedData == [[4]])
    }
  }

  @Test("DT-01: noise between the flights does not disturb the handshake")
  func garbageDuring() throws {
    try withNativePair { pair in
      let random = RandomSource.seeded(3)
      pair.tamper = { datagrams, _ in
        let noise = (0..<20).map { _ in
          var bytes = random.bytes(Int(random.uint16()) % 200 + 1)
          bytes[0] = 20 + bytes[0] % 44
          return bytes
        }
        return noise + datagrams.flatMap { [Array($0.dropLast(1 + Int(random.uint16()) % 12)), $0] } + noise
      }
      pair.connect()
      #expect(pair.isConnected)
    }
  }

  @Test("DT-01: forged alerts between the flights do not end a handshake that goes on", arguments: [UInt8](0...3))
  func forgedAlerts(kind: UInt8) throws {
    try withNativePair { pair in
      let level = 1 + kind % 2
      let description: UInt8 = kind < 2 ? 40 : 0
      let alert: [UInt8] = [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, level, description]
      pair.tamper = { datagrams, _ in [alert] + datagrams.flatMap { [$0, alert] } }
      pair.inject(alert, toClient: false)
      pair.connect()
      #expect(pair.isConnected)
      pair.inject(alert, toClient: false)
      pair.inject(alert, toClient: true)
      pair.tamper = nil
      #expect(pair.send([1], fromClient: true) && pair.send([2], fromClient: false))
      pair.run()
      #expect(pair.server.receivedData == [[1]] && pair.client.receivedData == [[2]])
    }
  }

  @Test("DT-01: an alert of a peer that goes no further is believed after a second")
  func trueAlert() throws {
    try withNativePair { pair in
      pair.tamper = { datagrams, fromClient in fromClient ? datagrams : [] }
      pair.start()
      pair.run(until: .zero + .milliseconds(50))
      let told = pair.now
      pair.inject([21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40], toClient: true)
      pair.run(until: told + .milliseconds(990))
      #expect(pair.client.failure == nil)
      pair.run(until: told + .seconds(1))
      #expect(pair.client.failure == .receivedAlert(40))
    }
  }

  @Test("Every truncation of every handshake datagram is survived")
  func truncations() throws {
    var recorded: [([UInt8], fromClient: Bool)] = []
    var options = PairOptions()
    options.impairments = .none
    try withNativePair(.init(), options) { pair in
      pair.tamper = { datagrams, fromClient in
        recorded += datagrams.map { ($0, fromClient) }
        return datagrams
      }
      pair.connect()
      #expect(pair.isConnected)
    }
    #expect(recorded.count >= 4)
    for (datagram, fromClient) in recorded {
      let server = try makeServer()
      for length in 0...datagram.count {
        datagram.prefix(length).withUnsafeBytes { server.receive(RawSpan(_unsafeBytes: $0), now: .zero) }
      }
      _ = answer(server, to: [])
      try withNativePair(.init(), options) { pair in
        pair.start()
        for length in stride(from: datagram.count, through: 0, by: -1) {
          pair.inject(Array(datagram.prefix(length)), toClient: !fromClient)
        }
        pair.run(until: .zero + .seconds(1))
      }
    }
  }

  @Test("Random changes to handshake datagrams never crash and never connect to the wrong peer", arguments: 1...3)
  func mutations(round: Int) throws {
    let random = RandomSource.seeded(UInt64(round))
    for _ in 0..<100 {
      var options = PairOptions()
      options.impairments = .none
      try withNativePair(.init(), options) { pair in
        pair.tamper = { datagrams, _ in
          datagrams.map { datagram in
            guard random.next() % 3 == 0 else { return datagram }
            var changed = datagram
            for _ in 0..<1 + random.next() % 4 {
              changed[Int(random.uint16()) % changed.count] = UInt8(truncatingIfNeeded: random.next())
            }
            return changed
          }
        }
        pair.connect(within: .seconds(5))
        if let client = pair.client.details, let server = pair.server.details {
          #expect(client.keyingMaterial?.localKeyAndSalt == server.keyingMaterial?.remoteKeyAndSalt)
        }
      }
    }
  }
}
