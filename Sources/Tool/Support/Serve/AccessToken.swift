/// The secret that `--token` names.
package struct AccessToken: Sendable {
  private let secret: [UInt8]

  package static let leastLength = 8

  package init(_ text: String) throws {
    guard text.utf8.count >= Self.leastLength, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw ToolError(
        "The token must have \(Self.leastLength) or more printable characters without spaces, so that nobody guesses it."
      )
    }
    secret = Array(text.utf8)
  }

  /// Whether the text is the secret. How long it takes depends on the length of the text alone.
  package func matches(_ text: some StringProtocol) -> Bool {
    var difference = secret.count ^ text.utf8.count
    for (index, byte) in text.utf8.enumerated() { difference |= Int(secret[index % secret.count] ^ byte) }
    return difference == 0
  }
}
