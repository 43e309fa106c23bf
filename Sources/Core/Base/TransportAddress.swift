/// An IP address and a UDP port.
@usableFromInline package struct TransportAddress: Hashable, Sendable, CustomStringConvertible {
  @usableFromInline package var ip: IPAddress
  @usableFromInline package var port: UInt16

  @inlinable
  package init(_ ip: IPAddress, port: UInt16) {
    self.ip = ip
    self.port = port
  }

  package var family: IPAddress.Family { ip.family }

  /// Written out to be inlined: every datagram's addresses are compared.
  @inlinable
  package static func == (lhs: TransportAddress, rhs: TransportAddress) -> Bool {
    lhs.port == rhs.port && lhs.ip == rhs.ip
  }

  @inlinable
  package func hash(into hasher: inout Hasher) {
    hasher.combine(ip)
    hasher.combine(port)
  }

  /// `192.0.2.1:5000` or `[2001:db8::1]:5000`.
  @usableFromInline package var description: String { family == .v4 ? "\(ip):\(port)" : "[\(ip)]:\(port)" }
}
