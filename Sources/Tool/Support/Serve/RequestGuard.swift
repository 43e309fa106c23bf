import RTCBase

/// Decides by `Host` and `Origin` whether a request may come in.
///
/// A page of another site must not make calls with a server on the user's machine, neither directly (`Origin`) nor by a name of its own that
/// resolves to this machine (DNS rebinding, which `Host` gives away).
package struct RequestGuard: Sendable {
  /// What is decided about a request.
  package enum Decision: Hashable, Sendable {
    /// From this server's own page, or from no page at all.
    case accepted
    /// From a page of a site that `--allow-origin` names: the browser must be told so.
    case acceptedFrom(origin: String)
    /// With what is wrong.
    case refused(String)
  }

  private let listen: ListenAddress
  private let scheme: String
  /// This machine's own names, in small letters.
  private let names: Set<String>
  private let allowedOrigins: Set<Origin>
  private let allowsNullOrigin: Bool
  private let allowsAnyOrigin: Bool

  /// - Parameters:
  ///   - names: what the machine is called.
  ///   - allowedOrigins: as given by `--allow-origin`; `null` and `*` mean what they mean in CORS.
  package init(listen: ListenAddress, isSecure: Bool, names: [String] = [], allowedOrigins: [String] = []) throws {
    self.listen = listen
    scheme = isSecure ? "https" : "http"
    self.names = Set(names.map { $0.lowercased() })
    allowsNullOrigin = allowedOrigins.contains("null")
    allowsAnyOrigin = allowedOrigins.contains("*")
    self.allowedOrigins = Set(
      try allowedOrigins.filter { $0 != "null" && $0 != "*" }.map { text in
        guard let origin = Origin(text) else {
          throw ToolError(
            "--allow-origin \(text) is not an origin; write scheme, host and port, such as https://example.org:8443.")
        }
        return origin
      })
  }

  package func decide(host: String?, origins: [String]) -> Decision {
    guard let host, let own = Origin(scheme: scheme, authority: host) else {
      return .refused("The request needs a Host header with a host and a port.")
    }
    guard isOwn(own.host) else {
      return .refused(
        "This server is not called \"\(own.host)\". Use its address, or name its site with --allow-origin.")
    }
    guard let text = origins.first else { return .accepted }
    let origin = Origin(text)
    if origins.count == 1, origin == own { return .accepted }
    let isAllowed = origin.map(allowedOrigins.contains) ?? (text == "null" && allowsNullOrigin)
    guard origins.count == 1, isAllowed || allowsAnyOrigin else {
      return .refused("Pages of \(text.prefix(200)) may not call this server. Allow them with --allow-origin.")
    }
    return .acceptedFrom(origin: text)
  }

  private func isOwn(_ host: String) -> Bool {
    if host == listen.host.lowercased() || allowedOrigins.contains(where: { $0.host == host }) { return true }
    if listen.isLoopback { return HostName.isLoopback(host) }
    // An address cannot be rebound by anybody; beyond loopback it may be any of this machine's.
    return HostName.isAddress(host) || HostName.isLoopback(host) || names.contains(host)
  }
}
