import RTCBase

/// A UDP address of component 1 that an agent might be reached at (RFC 8445 §2.1).
package struct ICECandidate: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case host
    case serverReflexive = "srflx"
    case peerReflexive = "prflx"
    case relayed = "relay"

    /// RFC 8445 §5.1.2.2
    package var typePreference: UInt32 {
      switch self {
      case .host: 126
      case .peerReflexive: 110
      case .serverReflexive: 100
      case .relayed: 0
      }
    }
  }

  package var foundation: String
  package var priority: UInt32
  package var address: TransportAddress
  package var kind: Kind
  /// The base of a reflexive candidate; the mapped address of a relayed one.
  package var relatedAddress: TransportAddress?
  /// The generation it belongs to, when the signalling said so (RFC 8838 §9).
  package var usernameFragment: String?

  package init(
    foundation: String, priority: UInt32, address: TransportAddress, kind: Kind,
    relatedAddress: TransportAddress? = nil, usernameFragment: String? = nil
  ) {
    self.foundation = foundation
    self.priority = priority
    self.address = address
    self.kind = kind
    self.relatedAddress = relatedAddress
    self.usernameFragment = usernameFragment
  }

  /// RFC 8445 §5.1.2.1, for component 1.
  package static func priority(of kind: Kind, localPreference: UInt16) -> UInt32 {
    kind.typePreference << 24 | UInt32(localPreference) << 8 | 255
  }
}
