import NIOCore
import RTCBase

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension SocketAddress {
  /// The core's form of an IPv4 or IPv6 address; `nil` for a Unix domain socket.
  package var transportAddress: TransportAddress? {
    switch self {
    case .v4(let address):
      return TransportAddress(
        IPAddress(v4: UInt32(bigEndian: address.address.sin_addr.s_addr)),
        port: UInt16(bigEndian: address.address.sin_port))
    case .v6(let address):
      let (high, low) = withUnsafeBytes(of: address.address.sin6_addr) { bytes in
        (
          UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
          UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
      }
      return TransportAddress(IPAddress(v6High: high, low: low), port: UInt16(bigEndian: address.address.sin6_port))
    case .unixDomainSocket:
      return nil
    }
  }

  /// NIO's form of one of the core's addresses.
  package init(_ address: TransportAddress) {
    switch address.family {
    case .v4:
      var storage = sockaddr_in()
      storage.sin_family = sa_family_t(AF_INET)
      storage.sin_port = address.port.bigEndian
      storage.sin_addr.s_addr = address.ip.v4Bits.bigEndian
      self.init(storage)
    case .v6:
      var storage = sockaddr_in6()
      storage.sin6_family = sa_family_t(AF_INET6)
      storage.sin6_port = address.port.bigEndian
      let bits = address.ip.v6Bits
      withUnsafeMutableBytes(of: &storage.sin6_addr) { bytes in
        bytes.storeBytes(of: bits.high.bigEndian, toByteOffset: 0, as: UInt64.self)
        bytes.storeBytes(of: bits.low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      self.init(storage)
    }
  }
}
