import NIOCore
import RTCBase

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the kernel's routing tables say. To connect a UDP socket looks a route up and sends nothing.
package enum Route {
  /// Reserved for documentation (RFC 5737, RFC 3849), so that hardly a table has a route of its own for them.
  private static let distantDestinations = [
    TransportAddress(IPAddress(v4: 0xC633_6401), port: 9),
    TransportAddress(IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 1), port: 9),
  ]

  /// The addresses that the kernel gives to traffic on the default routes: at most one IPv4 and one IPv6 address.
  package static func defaultLocalAddresses() -> [IPAddress] {
    distantDestinations.compactMap { destination in
      withSocket(connectedTo: destination, from: nil) { boundAddress($0, destination.family) } ?? nil
    }
  }

  /// Whether datagrams from a local address can go to a destination: not so for broadcast addresses, for what no route leads to,
  /// and from loopback to elsewhere.
  package static func exists(from local: IPAddress, to destination: TransportAddress) -> Bool {
    guard local.family == destination.family, destination.port != 0 else { return false }
    return withSocket(connectedTo: destination, from: local) { _ in true } ?? false
  }

  private static func withSocket<Result>(
    connectedTo destination: TransportAddress, from local: IPAddress?, _ body: (Int32) -> Result
  ) -> Result? {
    let local = local.map { TransportAddress($0, port: 0) }
    guard let descriptor = try? UDPSocket.open(destination.family, boundTo: local) else { return nil }
    defer { close(descriptor) }
    let connected = SocketAddress(destination).withSockAddr { connect(descriptor, $0, socklen_t($1)) }
    return connected == 0 ? body(descriptor) : nil
  }

  private static func boundAddress(_ descriptor: Int32, _ family: IPAddress.Family) -> IPAddress? {
    switch family {
    case .v4: boundAddress(descriptor, sockaddr_in()) { SocketAddress($0) }
    case .v6: boundAddress(descriptor, sockaddr_in6()) { SocketAddress($0) }
    }
  }

  private static func boundAddress<Storage>(
    _ descriptor: Int32, _ empty: Storage, _ convert: (Storage) -> SocketAddress
  ) -> IPAddress? {
    var storage = empty
    var length = socklen_t(MemoryLayout<Storage>.size)
    let result = withUnsafeMutableBytes(of: &storage) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor, $0.baseAddress, &length) }
    }
    guard result == 0, let ip = convert(storage).transportAddress?.ip, !ip.isUnspecified else { return nil }
    return ip
  }
}
