import NIOCore
import RTCBase

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where traffic to the internet leaves this machine.
package enum DefaultRoute {
  /// Reserved for documentation (RFC 5737, RFC 3849), so that hardly a table has a route of its own for them.
  private static let destinations = [
    TransportAddress(IPAddress(v4: 0xC633_6401), port: 9),
    TransportAddress(IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 1), port: 9),
  ]

  /// The addresses that the kernel gives to traffic on the default routes: at most one IPv4 and one IPv6 address.
  ///
  /// To connect a UDP socket looks the route up and sends nothing.
  package static func localAddresses() -> [IPAddress] { destinations.compactMap(localAddress) }

  private static func localAddress(towards destination: TransportAddress) -> IPAddress? {
    let isV4 = destination.family == .v4
    let descriptor = socket(isV4 ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let connected = SocketAddress(destination).withSockAddr { connect(descriptor, $0, socklen_t($1)) }
    guard connected == 0 else { return nil }
    return isV4
      ? boundAddress(descriptor, sockaddr_in()) { SocketAddress($0) }
      : boundAddress(descriptor, sockaddr_in6()) { SocketAddress($0) }
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
