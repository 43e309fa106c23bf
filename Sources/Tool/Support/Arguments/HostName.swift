import RTCBase

/// What the name or address of a host says by itself.
package enum HostName {
  /// Whether the host is this machine by definition (RFC 6761 §6.3 for names).
  package static func isLoopback(_ host: String) -> Bool {
    let name = host.lowercased()
    return name == "localhost" || name.hasSuffix(".localhost") || IPAddress(host)?.isLoopback == true
  }

  /// Whether it is an address rather than a name.
  package static func isAddress(_ host: String) -> Bool { IPAddress(host) != nil }
}
