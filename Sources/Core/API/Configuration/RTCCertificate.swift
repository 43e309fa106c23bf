package import RTCSecurity

/// A certificate with its private key, by which a peer recognises this endpoint (webrtc-pc).
///
/// One certificate serves any number of connections.
public struct RTCCertificate: Sendable {
  package let local: any LocalCertificate

  package init(_ local: any LocalCertificate) { self.local = local }

  /// When it expires, in milliseconds since 1970.
  public var expires: Double { Double(local.expires) }

  /// Its fingerprints, SHA-256 first.
  public var fingerprints: [RTCDtlsFingerprint] {
    local.fingerprints.map { RTCDtlsFingerprint(algorithm: $0.algorithm, value: $0.text.lowercased()) }
  }
}

extension RTCCertificate: Hashable {
  /// Equal when they are the same certificate.
  public static func == (lhs: RTCCertificate, rhs: RTCCertificate) -> Bool { lhs.local.der == rhs.local.der }
  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) { hasher.combine(local.der) }
}
