import RTCBase

/// An IP address and a UDP port of a virtual network.
public struct VirtualAddress: Hashable, Sendable, CustomStringConvertible {
  package let transport: TransportAddress

  package init(_ transport: TransportAddress) { self.transport = transport }

  /// `nil` unless `host` is an IPv4 or IPv6 address in its usual text form.
  public init?(host: String, port: UInt16) {
    guard let ip = IPAddress(host) else { return nil }
    transport = TransportAddress(ip, port: port)
  }

  /// The IP address in text form.
  public var host: String { "\(transport.ip)" }
  /// The UDP port.
  public var port: UInt16 { transport.port }
  /// Address and port, such as `10.0.0.1:5000` or `[2001:db8::1]:5000`.
  public var description: String { "\(transport)" }
}
