import RTCBase
import RTCSecurity
import Testing

@testable import RTCNativeCrypto

@Suite("SRTP contexts")
struct SRTPContextTests {
  private func makePair(_ profile: SRTPProfile) throws -> (sender: any SRTPContext, receiver: any SRTPContext) {
    let provider = OpenSSLCryptoProvider()
    let random = RandomSource.seeded(5)
    let one = random.bytes(profile.keyLength + profile.saltLength)
    let other = random.bytes(profile.keyLength + profile.saltLength)
    return (
      try provider.makeSRTPContext(
        SRTPKeyingMaterial(profile: profile, localKeyAndSalt: one, remoteKeyAndSalt: other)),
      try provider.makeSRTPContext(
        SRTPKeyingMaterial(profile: profile, localKeyAndSalt: other, remoteKeyAndSalt: one))
    )
  }

  private func sent(
    _ sender: any SRTPContext, _ sequence: UInt16, ssrc: UInt32 = 9
  ) throws -> [UInt8] {
    let packet = rtpPacket(ssrc: ssrc, sequence: sequence, payload: [1, 2, 3, 4])
    try sender.protectRTP(packet)
    return packet.bytes.copied()
  }

  private func result(_ receiver: any SRTPContext, _ bytes: [UInt8]) -> SRTPError? {
    do {
      try receiver.unprotectRTP(packet(bytes))
      return nil
    } catch { return error }
  }

  @Test(
    "SR-01: a replayed packet and one older than the window are refused, late ones within it are not",
    arguments: SRTPProfile.allCases)
  func replay(profile: SRTPProfile) throws {
    let (sender, receiver) = try makePair(profile)
    let packets = try (0..<2_000).map { try sent(sender, UInt16($0)) }
    #expect(result(receiver, packets[0]) == nil)
    #expect(result(receiver, packets[1_999]) == nil)
    #expect(result(receiver, packets[1_999]) == .replayed)
    #expect(result(receiver, packets[1_000]) == nil)
    #expect(result(receiver, packets[1_000]) == .replayed)
    #expect(result(receiver, packets[500]) == .replayed)
  }

  @Test("SR-02: replayed reports are refused", arguments: SRTPProfile.allCases)
  func replayedReport(profile: SRTPProfile) throws {
    let (sender, receiver) = try makePair(profile)
    let report = rtcpPacket(ssrc: 9, rest: [1, 2, 3, 4])
    try sender.protectRTCP(report)
    let bytes = report.bytes.copied()
    try receiver.unprotectRTCP(packet(bytes))
    #expect(throws: SRTPError.replayed) { try receiver.unprotectRTCP(packet(bytes)) }
  }

  @Test("SR-01: a changed packet fails authentication and changes nothing", arguments: SRTPProfile.allCases)
  func forgery(profile: SRTPProfile) throws {
    let (sender, receiver) = try makePair(profile)
    for sequence in UInt16(1)...3 {
      let bytes = try sent(sender, sequence)
      for index in bytes.indices {
        var changed = bytes
        changed[index] ^= 1
        #expect(result(receiver, changed) != nil, "byte \(index)")
      }
      var otherTag = bytes
      otherTag[bytes.count - 1] ^= 0x80
      #expect(result(receiver, otherTag) == .authenticationFailed)
      #expect(result(receiver, bytes) == nil)
    }
    let report = rtcpPacket(ssrc: 9, rest: [1, 2, 3, 4])
    try sender.protectRTCP(report)
    var changed = report.bytes.copied()
    changed[9] ^= 1
    #expect(throws: SRTPError.authenticationFailed) { try receiver.unprotectRTCP(packet(changed)) }
  }

  @Test("SR-05: a stream may begin anywhere, also just before a wrap", arguments: SRTPProfile.allCases)
  func beginsNearWrap(profile: SRTPProfile) throws {
    for first in [0, 1, 32_767, 32_768, 40_000, 65_534, 65_535] {
      let (sender, receiver) = try makePair(profile)
      for step in 0..<10 {
        #expect(result(receiver, try sent(sender, UInt16(truncatingIfNeeded: first + step))) == nil, "\(first)")
      }
    }
  }

