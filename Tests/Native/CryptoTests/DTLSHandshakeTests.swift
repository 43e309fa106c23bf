import RTCBase
import RTCSecurity
import RTCTestKit
import Testing

@testable import RTCNativeCrypto

@Suite("DTLS handshake")
struct DTLSHandshakeTests {
  @Test("DT-01, DT-02: both roles connect with DTLS 1.2, X25519 and the mandatory suite, in two round trips")
  func connects() throws {
    try withNativePair { pair in
      pair.connect()
      #expect(pair.now == .zero + .milliseconds(40))
      for details in try [#require(pair.client.details), #require(pair.server.details)] {
        #expect(details.version == "FEFD")
        #expect(details.cipherSuite == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
        #expect(details.group == "X25519")
      }
      #expect(pair.client.session.deadline == nil && pair.server.session.deadline == nil)
    }
  }

  @Test("DT-02: ECDSA and RSA certificates work on either side", arguments: [false, true], [false, true])
  func certificateKinds(clientRSA: Bool, serverRSA: Bool) throws {
    var options = PairOptions()
    options.clientCertificate = try clientRSA ? Certificates.rsa.get().0 : Certificates.ecdsa.get().0
    options.serverCertificate = try serverRSA ? Certificates.rsa.get().1 : Certificates.ecdsa.get().1
    try withNativePair(.init(), options) { pair in
      pair.connect()
      let details = try #require(pair.client.details)
      #expect(details.peerCertificate == options.serverCertificate?.der)
      #expect(pair.server.details?.peerCertificate == options.clientCertificate?.der)
      #expect(details.cipherSuite.contains(serverRSA ? "ECDHE_RSA" : "ECDHE_ECDSA"))
    }
  }

  @Test("DT-04: the keys are bound to the transcript (extended master secret)")
  func extendedMasterSecret() throws {
    try withNativePair { pair in
      pair.connect()
      #expect((pair.client.session as? OpenSSLDTLSSession)?.hasExtendedMasterSecret == true)
      #expect((pair.server.session as? OpenSSLDTLSSession)?.hasExtendedMasterSecret == true)
    }
  }

  @Test("DT-05: each profile is negotiated and both sides export mirrored keys", arguments: SRTPProfile.allCases)
  func profiles(profile: SRTPProfile) throws {
    var options = PairOptions()
    options.clientProfiles = [profile]
    try withNativePair(.init(), options) { pair in
      pair.connect()
      let client = try #require(pair.client.details?.keyingMaterial)
      let server = try #require(pair.server.details?.keyingMaterial)
      #expect(client.profile == profile && server.profile == profile)
      #expect(client.localKeyAndSalt == server.remoteKeyAndSalt)
      #expect(client.remoteKeyAndSalt == server.localKeyAndSalt)
      #expect(client.localKeyAndSalt != client.remoteKeyAndSalt)
      #expect(client.localKeyAndSalt.count == profile.keyLength + profile.saltLength)
    }
  }

  @Test("DT-05: the server's order of preference decides, not the client's")
  func preference() throws {
    let orders: [[SRTPProfile]] = [
      [.aes128CMSHA1_80, .aeadAES256GCM, .aeadAES128GCM], [.aeadAES256GCM, .aeadAES128GCM, .aes128CMSHA1_80],
      [.aeadAES128GCM, .aes128CMSHA1_80],
    ]
    for clientOrder in orders {
      for serverOrder in orders {
        var options = PairOptions()
        options.clientProfiles = clientOrder
        options.serverProfiles = serverOrder
        try withNativePair(.init(), options) { pair in
          pair.connect()
          let expected = serverOrder.first(where: clientOrder.contains)
          #expect(pair.client.details?.keyingMaterial?.profile == expected)
          #expect(pair.server.details?.keyingMaterial?.profile == expected)
        }
      }
    }
  }

  @Test("DT-05: without a common profile the handshake completes without keys")
  func noProfile() throws {
    var options = PairOptions()
    options.clientProfiles = [.aes128CMSHA1_80]
    options.serverProfiles = [.aeadAES128GCM]
    try withNativePair(.init(), options) { pair in
      pair.connect()
      #expect(pair.isConnected)
      #expect(pair.client.details?.keyingMaterial == nil && pair.server.details?.keyingMaterial == nil)
    }
  }

