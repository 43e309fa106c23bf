import RTCBase

/// Where the server listens, written `8080`, `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// Without brackets.
  package let host: String
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  package init(parsing text: String) throws {
    let host: Substring
    let portText: Substring
    if text.hasPrefix("["), let end = text.firstIndex(of: "]"), text[end...].hasPrefix("]:") {
      host = text[text.index(after: text.startIndex)..<end]
      portText = text[text.index(end, offsetBy: 2)...]
    } else if let colon = text.lastIndex(of: ":"), !text[..<colon].contains(":") {
      host = text[..<colon]
      portText = text[text.index(after: colon)...]
    } else {
      host = "127.0.0.1"
      portText = Substring(text)
    }
    guard let port = UInt16(portText), !host.isEmpty else {
      throw ToolError(
        "\"\(text)\" is not an address to listen on; write HOST:PORT such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080."
      )
    }
    self.init(host: String(host), port: Int(port))
  }

  /// The host's address, when it is written as one.
  var ip: IPAddress? { IPAddress(host) }
  /// Whether only programs of this machine can reach it.
  package var isLoopback: Bool { HostName.isLoopback(host) }
  /// Whether every address of the machine is meant.
  var isWildcard: Bool { host == "0.0.0.0" || host == "::" }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
