/// A `c=` line (RFC 8866 §5.7).
package struct ConnectionData: Hashable, Sendable {
  package var networkType: String
  package var addressType: String
  /// An address or a host name, with its time-to-live and count when it is multicast.
  package var address: String

  package init(networkType: String = "IN", addressType: String = "IP4", address: String) {
    self.networkType = networkType
    self.addressType = addressType
    self.address = address
  }
}
