internal import RTCBase

/// Which local addresses a connection gathers candidates on.
public enum RTCNetworkPolicy: Hashable, Sendable {
  /// All interfaces; loopback only when there is no other. The default.
  case automatic
  /// All interfaces, loopback included: for peers on the same machine.
  case includingLoopback
  /// Loopback only.
  case loopbackOnly
  /// Exactly these addresses, such as `192.0.2.7`.
  case addresses([String])
}
