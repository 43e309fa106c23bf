import Foundation
import RTCBase
import RTCNativeCrypto
import RTCSecurity
import Testing

/// The vectors of RFC 3711 and RFC 7714 in `Tests/Vectors`.
struct SRTPVectors: Decodable {
  struct Keystream: Decodable {
    struct Block: Decodable {
      var counter: String
      var keystream: String
    }
    var key: String
    var blocks: [Block]
  }
  struct KeyDerivation: Decodable {
    struct Derived: Decodable {
      var label: UInt8
      var value: String
    }
    var master_key: String
    var master_salt: String
    var derived: [Derived]
  }
  struct Packet: Decodable {
    var profile: String
    var kind: String
    var key: String
    var salt: String
    var packet: String
    var protected: String?
    var tag: String?
    var esrtcp_word: String?
    var iv: String?
  }
  var aes_cm_keystream: Keystream
  var kdf: KeyDerivation
  var rfc7714: [Packet]

  static func load(from testFile: String = #filePath) throws -> SRTPVectors {
    let tests = URL(fileURLWithPath: testFile).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appendingPathComponent("Vectors/srtp.json"))
    return try JSONDecoder().decode(SRTPVectors.self, from: data)
  }
}

/// Bytes from hexadecimal digits.
func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = Array(hexadecimal)
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}

@Suite("SRTP vectors")
struct SRTPVectorTests {
  @Test("SR-01: the keystream and the key derivation of RFC 3711 B.2 and B.3")
  func counterMode() throws {
    let vectors = try SRTPVectors.load()
    for block in vectors.aes_cm_keystream.blocks {
      let keystream = ReferenceSRTP.aesCounter(
        key: bytes(vectors.aes_cm_keystream.key), counter: bytes(block.counter), data: [UInt8](repeating: 0, count: 16))
      #expect(keystream == bytes(block.keystream))
    }
    for derived in vectors.kdf.derived {
      let expected = bytes(derived.value)
      let value = ReferenceSRTP.derive(
        key: bytes(vectors.kdf.master_key), salt: bytes(vectors.kdf.master_salt), label: derived.label,
        count: expected.count)
      #expect(value == expected)
    }
    #expect(vectors.aes_cm_keystream.blocks.count == 6 && vectors.kdf.derived.count == 5)
  }

  @Test("SR-02, SR-03: the packets of RFC 7714 sections 16 and 17")
  func counterWithAuthentication() throws {
    let vectors = try SRTPVectors.load().rfc7714
    var checked = 0
    for vector in vectors {
      let profile: SRTPProfile = vector.profile == "AEAD_AES_256_GCM" ? .aeadAES256GCM : .aeadAES128GCM
      // The RFC gives session keys, so nothing is derived.
      let keys = ReferenceSRTP.SessionKeys(
        cipherKey: bytes(vector.key), authenticationKey: [], salt: bytes(vector.salt))
      let reference = ReferenceSRTP(profile: profile, rtp: keys, rtcp: keys)
      let packet = bytes(vector.packet)
      if let word = vector.esrtcp_word, let index = UInt32(word, radix: 16) {
        #expect(reference.protectRTCP(packet, index: index & 0x7FFF_FFFF) == vector.protected.map(bytes))
        checked += 1
      } else if let protected = vector.protected {
        #expect(reference.protectRTP(packet, rolloverCounter: 0, headerSize: 12) == bytes(protected))
        checked += 1
      }
    }
    #expect(checked == 4)
  }

  @Test("SR-01, SR-03: libsrtp2 protects and unprotects as the reference does", arguments: SRTPProfile.allCases)
  func agreesWithReference(profile: SRTPProfile) throws {
    let random = RandomSource.seeded(profile.rawValue == 1 ? 1 : 2)
    let local = random.bytes(profile.keyLength + profile.saltLength)
    let remote = random.bytes(profile.keyLength + profile.saltLength)
    let provider = OpenSSLCryptoProvider()
    let sender = try provider.makeSRTPContext(
      SRTPKeyingMaterial(profile: profile, localKeyAndSalt: local, remoteKeyAndSalt: remote))
    let receiver = try provider.makeSRTPContext(
      SRTPKeyingMaterial(profile: profile, localKeyAndSalt: remote, remoteKeyAndSalt: local))
    let reference = ReferenceSRTP(profile: profile, masterKeyAndSalt: local)
    // Across a wrap of the sequence number: the rollover counter goes from 0 to 1.
    for step in 0..<300 {
      let number = 65_400 + step
      let plain = rtpPacket(
        ssrc: 0xCAFE_BABE, sequence: UInt16(truncatingIfNeeded: number), payload: random.bytes(step * 4 + 1))
      var bytes = plain.bytes.copied()
      var headerSize = 12
      if step % 3 == 1 {
        // Two contributing sources and a header extension of two words.
        bytes[0] = 0x92
        bytes.insert(contentsOf: random.bytes(8) + [0xBE, 0xDE, 0, 2] + random.bytes(8), at: 12)
        headerSize = 32
      }
      let packet = packet(bytes)
      try sender.protectRTP(packet)
      let expected = reference.protectRTP(bytes, rolloverCounter: UInt32(number >> 16), headerSize: headerSize)
      #expect(packet.bytes.copied() == expected)
      try receiver.unprotectRTP(packet)
      #expect(packet.bytes.copied() == bytes)
    }
    var index: UInt32?
    for step in 0..<20 {
      let packet = rtcpPacket(ssrc: 0xCAFE_BABE, rest: random.bytes(4 * step))
      let plain = packet.bytes.copied()
      try sender.protectRTCP(packet)
      // Where the index lies: at the end with GCM, before the tag otherwise. It starts anywhere and grows by one.
      let place = profile == .aes128CMSHA1_80 ? packet.count - 14 : packet.count - 4
      let word = packet.bytes.uint32(at: place)
      #expect(word >> 31 == 1)
      if let index { #expect(word & 0x7FFF_FFFF == index + 1) }
      index = word & 0x7FFF_FFFF
      #expect(packet.bytes.copied() == reference.protectRTCP(plain, index: word & 0x7FFF_FFFF))
      try receiver.unprotectRTCP(packet)
      #expect(packet.bytes.copied() == plain)
    }
  }
}
