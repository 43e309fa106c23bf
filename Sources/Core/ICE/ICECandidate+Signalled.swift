import RTCBase

/// Why a signalled candidate is left out. None of these is an error of the peer.
package enum ICECandidateRejection: Error, Hashable, Sendable {
  /// TCP, or a transport unknown.
  case transport
  /// RTP and RTCP share component 1.
  case component
  case kind
  /// A name: `.local` (mDNS) or fully qualified.
  case hostname
  /// Unspecified, multicast, broadcast or port 0.
  case unusableAddress
}

extension ICECandidate {
  /// A candidate from the fields of its `candidate` attribute (RFC 8839 §5.1); fields not named here play no part in checks.
  package init(
    foundation: String, component: Int, transport: String, priority: UInt32, host: String, port: UInt16, type: String,
    relatedHost: String? = nil, relatedPort: UInt16? = nil, usernameFragment: String? = nil
  ) throws(ICECandidateRejection) {
    guard transport.lowercased() == "udp" else { throw .transport }
    guard component == 1 else { throw .component }
    guard let kind = Kind(rawValue: type.lowercased()) else { throw .kind }
    guard let ip = IPAddress(host) else { throw .hostname }
    let address = TransportAddress(ip, port: port)
    guard Self.isUsable(address) else { throw .unusableAddress }
    var related: TransportAddress?
    if let relatedHost, let relatedPort, let ip = IPAddress(relatedHost) {
      related = TransportAddress(ip, port: relatedPort)
    }
    self.init(
      foundation: foundation, priority: priority, address: address, kind: kind, relatedAddress: related,
      usernameFragment: usernameFragment)
  }

  static func isUsable(_ address: TransportAddress) -> Bool {
    address.port != 0 && !address.ip.isUnspecified && !address.ip.isMulticast
      && !address.ip.isV4Mapped && !(address.family == .v4 && address.ip.v4Bits == .max)
  }
}
