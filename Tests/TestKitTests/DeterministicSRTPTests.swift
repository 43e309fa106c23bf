import RTCBase
import RTCSecurity
import RTCTestKit
import Testing

@Suite("Stand-in SRTP and hashes")
struct DeterministicSRTPTests {
  private func makePair(
    _ profile: SRTPProfile = .aeadAES128GCM
  ) throws -> (sender: any SRTPContext, receiver: any SRTPContext) {
    let crypto = DeterministicCrypto(seed: 1)
    let count = profile.keyLength + profile.saltLength
    let (one, other) = ([UInt8](repeating: 1, count: count), [UInt8](repeating: 2, count: count))
    return (
      try crypto.makeSRTPContext(
        SRTPKeyingMaterial(profile: profile, localKeyAndSalt: one, remoteKeyAndSalt: other)),
      try crypto.makeSRTPContext(
        SRTPKeyingMaterial(profile: profile, localKeyAndSalt: other, remoteKeyAndSalt: one))
    )
  }

  private func packet(_ bytes: [UInt8]) -> PacketBuffer {
    let packet = PacketBuffer()
    bytes.withRawSpan { _ = packet.append($0) }
    return packet
  }

  private func rtp(_ sequence: UInt16, payload: Int = 50) -> [UInt8] {
    [0x80, 96, UInt8(sequence >> 8), UInt8(truncatingIfNeeded: sequence), 0, 0, 0, 1, 0, 0, 0, 9]
      + [UInt8](repeating: 7, count: payload)
  }

  private func result(_ receiver: any SRTPContext, _ bytes: [UInt8]) -> SRTPError? {
    do {
      try receiver.unprotectRTP(packet(bytes))
      return nil
    } catch { return error }
  }

  @Test(
    "Packets grow by the profile's overhead, hide their payload and come back whole", arguments: SRTPProfile.allCases)
  func roundTrip(profile: SRTPProfile) throws {
    let (sender, receiver) = try makePair(profile)
    for size in [0, 1, 7, 8, 9, 1_100] {
      let plain = rtp(UInt16(size), payload: size)
      let packet = packet(plain)
      try sender.protectRTP(packet)
      #expect(packet.count == plain.count + profile.rtpOverhead)
      #expect(Array(packet.bytes.copied().prefix(12)) == Array(plain.prefix(12)))
      if size > 8 { #expect(Array(packet.bytes.copied()[12..<plain.count]) != Array(plain.dropFirst(12))) }
      try receiver.unprotectRTP(packet)
      #expect(packet.bytes.copied() == plain)
    }
    let report: [UInt8] = [0x80, 201, 0, 2, 0, 0, 0, 9, 1, 2, 3, 4]
    let packet = packet(report)
    try sender.protectRTCP(packet)
    #expect(packet.count == report.count + profile.rtcpOverhead)
    let protected = packet.bytes.copied()
    try receiver.unprotectRTCP(packet)
    #expect(packet.bytes.copied() == report)
    #expect(throws: SRTPError.replayed) { try receiver.unprotectRTCP(self.packet(protected)) }
  }

  @Test("Replays, old packets and changed packets are refused")
  func refusals() throws {
    let (sender, receiver) = try makePair()
    let packets = try (0..<1_500).map { number -> [UInt8] in
      let packet = packet(rtp(UInt16(number)))
      try sender.protectRTP(packet)
      return packet.bytes.copied()
    }
    #expect(result(receiver, packets[0]) == nil)
    #expect(result(receiver, packets[1_499]) == nil)
    #expect(result(receiver, packets[1_499]) == .replayed)
    #expect(result(receiver, packets[700]) == nil && result(receiver, packets[700]) == .replayed)
    #expect(result(receiver, packets[100]) == .replayed)
    for index in packets[800].indices {
      var changed = packets[800]
      changed[index] ^= 1
      #expect(result(receiver, changed) != nil)
    }
    #expect(result(receiver, packets[800]) == nil)
    #expect(throws: SRTPError.replayed) { try sender.protectRTP(self.packet(self.rtp(1_499))) }
    receiver.removeStream(SSRC(rawValue: 9))
    #expect(result(receiver, packets[700]) == nil)
  }

  @Test("Wraps are followed, also those before the first packet that arrived", arguments: [0, 200])
  func wraps(missed: Int) throws {
    let (sender, receiver) = try makePair()
    var refused = 0
    for step in 0..<2_000 {
      let packet = packet(rtp(UInt16(truncatingIfNeeded: 65_400 + step)))
      try sender.protectRTP(packet)
      if step >= missed, result(receiver, packet.bytes.copied()) != nil { refused += 1 }
    }
    #expect(refused == 0)
  }

  @Test("Truncated and random packets are refused")
  func hostile() throws {
    let (sender, receiver) = try makePair()
    let good = packet(rtp(1))
    try sender.protectRTP(good)
    let bytes = good.bytes.copied()
    for length in 0..<bytes.count { #expect(result(receiver, Array(bytes.prefix(length))) != nil) }
    let random = RandomSource.seeded(4)
    for _ in 0..<2_000 {
      let noise = random.bytes(Int(random.uint16()) % 90)
      #expect(result(receiver, noise) != nil)
      #expect(throws: SRTPError.self) { try receiver.unprotectRTCP(packet(noise)) }
      try? sender.protectRTP(packet(noise))
    }
    #expect(result(receiver, bytes) == nil)
  }

  @Test("Digests have their lengths, depend on every byte, and not on how the input is split")
  func hashes() {
    let crypto = DeterministicCrypto(seed: 1)
    let text = (0..<100).map { UInt8($0) }
    #expect(crypto.digest("sha-256", of: text)?.count == 32 && crypto.digest("SHA-512", of: text)?.count == 64)
    #expect(crypto.digest("sha-1", of: text) == nil && crypto.digest("md5", of: text) == nil)
    let certificate = crypto.makeCertificate()
    #expect(certificate.fingerprints[0].digest == crypto.digest("sha-256", of: certificate.der))
    let authenticator = crypto.makeMessageAuthenticator(key: [1, 2, 3])
    let whole = authenticator.authenticate(text.span.bytes, [UInt8]().span.bytes)
    #expect(whole.count == 20)
    for split in text.indices {
      let (first, second) = (Array(text[..<split]), Array(text[split...]))
      #expect(authenticator.authenticate(first.span.bytes, second.span.bytes) == whole)
      var changed = text
      changed[split] ^= 1
      #expect(authenticator.authenticate(changed.span.bytes, [UInt8]().span.bytes) != whole)
    }
    let other = crypto.makeMessageAuthenticator(key: [1, 2, 4])
    #expect(other.authenticate(text.span.bytes, [UInt8]().span.bytes) != whole)
  }
}
