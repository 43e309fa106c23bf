internal import RTCBase
internal import RTCTransport

extension RTCNetworkPolicy {
  /// The addresses to open sockets on.
  func addresses() throws -> [NetworkInterfaces.Address] {
    switch self {
    case .automatic: return try Self.interfaces(includingLoopback: false)
    case .includingLoopback: return try Self.interfaces(includingLoopback: true)
    case .loopbackOnly:
      return try Self.interfaces(includingLoopback: true).filter(\.ip.isLoopback)
    case .addresses(let texts):
      return try texts.map { text in
        guard let ip = IPAddress(text) else {
          throw WebRTCError.typeError("\"\(text)\" is not an IP address, which RTCNetworkPolicy.addresses needs.")
        }
        return NetworkInterfaces.Address(name: text, ip: ip)
      }
    }
  }
  private static func interfaces(includingLoopback: Bool) throws(WebRTCError) -> [NetworkInterfaces.Address] {
    do {
      return try NetworkInterfaces.addresses(includingLoopback: includingLoopback)
    } catch {
      throw WebRTCError.notReadableError(
        "The addresses of this machine cannot be listed: \(SocketFailure.reason(error)).")
    }
  }
}
