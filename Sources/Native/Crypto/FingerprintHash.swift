import COpenSSLShims
import RTCSecurity

/// A hash function of certificate fingerprints (RFC 8122 §5), weakest first.
enum FingerprintHash: Int, CaseIterable, Comparable {
  case sha1
  case sha256
  case sha384
  case sha512

  init?(name: String) {
    let name = name.lowercased()
    guard let hash = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = hash
  }

  /// The name in `a=fingerprint`.
  var name: String {
    switch self {
    case .sha1: "sha-1"
    case .sha256: "sha-256"
    case .sha384: "sha-384"
    case .sha512: "sha-512"
    }
  }

  var openSSLName: String {
    switch self {
    case .sha1: "SHA1"
    case .sha256: "SHA256"
    case .sha384: "SHA384"
    case .sha512: "SHA512"
    }
  }

  func digest(of bytes: [UInt8]) -> [UInt8]? {
    var digest = [UInt8](repeating: 0, count: 64)
    let count = rtc_digest(openSSLName, bytes, bytes.count, &digest)
    return count > 0 ? Array(digest.prefix(count)) : nil
  }

  static func < (lhs: FingerprintHash, rhs: FingerprintHash) -> Bool { lhs.rawValue < rhs.rawValue }
}
