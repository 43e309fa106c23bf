import NIOCore
import RTCBase

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// UDP sockets, non-blocking, that programs started by this process do not inherit.
///
/// NIO's own are inherited (no `SOCK_CLOEXEC`): the port would stay taken, and its buffer fill, until the last of those programs
/// ends.
enum UDPSocket {
  /// - Parameter local: where to bind it: `nil` binds it nowhere, port 0 lets the kernel choose.
  /// - Returns: the descriptor, which the caller owns.
  static func open(_ family: IPAddress.Family, boundTo local: TransportAddress? = nil) throws(IOError) -> CInt {
    let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(family == .v4 ? AF_INET : AF_INET6, type, 0)
    guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    guard let local else { return descriptor }
    guard SocketAddress(local).withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0 else {
      let code = errno
      close(descriptor)
      throw IOError(errnoCode: code, reason: "bind to \(local)")
    }
    return descriptor
  }
}
