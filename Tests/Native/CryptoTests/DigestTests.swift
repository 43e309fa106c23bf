import RTCBase
import RTCNativeCrypto
import RTCSecurity
import Testing

@Suite("Digests and HMAC")
struct DigestTests {
  private func hex(_ bytes: [UInt8]?) -> String? {
    bytes.map { CertificateFingerprint(algorithm: "", digest: $0).text.lowercased().filter { $0 != ":" } }
  }

  @Test("HMAC-SHA1 gives the codes of RFC 2202 section 3, however the text is split and however often")
  func hmac() {
    let provider = OpenSSLCryptoProvider()
    let cases: [(key: [UInt8], text: [UInt8], code: String)] = [
      (
        [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8), "b617318655057264e28bc0b6fb378c8ef146be00"
      ),
      (
        Array("Jefe".utf8), Array("what do ya want for nothing?".utf8), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
      ),
      (
        [UInt8](repeating: 0xAA, count: 80), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "aa4ae5e15272d00e95705637ce8a3b55ed402112"
      ),
      ([], [], "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d"),
    ]
    for (key, text, code) in cases {
      let authenticator = provider.makeMessageAuthenticator(key: key)
      for split in 0...text.count {
        let first = Array(text[..<split])
        let second = Array(text[split...])
        #expect(hex(authenticator.authenticate(first.span.bytes, second.span.bytes)) == code)
      }
    }
  }

  @Test("SHA-256 piece by piece, and again")
  func pieces() {
    let hash = SHA256()
    for _ in 0..<2 {
      for piece in ["a", "", "bc"] { hash.update(Array(piece.utf8)) }
      #expect(hash.finish() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
    #expect(hash.finish() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("Digests by their fingerprint names; unknown and refused names give none")
  func digests() {
    let provider = OpenSSLCryptoProvider()
    let abc = Array("abc".utf8)
    #expect(
      hex(provider.digest("sha-256", of: abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(provider.digest("SHA-384", of: abc)?.count == 48)
    #expect(provider.digest("sha-512", of: abc)?.count == 64)
    for name in ["sha-1", "md5", "sha256", ""] { #expect(provider.digest(name, of: abc) == nil) }
  }
}
