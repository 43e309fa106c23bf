/// The `o=` line (RFC 8866 §5.2).
package struct Origin: Hashable, Sendable {
  package var username: String
  /// Digits; a string because some peers' numbers exceed 64 bits.
  package var sessionID: String
  package var sessionVersion: UInt64
  package var networkType: String
  package var addressType: String
  package var address: String

  package init(
    username: String = "-", sessionID: String, sessionVersion: UInt64, networkType: String = "IN",
    addressType: String = "IP4", address: String = "127.0.0.1"
  ) {
    self.username = username
    self.sessionID = sessionID
    self.sessionVersion = sessionVersion
    self.networkType = networkType
    self.addressType = addressType
    self.address = address
  }
}
