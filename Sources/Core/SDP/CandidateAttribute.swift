/// An ICE candidate as text (RFC 8839 §5.1).
package struct CandidateAttribute: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case host
    case serverReflexive
    case peerReflexive
    case relay
    case other(String)
  }

  /// A name and value after the fields that the grammar names, such as `tcptype` or `network-cost`.
  package struct Extension: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package var foundation: String
  /// 1 for RTP and everything multiplexed with it, 2 for RTCP.
  package var component: UInt16
  /// `udp` or `tcp` as it was read; compare without regard to case.
  package var transport: String
  package var priority: UInt32
  /// An IP address or a host name, such as the `.local` names of browsers.
  package var address: String
  package var port: UInt16
  package var kind: Kind
  /// `raddr`
  package var relatedAddress: String?
  /// `rport`
  package var relatedPort: UInt16?
  package var extensions: [Extension]

  package init(
    foundation: String, component: UInt16 = 1, transport: String = "udp", priority: UInt32, address: String,
    port: UInt16, kind: Kind, relatedAddress: String? = nil, relatedPort: UInt16? = nil, extensions: [Extension] = []
  ) {
    self.foundation = foundation
    self.component = component
    self.transport = transport
    self.priority = priority
    self.address = address
    self.port = port
    self.kind = kind
    self.relatedAddress = relatedAddress
    self.relatedPort = relatedPort
    self.extensions = extensions
  }
}

extension CandidateAttribute {
  package var isUDP: Bool { transport.lowercased() == "udp" }
  /// `active`, `passive` or `so` (RFC 6544 §4.5).
  package var tcpType: String? { self[extension: "tcptype"] }
  /// The credentials that the candidate belongs to, where it says so.
  package var usernameFragment: String? { self[extension: "ufrag"] }

  package subscript(extension name: String) -> String? { extensions.first { $0.name == name }?.value }
}

extension CandidateAttribute.Kind: CustomStringConvertible {
  package init(_ token: String) {
    switch token {
    case "host": self = .host
    case "srflx": self = .serverReflexive
    case "prflx": self = .peerReflexive
    case "relay": self = .relay
    default: self = .other(token)
    }
  }

  package var description: String {
    switch self {
    case .host: "host"
    case .serverReflexive: "srflx"
    case .peerReflexive: "prflx"
    case .relay: "relay"
    case .other(let token): token
    }
  }
}
