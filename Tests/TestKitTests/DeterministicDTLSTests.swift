import RTCBase
import RTCSecurity
import RTCTestKit
import Testing

@Suite("Stand-in DTLS")
struct DeterministicDTLSTests {
  private struct Options {
    var seed: UInt64 = 1
    var impairments = NetworkImpairments(delay: .milliseconds(10))
    var maximumDatagramSize = 1_200
    var clientProfiles = SRTPProfile.preferred
    var serverProfiles = SRTPProfile.preferred
    var wrongFingerprintAtClient = false
  }

  private func makePair(_ options: Options = Options()) throws -> DTLSSessionPair {
    let crypto = DeterministicCrypto(seed: options.seed)
    let (one, other) = (crypto.makeCertificate(), crypto.makeCertificate())
    let expected = options.wrongFingerprintAtClient ? one.fingerprints : other.fingerprints
    return DTLSSessionPair(
      client: try crypto.makeDTLSSession(
        DTLSConfiguration(
          role: .client, certificate: one, remoteFingerprints: expected, srtpProfiles: options.clientProfiles,
          maximumDatagramSize: options.maximumDatagramSize)),
      server: try crypto.makeDTLSSession(
        DTLSConfiguration(
          role: .server, certificate: other, remoteFingerprints: one.fingerprints,
          srtpProfiles: options.serverProfiles, maximumDatagramSize: options.maximumDatagramSize)),
      seed: options.seed, impairments: options.impairments)
  }

  @Test("The handshake takes two round trips, a ClientHello of two datagrams, and DTLS's first bytes")
  func connects() throws {
    let pair = try makePair()
    var firstFlight = 0
    pair.tamper = { datagrams, fromClient in
      if fromClient, firstFlight == 0 { firstFlight = datagrams.count }
      for datagram in datagrams { #expect((20...63).contains(datagram[0]) && datagram.count <= 1_200) }
      return datagrams
    }
    pair.connect()
    #expect(pair.now == .zero + .milliseconds(40))
    #expect(firstFlight == 2)
    let client = try #require(pair.client.details?.keyingMaterial)
    let server = try #require(pair.server.details?.keyingMaterial)
    #expect(client.localKeyAndSalt == server.remoteKeyAndSalt && client.remoteKeyAndSalt == server.localKeyAndSalt)
    #expect(client.localKeyAndSalt != client.remoteKeyAndSalt && client.profile == .aeadAES128GCM)
    #expect(pair.client.session.deadline == nil && pair.server.session.deadline == nil)
  }

  @Test("The server's order of profiles decides")
  func profiles() throws {
    var options = Options()
    options.clientProfiles = [.aes128CMSHA1_80, .aeadAES256GCM]
    let pair = try makePair(options)
    pair.connect()
    #expect(pair.client.details?.keyingMaterial?.profile == .aeadAES256GCM)
    options.serverProfiles = []
    let without = try makePair(options)
    without.connect()
    #expect(without.isConnected && without.client.details?.keyingMaterial == nil)
  }

  @Test("A wrong fingerprint fails both sides before either is connected")
  func mismatch() throws {
    var options = Options()
    options.wrongFingerprintAtClient = true
    let pair = try makePair(options)
    pair.connect()
    pair.run()
    #expect(pair.client.failure == .fingerprintMismatch && pair.server.failure == .receivedAlert(42))
    #expect(pair.client.details == nil && pair.server.details == nil)
  }

  @Test("With 30 % loss each way, disorder and small datagrams every handshake completes")
  func heavyLoss() throws {
    for seed in UInt64(1)...100 {
      var options = Options()
      options.seed = seed
      options.impairments = NetworkImpairments(delay: .milliseconds(25), jitter: .milliseconds(10), loss: 0.3)
      options.impairments.reordering = 0.1
      options.impairments.duplication = 0.1
      options.maximumDatagramSize = seed % 2 == 0 ? 1_200 : 300
      let pair = try makePair(options)
      pair.connect()
      #expect(pair.isConnected, "seed \(seed)")
      #expect((pair.client.sentSizes + pair.server.sentSizes).allSatisfy { $0 <= options.maximumDatagramSize })
    }
  }

  @Test("Retransmissions come after 100 ms, doubling, and end after 30 s")
  func timeout() throws {
    let pair = try makePair()
    var sent: [Int64] = []
    pair.tamper = { [unowned pair] _, _ in
      sent.append((pair.now - .zero).wholeMilliseconds)
      return []
    }
    pair.start()
    pair.run()
    #expect(sent.prefix(5) == [0, 100, 300, 700, 1_500])
    #expect(pair.client.failure == .timeout && pair.now == .zero + .seconds(30))
    #expect(pair.client.session.deadline == nil && pair.server.events.isEmpty)
  }

  @Test("Data passes both ways once; close_notify closes the other side")
  func dataAndClose() throws {
    let pair = try makePair()
    #expect(!pair.send([1], fromClient: true))
    pair.connect()
    pair.tamper = { datagrams, _ in datagrams + datagrams }
    #expect(pair.send([1, 2], fromClient: true) && pair.send([3], fromClient: false))
    #expect(!pair.send([UInt8](repeating: 0, count: 1_200), fromClient: true))
    pair.run()
    #expect(pair.server.receivedData == [[1, 2]] && pair.client.receivedData == [[3]])
    pair.close(fromClient: true)
    pair.run()
    #expect(pair.server.isClosed && !pair.send([1], fromClient: false))
  }

  @Test("Noise and changed datagrams never end an established session")
  func hostile() throws {
    let pair = try makePair()
    var recorded: [[UInt8]] = []
    pair.tamper = { datagrams, _ in
      recorded += datagrams
      return datagrams
    }
    pair.connect()
    let random = RandomSource.seeded(2)
    for toClient in [true, false] {
      for datagram in recorded {
        for length in 0...datagram.count { pair.inject(Array(datagram.prefix(length)), toClient: toClient) }
        var changed = datagram
        changed[Int(random.uint16()) % changed.count] ^= 0x10
        pair.inject(changed, toClient: toClient)
      }
      pair.inject([21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 9, 9, 0, 2, 2, 40], toClient: toClient)
    }
    #expect(pair.client.failure == nil && pair.server.failure == nil)
    #expect(pair.send([1], fromClient: true))
    pair.run()
    #expect(pair.server.receivedData == [[1]])
  }

  @Test("The same seed gives the same bytes")
  func reproducible() throws {
    func bytes() throws -> [[UInt8]] {
      var options = Options()
      options.impairments.loss = 0.2
      let pair = try makePair(options)
      var all: [[UInt8]] = []
      pair.tamper = { datagrams, _ in
        all += datagrams
        return datagrams
      }
      pair.connect()
      return all
    }
    #expect(try bytes() == bytes())
  }
}
