/// An IP address and a UDP port.
package struct TransportAddress: Hashable, Sendable, CustomStringConvertible {
  package var ip: IPAddress
  package var port: UInt16

  package init(_ ip: IPAddress, port: UInt16) {
    self.ip = ip
    self.port = port
  }

  package var family: IPAddress.Family { ip.family }

  /// `192.0.2.1:5000` or `[2001:db8::1]:5000`.
  package var description: String { family == .v4 ? "\(ip):\(port)" : "[\(ip)]:\(port)" }
}
