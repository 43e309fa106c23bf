import Foundation

/// A web origin: scheme, host and port (RFC 6454).
package struct Origin: Hashable, Sendable, CustomStringConvertible {
  package let scheme: String
  package let host: String
  package let port: Int

  package init?(_ text: String) {
    guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased(),
      let port = components.port ?? Self.defaultPort(scheme), UInt16(exactly: port) != nil,
      let host = components.host, !host.isEmpty,
      components.path.isEmpty || components.path == "/", components.query == nil, components.fragment == nil,
      components.user == nil
    else { return nil }
    self.scheme = scheme
    self.host = Self.withoutBrackets(host)
    self.port = port
  }

  /// The origin that the `Host` header of a request names.
  package init?(scheme: String, authority: String) {
    // Nothing but host and port: "a@b" and "a/b" name another host than they seem to.
    guard authority.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._:[]%".contains($0)) }) else {
      return nil
    }
    self.init("\(scheme)://\(authority)")
  }

  private static func defaultPort(_ scheme: String) -> Int? {
    switch scheme {
    case "http": 80
    case "https": 443
    default: nil
    }
  }

  private static func withoutBrackets(_ host: String) -> String {
    let name = host.lowercased()
    return name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
  }

  package var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == Self.defaultPort(scheme) ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(port)"
  }
}
