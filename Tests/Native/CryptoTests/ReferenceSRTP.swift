import COpenSSL
import RTCSecurity

/// A second SRTP, written down from RFC 3711 and RFC 7714 with OpenSSL's ciphers: checked by the RFCs' vectors, it then checks libsrtp2.
struct ReferenceSRTP {
  struct SessionKeys {
    var cipherKey: [UInt8]
    var authenticationKey: [UInt8]
    var salt: [UInt8]
  }

  let profile: SRTPProfile
  let rtp: SessionKeys
  let rtcp: SessionKeys

  init(profile: SRTPProfile, rtp: SessionKeys, rtcp: SessionKeys) {
    self.profile = profile
    self.rtp = rtp
    self.rtcp = rtcp
  }

  /// Derives the session keys, labels 0 to 5 (RFC 3711 §4.3, RFC 7714 §11).
  init(profile: SRTPProfile, masterKeyAndSalt: [UInt8]) {
    let key = Array(masterKeyAndSalt.prefix(profile.keyLength))
    let salt = Array(masterKeyAndSalt.suffix(profile.saltLength))
    func keys(_ label: UInt8) -> SessionKeys {
      SessionKeys(
        cipherKey: Self.derive(key: key, salt: salt, label: label, count: profile.keyLength),
        authenticationKey: Self.derive(key: key, salt: salt, label: label + 1, count: 20),
        salt: Self.derive(key: key, salt: salt, label: label + 2, count: profile.saltLength))
    }
    self.init(profile: profile, rtp: keys(0), rtcp: keys(3))
  }

  static func derive(key: [UInt8], salt: [UInt8], label: UInt8, count: Int) -> [UInt8] {
    var block = salt + [UInt8](repeating: 0, count: 16 - salt.count)
    block[7] ^= label
    return aesCounter(key: key, counter: block, data: [UInt8](repeating: 0, count: count))
  }

  func protectRTP(_ packet: [UInt8], rolloverCounter: UInt32, headerSize: Int) -> [UInt8] {
    let header = Array(packet.prefix(headerSize))
    let payload = Array(packet.dropFirst(headerSize))
    let counter = bytes(rolloverCounter)
    if profile == .aes128CMSHA1_80 {
      // RFC 3711 §4.1.1: salt · 2^16 ⊕ SSRC · 2^64 ⊕ index · 2^16.
      let mask = [0, 0, 0, 0] + packet[8..<12] + counter + packet[2..<4] + [0, 0]
      let encrypted = Self.aesCounter(key: rtp.cipherKey, counter: xor(rtp.salt + [0, 0], mask), data: payload)
      return header + encrypted + tag(rtp, header + encrypted + counter)
    }
    // RFC 7714 §8.1.
    let nonce = xor(rtp.salt, [0, 0] + packet[8..<12] + counter + packet[2..<4])
    return header + Self.aesGCM(key: rtp.cipherKey, nonce: nonce, additional: header, plain: payload)
  }

  func protectRTCP(_ packet: [UInt8], index: UInt32) -> [UInt8] {
    let header = Array(packet.prefix(8))
    let payload = Array(packet.dropFirst(8))
    let word = bytes(index | 1 << 31)
    if profile == .aes128CMSHA1_80 {
      let mask = [0, 0, 0, 0] + packet[4..<8] + [0, 0] + bytes(index) + [0, 0]
      let encrypted = Self.aesCounter(key: rtcp.cipherKey, counter: xor(rtcp.salt + [0, 0], mask), data: payload)
      return header + encrypted + word + tag(rtcp, header + encrypted + word)
    }
    // RFC 7714 §9.1.
    let nonce = xor(rtcp.salt, [0, 0] + packet[4..<8] + [0, 0] + bytes(index))
    return header + Self.aesGCM(key: rtcp.cipherKey, nonce: nonce, additional: header + word, plain: payload) + word
  }

  private func tag(_ keys: SessionKeys, _ text: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: 20)
    var count: UInt32 = 20
    HMAC(EVP_sha1(), keys.authenticationKey, CInt(keys.authenticationKey.count), text, text.count, &output, &count)
    return Array(output.prefix(10))
  }

  private func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

  private func xor(_ one: [UInt8], _ other: [UInt8]) -> [UInt8] { zip(one, other).map { $0 ^ $1 } }

  // MARK: - Ciphers

  static func aesCounter(key: [UInt8], counter: [UInt8], data: [UInt8]) -> [UInt8] {
    let cipher = key.count == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr()
    return encrypt(cipher, key: key, nonce: counter, additional: [], plain: data, tagSize: 0)
  }

  static func aesGCM(key: [UInt8], nonce: [UInt8], additional: [UInt8], plain: [UInt8]) -> [UInt8] {
    let cipher = key.count == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm()
    return encrypt(cipher, key: key, nonce: nonce, additional: additional, plain: plain, tagSize: 16)
  }

  private static func encrypt(
    _ cipher: OpaquePointer?, key: [UInt8], nonce: [UInt8], additional: [UInt8], plain: [UInt8], tagSize: Int
  ) -> [UInt8] {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var output = [UInt8](repeating: 0, count: plain.count + 16)
    var count: CInt = 0
    EVP_EncryptInit_ex(context, cipher, nil, key, nonce)
    if !additional.isEmpty { EVP_EncryptUpdate(context, nil, &count, additional, CInt(additional.count)) }
    EVP_EncryptUpdate(context, &output, &count, plain, CInt(plain.count))
    var rest = [UInt8](repeating: 0, count: 32)
    EVP_EncryptFinal_ex(context, &rest, &count)
    guard tagSize > 0 else { return Array(output.prefix(plain.count)) }
    var tag = [UInt8](repeating: 0, count: tagSize)
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CInt(tagSize), &tag)
    return output.prefix(plain.count) + tag
  }
}
