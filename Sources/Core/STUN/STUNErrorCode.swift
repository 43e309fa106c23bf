/// The code of an ERROR-CODE attribute: 300 to 699 (RFC 8489 §14.8).
package struct STUNErrorCode: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let tryAlternate = STUNErrorCode(rawValue: 300)
  package static let badRequest = STUNErrorCode(rawValue: 400)
  package static let unauthenticated = STUNErrorCode(rawValue: 401)
  package static let unknownAttribute = STUNErrorCode(rawValue: 420)
  package static let staleNonce = STUNErrorCode(rawValue: 438)
  /// RFC 8445 §7.3.1.1
  package static let roleConflict = STUNErrorCode(rawValue: 487)
  package static let serverError = STUNErrorCode(rawValue: 500)

  /// The reason phrase that the specifications recommend; empty for other codes.
  package var reasonPhrase: String {
    switch self {
    case .tryAlternate: "Try Alternate"
    case .badRequest: "Bad Request"
    case .unauthenticated: "Unauthenticated"
    case .unknownAttribute: "Unknown Attribute"
    case .staleNonce: "Stale Nonce"
    case .roleConflict: "Role Conflict"
    case .serverError: "Server Error"
    default: ""
    }
  }
}
