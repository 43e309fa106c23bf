import NIOCore
import RTCBase

/// The addresses of this machine that can be the base of a host candidate.
package enum NetworkInterfaces {
  package struct Address: Hashable, Sendable {
    package var name: String
    package var ip: IPAddress

    package init(name: String, ip: IPAddress) {
      self.name = name
      self.ip = ip
    }
  }

  /// The usable addresses of all interfaces, non-loopback ones first; loopback only when there is nothing else, or when asked for.
  ///
  /// Left out, after RFC 8445 §5.1.1.1: unspecified, multicast, link-local IPv6 without scope, deprecated and IPv4-mapped IPv6.
  package static func addresses(includingLoopback: Bool) throws -> [Address] {
    var found: [Address] = []
    for device in try System.enumerateDevices() {
      guard let ip = device.address?.transportAddress?.ip else { continue }
      guard !ip.isUnspecified, !ip.isMulticast, !ip.isDeprecatedV6, !ip.isV4Mapped else { continue }
      // A link-local IPv6 address needs a zone that candidates do not carry.
      if ip.isLinkLocal && ip.family == .v6 { continue }
      let address = Address(name: device.name, ip: ip)
      if !found.contains(where: { $0.ip == ip }) { found.append(address) }
    }
    let external = found.filter { !$0.ip.isLoopback }
    let loopback = found.filter { $0.ip.isLoopback }
    return includingLoopback || external.isEmpty ? external + loopback : external
  }
}
