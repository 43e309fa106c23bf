import NIOCore
import NIOPosix
import RTCBase

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Resolves host names away from event loops.
package enum NameResolver {
  /// The addresses of a name, or of an address as text; none when the name has none. At most eight.
  package static func resolve(
    _ host: String, port: UInt16, on eventLoop: any EventLoop
  ) -> EventLoopFuture<[TransportAddress]> {
    if let ip = IPAddress(host) { return eventLoop.makeSucceededFuture([TransportAddress(ip, port: port)]) }
    return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
      lookUp(host).prefix(8).map { TransportAddress($0, port: port) }
    }
  }

  private static func lookUp(_ host: String) -> [IPAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    hints.ai_family = AF_UNSPEC
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0, let first = list else { return [] }
    defer { freeaddrinfo(first) }
    var found: [IPAddress] = []
    var next: UnsafeMutablePointer<addrinfo>? = first
    while let entry = next {
      if let ip = address(entry.pointee), !found.contains(ip) { found.append(ip) }
      next = entry.pointee.ai_next
    }
    return found
  }

  private static func address(_ entry: addrinfo) -> IPAddress? {
    guard let pointer = entry.ai_addr else { return nil }
    let raw = UnsafeRawPointer(pointer)
    switch entry.ai_family {
    case AF_INET:
      return SocketAddress(raw.loadUnaligned(as: sockaddr_in.self)).transportAddress?.ip
    case AF_INET6:
      return SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self)).transportAddress?.ip
    default: return nil
    }
  }
}
