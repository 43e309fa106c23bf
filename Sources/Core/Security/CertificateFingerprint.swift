/// A certificate's digest as it stands in `a=fingerprint` (RFC 8122 §5).
package struct CertificateFingerprint: Hashable, Sendable {
  /// Lower-case hash name: `sha-256`.
  package var algorithm: String
  package var digest: [UInt8]

  package init(algorithm: String, digest: [UInt8]) {
    self.algorithm = algorithm
    self.digest = digest
  }

  /// From colon-separated pairs of hexadecimal digits in either case; `nil` if they are anything else.
  package init?(algorithm: String, text: some StringProtocol) {
    var digest: [UInt8] = []
    for pair in text.split(separator: ":", omittingEmptySubsequences: false) {
      guard pair.utf8.count == 2, pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else { return nil }
      digest.append(byte)
    }
    guard !digest.isEmpty, digest.count <= 64 else { return nil }
    self.init(algorithm: algorithm.lowercased(), digest: digest)
  }

  /// Upper-case pairs of hexadecimal digits with colons between.
  package var text: String {
    digest.map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: ":")
  }
}
