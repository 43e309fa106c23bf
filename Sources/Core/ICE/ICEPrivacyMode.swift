/// Which addresses an agent uses and tells, by the modes of RFC 8828 §5.2.
package enum ICEPrivacyMode: Int, Hashable, Sendable, CaseIterable {
  /// Mode 1: every interface is used and its addresses are told. Right for a server, whose addresses are no secret.
  case allInterfaces = 1
  /// Mode 2: only the interface of the default route, whose addresses are told.
  case defaultRouteWithLocalAddresses = 2
  /// Mode 3: only the interface of the default route, whose addresses are not told: the peer learns the server-reflexive one.
  case defaultRouteOnly = 3
  /// Mode 4: no direct path; only relays behind a proxy would be used.
  case forceProxy = 4

  package func allows(_ interface: ICEInterface) -> Bool {
    switch self {
    case .allInterfaces: true
    case .defaultRouteWithLocalAddresses, .defaultRouteOnly: interface.isDefaultRoute
    case .forceProxy: false
    }
  }

  package var announcesHostCandidates: Bool { self == .allInterfaces || self == .defaultRouteWithLocalAddresses }
}
