internal import RTCICE

/// Which of this machine's addresses a connection uses and tells its peer: the modes of RFC 8828 §5.2.
public enum RTCIPHandlingPolicy: Hashable, Sendable {
  /// Mode 1: every interface is used and its addresses are told. The default, right for servers and bots.
  case allInterfaces
  /// Mode 2: only the address of the default route is used, and told.
  case defaultRouteWithLocalAddresses
  /// Mode 3: only the address of the default route is used, and not told: the peer learns the server-reflexive one.
  case defaultRouteOnly
  /// Mode 4: nothing that would not pass a proxy: no address of this machine is used.
  case forceProxy
}

extension ICEPrivacyMode {
  init(_ policy: RTCIPHandlingPolicy) {
    switch policy {
    case .allInterfaces: self = .allInterfaces
    case .defaultRouteWithLocalAddresses: self = .defaultRouteWithLocalAddresses
    case .defaultRouteOnly: self = .defaultRouteOnly
    case .forceProxy: self = .forceProxy
    }
  }
}
