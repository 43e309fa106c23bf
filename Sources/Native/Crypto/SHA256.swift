import COpenSSLShims

/// SHA-256 over bytes that come piece by piece, such as a file's. It belongs to one task at a time.
package final class SHA256 {
  private let hash: OpaquePointer

  package init() {
    guard let hash = rtc_sha256_new() else { preconditionFailure("OpenSSL has no SHA-256") }
    self.hash = hash
  }

  deinit { rtc_sha256_free(hash) }

  package func update(_ bytes: [UInt8]) {
    precondition(rtc_sha256_update(hash, bytes, bytes.count), "SHA-256 takes any bytes")
  }

  /// The digest in lower-case hexadecimal digits; then it begins anew.
  package func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    precondition(rtc_sha256_finish(hash, &digest), "SHA-256 always comes to an end")
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
