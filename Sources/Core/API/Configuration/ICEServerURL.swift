internal import RTCBase

/// A STUN or TURN URL by its parts (RFC 7064 §3.1, RFC 7065 §3.1; webrtc-pc, "validate an ICE server URL").
package struct ICEServerURL: Hashable, Sendable {
  package enum Scheme: String, Hashable, Sendable {
    case stun
    case stuns
    case turn
    case turns

    package var isSecure: Bool { self == .stuns || self == .turns }
    package var isTURN: Bool { self == .turn || self == .turns }
  }

  package var scheme: Scheme
  /// A host name or an IP address, IPv6 without its brackets.
  package var host: String
  package var port: UInt16
  /// What carries STUN or TURN; under a secure scheme it is TLS over TCP or DTLS over UDP.
  package var transport: RTCIceProtocol

  /// - Throws: `WebRTCError.syntaxError`.
  package init(_ url: String) throws(WebRTCError) {
    func refuse(_ reason: String) -> WebRTCError {
      let excerpt = url.utf8.count <= 200 ? url : String(url.prefix(200)) + "…"
      return .syntaxError(
        "The ICE server URL \"\(excerpt)\" \(reason); such URLs look like stun:host:port or turn:host:port?transport=udp."
      )
    }
    guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw refuse("has no scheme") }
    guard let scheme = Scheme(rawValue: url[..<colon].lowercased()) else {
      throw refuse("has a scheme other than stun, stuns, turn and turns")
    }
    self.scheme = scheme
    let rest = url[url.utf8.index(after: colon)...]
    guard !rest.utf8.contains(UInt8(ascii: "#")) else { throw refuse("has a fragment") }

    let question = rest.utf8.firstIndex(of: UInt8(ascii: "?"))
    transport = scheme.isSecure ? .tcp : .udp
    if let question {
      guard scheme.isTURN else { throw refuse("has a query, which STUN does not know") }
      switch rest[rest.utf8.index(after: question)...] {
      case "transport=udp": transport = .udp
      case "transport=tcp": transport = .tcp
      default: throw refuse("has a query other than transport=udp and transport=tcp")
      }
    }

    let hostAndPort = rest[..<(question ?? rest.endIndex)]
    guard !hostAndPort.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "@") }) else {
      throw refuse("has \"/\" or \"@\"")
    }
    let hostEnd: Substring.Index
    if hostAndPort.utf8.first == UInt8(ascii: "[") {
      guard let bracket = hostAndPort.utf8.firstIndex(of: UInt8(ascii: "]")) else {
        throw refuse("has an IPv6 address without its closing bracket")
      }
      host = String(hostAndPort[hostAndPort.utf8.index(after: hostAndPort.startIndex)..<bracket])
      guard let address = IPAddress(host), address.family == .v6 else {
        throw refuse("has something else than an IPv6 address between brackets")
      }
      hostEnd = hostAndPort.utf8.index(after: bracket)
    } else {
      hostEnd = hostAndPort.utf8.firstIndex(of: UInt8(ascii: ":")) ?? hostAndPort.endIndex
      host = String(hostAndPort[..<hostEnd])
      guard !host.isEmpty else { throw refuse("has no host") }
      guard Self.isRegisteredName(host) else { throw refuse("has a character that no host name has") }
      // What ends in a number is an address and nothing else (URL standard, "ends in a number checker").
      let last = host.utf8.split(separator: UInt8(ascii: ".")).last
      if let last, last.allSatisfy(Self.isDigit), IPAddress(host) == nil { throw refuse("has no valid IPv4 address") }
    }

    port = scheme.isSecure ? 5349 : 3478
    let portText = hostAndPort[hostEnd...]
    guard !portText.isEmpty else { return }
    guard portText.utf8.first == UInt8(ascii: ":") else { throw refuse("has something between host and port") }
    let digits = portText.utf8.dropFirst()
    guard !digits.isEmpty else { return }
    guard digits.allSatisfy(Self.isDigit), let number = UInt16(String(digits) ?? "") else {
      throw refuse("has a port that is not a number from 0 to 65535")
    }
    port = number
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// The characters of `reg-name` (RFC 3986 §3.2.2), but for percent-encoding, which no resolver takes.
  private static func isRegisteredName(_ host: String) -> Bool {
    host.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-._~!$&'()*+,;=".utf8.contains(byte)
      }
    }
  }
}

extension RTCIceServer {
  /// The server's URLs by their parts (webrtc-pc, "set the configuration").
  ///
  /// - Throws: `WebRTCError.syntaxError` for no URL or a bad one, `invalidAccessError` for a TURN server without the credentials it needs.
  package func parsedURLs() throws(WebRTCError) -> [ICEServerURL] {
    guard !urls.isEmpty else { throw .syntaxError("An ICE server needs at least one URL.") }
    var parsed: [ICEServerURL] = []
    for url in urls {
      let server = try ICEServerURL(url)
      if server.scheme.isTURN {
        guard let username, let credential else {
          throw .invalidAccessError("The TURN server \"\(url)\" needs both username and credential.")
        }
        // RFC 8489 §14.3: the attribute holds fewer than 509 bytes.
        guard username.utf8.count < 509 else {
          throw .invalidAccessError("The username for \"\(url)\" has \(username.utf8.count) bytes; 508 are allowed.")
        }
        // RFC 8265 §4.1: a password has at least one character.
        guard !credential.isEmpty else {
          throw .invalidAccessError("The credential for the TURN server \"\(url)\" is empty.")
        }
      }
      parsed.append(server)
    }
    return parsed
  }
}
