import RTCBase

/// Master keys and salts exported from a DTLS handshake, one of each per direction (RFC 5764 §4.2).
package struct SRTPKeyingMaterial: Sendable {
  package var profile: SRTPProfile
  /// Key followed by salt, for what this endpoint sends.
  package var localKeyAndSalt: [UInt8]
  /// Key followed by salt, for what the peer sends.
  package var remoteKeyAndSalt: [UInt8]

  package init(profile: SRTPProfile, localKeyAndSalt: [UInt8], remoteKeyAndSalt: [UInt8]) {
    self.profile = profile
    self.localKeyAndSalt = localKeyAndSalt
    self.remoteKeyAndSalt = remoteKeyAndSalt
  }
}