  @Test("DT-05: keys from the handshake carry media both ways", arguments: SRTPProfile.allCases)
  func carriesMedia(profile: SRTPProfile) throws {
    let provider = OpenSSLCryptoProvider()
    var options = PairOptions()
    options.serverProfiles = [profile]
    try withNativePair(provider, options) { pair in
      pair.connect()
      let client = try provider.makeSRTPContext(#require(pair.client.details?.keyingMaterial))
      let server = try provider.makeSRTPContext(#require(pair.server.details?.keyingMaterial))
      for (sender, receiver) in [(client, server), (server, client)] {
        let packet = rtpPacket(ssrc: 7, sequence: 100, payload: [1, 2, 3])
        let plain = packet.bytes.copied()
        try sender.protectRTP(packet)
        #expect(packet.count == plain.count + profile.rtpOverhead)
        try receiver.unprotectRTP(packet)
        #expect(packet.bytes.copied() == plain)
      }
    }
  }

  @Test(
    "DT-06: a fingerprint that does not match ends the handshake on both sides before either is connected",
    arguments: [true, false])
  func mismatch(atClient: Bool) throws {
    let wrong = CertificateFingerprint(algorithm: "sha-256", digest: [UInt8](repeating: 7, count: 32))
    var options = PairOptions()
    if atClient { options.fingerprintsOfServer = [wrong] } else { options.fingerprintsOfClient = [wrong] }
    try withNativePair(.init(), options) { pair in
      pair.start()
      pair.run()
      #expect(pair.client.details == nil && pair.server.details == nil)
      #expect((atClient ? pair.client : pair.server).failure == .fingerprintMismatch)
      // bad_certificate (RFC 8122 §6.2).
      #expect((atClient ? pair.server : pair.client).failure == .receivedAlert(42))
    }
  }

  @Test("DT-06: SHA-384 and SHA-512 fingerprints count, upper case too; of several, one match suffices")
  func fingerprintKinds() throws {
    let (client, server) = try Certificates.ecdsa.get()
    var options = PairOptions()
    options.clientCertificate = client
    options.serverCertificate = server
    let other = CertificateFingerprint(algorithm: "sha-512", digest: [UInt8](repeating: 1, count: 64))
    options.fingerprintsOfServer = [other, server.fingerprints[2]]
    options.fingerprintsOfClient = [
      CertificateFingerprint(algorithm: "SHA-384", digest: client.fingerprints[1].digest)
    ]
    try withNativePair(.init(), options) { pair in
      pair.connect()
      #expect(pair.isConnected)
    }
  }

  @Test("DT-06: of two hashes only the stronger counts (RFC 8122 section 5)")
  func strongestHash() throws {
    let (_, server) = try Certificates.ecdsa.get()
    var options = PairOptions()
    options.serverCertificate = server
    let wrong = CertificateFingerprint(algorithm: "sha-512", digest: [UInt8](repeating: 1, count: 64))
    options.fingerprintsOfServer = [server.fingerprints[0], wrong]
    try withNativePair(.init(), options) { pair in
      pair.connect()
      #expect(pair.client.failure == .fingerprintMismatch)
    }
  }

  @Test("DT-06: fingerprints that cannot be used are refused when the session is made")
  func unusableFingerprints() throws {
    let certificate = try Certificates.ecdsa.get().0
    let sha1 = CertificateFingerprint(algorithm: "sha-1", digest: [UInt8](repeating: 0, count: 20))
    let short = CertificateFingerprint(algorithm: "sha-256", digest: [1, 2, 3])
    for fingerprints in [[], [sha1], [short]] {
      #expect(throws: CryptoError.self) {
        try OpenSSLCryptoProvider().makeDTLSSession(
          DTLSConfiguration(role: .client, certificate: certificate, remoteFingerprints: fingerprints))
      }
    }
    let tolerant = OpenSSLCryptoProvider(allowsSHA1Fingerprints: true)
    _ = try tolerant.makeDTLSSession(
      DTLSConfiguration(role: .client, certificate: certificate, remoteFingerprints: [sha1]))
    #expect(tolerant.digest("sha-1", of: [])?.count == 20)
    #expect(OpenSSLCryptoProvider().digest("sha-1", of: []) == nil)
  }

  @Test("DT-09: no datagram exceeds the limit, and small limits still connect", arguments: [256, 300, 576, 1_200])
  func datagramSizes(limit: Int) throws {
    var options = PairOptions()
    options.maximumDatagramSize = limit
    options.clientCertificate = try Certificates.rsa.get().0
    options.serverCertificate = try Certificates.rsa.get().1
    try withNativePair(.init(), options) { pair in
      pair.connect()
      #expect(pair.isConnected)
      let largest = (pair.client.sentSizes + pair.server.sentSizes).max() ?? 0
      #expect(largest <= limit && largest > limit / 2, "\(pair.client.sentSizes), \(pair.server.sentSizes)")
      // Full datagrams, not OpenSSL's default of 231 bytes.
      if limit == 1_200 { #expect(pair.client.sentSizes.count + pair.server.sentSizes.count <= 8) }
    }
  }

  @Test("DT-10: close_notify closes the other side, from either", arguments: [true, false])
  func closing(fromClient: Bool) throws {
    try withNativePair { pair in
      pair.connect()
      pair.close(fromClient: fromClient)
      let before = pair.now
      pair.run()
      #expect((fromClient ? pair.server : pair.client).isClosed)
      #expect(pair.now - before <= .seconds(1))
      #expect(!pair.send([1], fromClient: true))
      #expect(!pair.send([1], fromClient: false))
    }
  }

  @Test("Application data passes both ways, one record a datagram, and not before or beyond what fits")
  func applicationData() throws {
    try withNativePair { pair in
      #expect(!pair.send([1], fromClient: true))
      pair.connect()
      let largest = [UInt8](repeating: 9, count: 1_163)
      #expect(pair.send([1, 2], fromClient: true))
      #expect(pair.send(largest, fromClient: true))
      #expect(pair.send([3], fromClient: false))
      #expect(!pair.send([UInt8](repeating: 9, count: 1_200), fromClient: false))
      pair.run()
      #expect(pair.server.receivedData == [[1, 2], largest])
      #expect(pair.client.receivedData == [[3]])
      #expect((pair.client.sentSizes.max() ?? 0) <= 1_200)
    }
  }

  @Test("A certificate serves many connections at once, and all objects are freed")
  func freesEverything() throws {
    let provider = OpenSSLCryptoProvider()
    let shared = try OpenSSLCertificate.generate()
    var options = PairOptions()
    options.clientCertificate = shared
    options.serverCertificate = shared
    for round in 0..<20 {
      options.seed = UInt64(round)
      try withNativePair(provider, options) { pair in
        #expect(provider.liveObjectCount == 2)
        // Also when given up half way.
        pair.start()
        pair.run(until: .zero + .milliseconds(Int64(round * 3)))
        if let keys = pair.client.details?.keyingMaterial { _ = try provider.makeSRTPContext(keys) }
        _ = provider.makeMessageAuthenticator(key: [1])
      }
      #expect(provider.liveObjectCount == 0)
    }
  }
}