  @Test(
    "SR-05: a receiver that missed everything before the wrap joins at rollover counter 1",
    arguments: SRTPProfile.allCases)
  func joinsAfterWrap(profile: SRTPProfile) throws {
    let (sender, receiver) = try makePair(profile)
    let missed = try (65_500..<65_536).map { try sent(sender, UInt16($0)) }
    for number in 0..<10 { #expect(result(receiver, try sent(sender, UInt16(number))) == nil) }
    // Packets from before the wrap may still come late.
    #expect(result(receiver, missed[30]) == nil)
    #expect(result(receiver, missed[30]) == .replayed)
    // The stream is one like any other, reports included.
    let report = rtcpPacket(ssrc: 9)
    try sender.protectRTCP(report)
    try receiver.unprotectRTCP(report)
    for number in 10..<20 { #expect(result(receiver, try sent(sender, UInt16(number))) == nil) }
    // A forgery for an unknown stream leaves nothing behind.
    var forged = try sent(sender, 1, ssrc: 77)
    let genuine = forged
    forged[forged.count - 1] ^= 1
    #expect(result(receiver, forged) == .authenticationFailed)
    #expect(result(receiver, genuine) == nil)
  }

  @Test("SR-05: several wraps in a row keep the rollover counter right")
  func wraps() throws {
    let (sender, receiver) = try makePair(.aeadAES128GCM)
    var number = 60_000
    while number < 3 * 65_536 {
      #expect(result(receiver, try sent(sender, UInt16(truncatingIfNeeded: number))) == nil)
      number += 97
    }
  }

  @Test("A removed stream begins anew", arguments: SRTPProfile.allCases)
  func removal(profile: SRTPProfile) throws {
    let (sender, receiver) = try makePair(profile)
    let bytes = try sent(sender, 5)
    #expect(result(receiver, bytes) == nil)
    #expect(result(receiver, bytes) == .replayed)
    receiver.removeStream(SSRC(rawValue: 9))
    #expect(result(receiver, bytes) == nil)
    #expect(throws: SRTPError.replayed) { try sent(sender, 5) }
    sender.removeStream(SSRC(rawValue: 9))
    #expect(try sent(sender, 5) == bytes)
    // Nothing happens for a stream that never was.
    sender.removeStream(SSRC(rawValue: 12_345))
  }

  @Test("GCM never uses a nonce twice: a sequence number already sent is refused")
  func repeatedSending() throws {
    let (sender, _) = try makePair(.aeadAES128GCM)
    _ = try sent(sender, 100)
    _ = try sent(sender, 101)
    #expect(throws: SRTPError.replayed) { try sent(sender, 100) }
    _ = try sent(sender, 99)
  }

  @Test("SR-06: a peer that invents streams finds a limit, and known streams go on")
  func streamLimit() throws {
    let (sender, receiver) = try makePair(.aeadAES128GCM)
    for ssrc in 1...UInt32(LibSRTPContext.maximumStreams) {
      #expect(result(receiver, try sent(sender, 1, ssrc: ssrc)) == nil)
    }
    #expect(throws: SRTPError.limitReached) { try sent(sender, 1, ssrc: 1_000_000) }
    sender.removeStream(SSRC(rawValue: 1))
    #expect(result(receiver, try sent(sender, 1, ssrc: 1_000_000)) == .limitReached)
    #expect(result(receiver, try sent(sender, 2, ssrc: 500)) == nil)
    receiver.removeStream(SSRC(rawValue: 500))
    #expect(result(receiver, try sent(sender, 2, ssrc: 1_000_000)) == nil)
  }

  @Test("Every truncation and random bytes are refused without harm", arguments: SRTPProfile.allCases)
  func hostilePackets(profile: SRTPProfile) throws {
    let (sender, receiver) = try makePair(profile)
    let rtp = try sent(sender, 1)
    let report = rtcpPacket(ssrc: 9, rest: [1, 2, 3, 4])
    try sender.protectRTCP(report)
    let rtcp = report.bytes.copied()
    for length in 0..<rtp.count { #expect(result(receiver, Array(rtp.prefix(length))) != nil) }
    for length in 0..<rtcp.count {
      #expect(throws: SRTPError.self) { try receiver.unprotectRTCP(packet(Array(rtcp.prefix(length)))) }
    }
    let random = RandomSource.seeded(11)
    for _ in 0..<3_000 {
      var noise = random.bytes(Int(random.uint16()) % 120)
      if noise.count > 12 { noise[0] = 0x80 | noise[0] & 0x3F }
      #expect(result(receiver, noise) != nil)
      #expect(throws: SRTPError.self) { try receiver.unprotectRTCP(packet(noise)) }
    }
    #expect(result(receiver, rtp) == nil)
    try receiver.unprotectRTCP(packet(rtcp))
  }

  @Test("A packet with no room for its trailer is refused, and so are packets too short to be any")
  func sending() throws {
    let (sender, _) = try makePair(.aeadAES128GCM)
    let full = rtpPacket(ssrc: 9, sequence: 1, payload: [UInt8](repeating: 0, count: PacketBuffer.capacity - 12 - 15))
    #expect(throws: SRTPError.limitReached) { try sender.protectRTP(full) }
    #expect(throws: SRTPError.malformed) { try sender.protectRTP(packet([0x80, 0, 0])) }
    #expect(throws: SRTPError.malformed) { try sender.protectRTCP(packet([0x80, 201, 0])) }
    // A header that says more than there is.
    #expect(throws: SRTPError.malformed) { try sender.protectRTP(packet([0x9F] + [UInt8](repeating: 1, count: 12))) }
  }

  @Test("Keys of the wrong length are refused with a reason")
  func wrongKeys() {
    let error = #expect(throws: CryptoError.self) {
      try OpenSSLCryptoProvider().makeSRTPContext(
        SRTPKeyingMaterial(profile: .aeadAES256GCM, localKeyAndSalt: [1], remoteKeyAndSalt: [2]))
    }
    #expect(error?.description.contains("44 bytes") == true)
  }
}
