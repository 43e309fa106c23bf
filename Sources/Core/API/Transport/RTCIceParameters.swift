/// The credentials of one side of an ICE transport (webrtc-pc).
public struct RTCIceParameters: Codable, Hashable, Sendable {
  /// The username fragment.
  public var usernameFragment: String
  /// The password.
  public var password: String
  /// The side has only the lite implementation of RFC 8445 §2.5.
  public var iceLite: Bool

  /// Takes the values as they are.
  public init(usernameFragment: String, password: String, iceLite: Bool = false) {
    self.usernameFragment = usernameFragment
    self.password = password
    self.iceLite = iceLite
  }
}
