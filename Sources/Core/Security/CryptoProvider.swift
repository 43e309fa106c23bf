import RTCBase

/// Everything the core needs of a crypto library. The real one is OpenSSL and libsrtp2; TestKit has a deterministic stand-in.
package protocol CryptoProvider: AnyObject {
  func makeMessageAuthenticator(key: [UInt8]) -> any MessageAuthenticator
  func makeDTLSSession(_ configuration: DTLSConfiguration) throws(CryptoError) -> any DTLSSession
  func makeSRTPContext(_ keys: SRTPKeyingMaterial) throws(CryptoError) -> any SRTPContext
  /// The digest by its fingerprint name (`sha-256`, `sha-384`, `sha-512`, `sha-1`); `nil` for a name the provider refuses.
  func digest(_ algorithm: String, of bytes: [UInt8]) -> [UInt8]?
}

package struct CryptoError: Error, Sendable, CustomStringConvertible {
  package var description: String
  package init(_ description: String) { self.description = description }
}

package struct DTLSConfiguration {
  package var role: DTLSRole
  package var certificate: any LocalCertificate
  /// The peer's certificate must match one of them.
  package var remoteFingerprints: [CertificateFingerprint]
  /// In order of preference; the server chooses.
  package var srtpProfiles: [SRTPProfile]
  /// Largest datagram in bytes.
  package var maximumDatagramSize: Int
  /// First retransmission of a flight; doubles from there.
  package var initialRetransmission: TimeDelta

  package init(
    role: DTLSRole, certificate: any LocalCertificate, remoteFingerprints: [CertificateFingerprint],
    srtpProfiles: [SRTPProfile] = SRTPProfile.preferred, maximumDatagramSize: Int = 1_200,
    initialRetransmission: TimeDelta = .milliseconds(100)
  ) {
    self.role = role
    self.certificate = certificate
    self.remoteFingerprints = remoteFingerprints
    self.srtpProfiles = srtpProfiles
    self.maximumDatagramSize = maximumDatagramSize
    self.initialRetransmission = initialRetransmission
  }
}
