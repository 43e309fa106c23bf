import Testing

@testable import RTCTool

@Suite struct RequestGuardTests {
  private func decide(
    _ host: String?, _ origins: [String] = [], listen: String = "127.0.0.1:8080", isSecure: Bool = false,
    allowed: [String] = []
  ) throws -> RequestGuard.Decision {
    try RequestGuard(
      listen: ListenAddress(parsing: listen), isSecure: isSecure, names: ["box"], allowedOrigins: allowed
    ).decide(host: host, origins: origins)
  }

  private func isRefused(_ decision: RequestGuard.Decision) -> Bool {
    if case .refused = decision { true } else { false }
  }

  @Test(
    "This machine's own names are taken",
    arguments: ["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "a.localhost"])
  func ownHosts(host: String) throws { #expect(try decide(host) == .accepted) }

  @Test(
    "Other names are refused: they may have been rebound",
    arguments: [
      nil, "", "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1:8080",
      "localhost@evil.example", "evil.example/localhost", "localhost:99999999", "127.0.0.1:8080, evil.example",
    ])
  func foreignHosts(host: String?) throws { #expect(isRefused(try decide(host))) }

  @Test("Beyond loopback, addresses and the machine's own name are taken")
  func beyondLoopback() throws {
    for host in ["192.0.2.7:8080", "[2001:db8::1]:8080", "box:8080", "localhost:8080"] {
      #expect(try decide(host, listen: "0.0.0.0:8080") == .accepted, "\(host)")
    }
    #expect(isRefused(try decide("evil.example:8080", listen: "0.0.0.0:8080")))
    #expect(try decide("rtc.example:8080", listen: "rtc.example:8080") == .accepted)
  }

  @Test("The page's own origin is taken")
  func ownOrigin() throws {
    #expect(try decide("127.0.0.1:8080", ["http://127.0.0.1:8080"]) == .accepted)
    #expect(try decide("localhost", ["http://localhost:80"]) == .accepted)
    #expect(try decide("localhost:443", ["https://localhost"], isSecure: true) == .accepted)
  }

  @Test(
    "Other origins are refused",
    arguments: [
      ["http://evil.example"], ["https://127.0.0.1:8080"], ["http://127.0.0.1:8081"], ["http://localhost:8080"],
      ["null"],
      [""], ["file://"], ["http://127.0.0.1:8080", "http://evil.example"], ["http://127.0.0.1:8080/path"],
      ["http://x@127.0.0.1:8080"],
    ])
  func foreignOrigins(origins: [String]) throws { #expect(isRefused(try decide("127.0.0.1:8080", origins))) }

  @Test("Origins can be allowed")
  func allowedOrigins() throws {
    let allowed = ["https://example.org", "http://test.example:8000"]
    #expect(
      try decide("127.0.0.1:8080", ["https://example.org"], allowed: allowed)
        == .acceptedFrom(origin: "https://example.org"))
    #expect(isRefused(try decide("127.0.0.1:8080", ["http://example.org"], allowed: allowed)))
    // A reverse proxy hands its own name through.
    #expect(try decide("example.org", allowed: allowed) == .accepted)
    #expect(try decide("127.0.0.1:8080", ["null"], allowed: ["null"]) == .acceptedFrom(origin: "null"))
    #expect(
      try decide("127.0.0.1:8080", ["http://any.example"], allowed: ["*"])
        == .acceptedFrom(origin: "http://any.example"))
    #expect(isRefused(try decide("evil.example", ["http://evil.example"], allowed: ["*"])))
  }

  @Test("What is no origin cannot be allowed", arguments: ["example.org", "https://a/b", "ftp://a", ""])
  func badOrigins(text: String) { #expect(throws: ToolError.self) { try decide("localhost", allowed: [text]) } }

  @Test("The token is compared whole")
  func token() throws {
    let token = try AccessToken("correct-horse")
    #expect(token.matches("correct-horse"))
    for text in ["", "correct-hors", "correct-horsf", "correct-horsecorrect-horse", "Correct-horse", "\0"] {
      #expect(!token.matches(text), "\(text)")
    }
    for text in ["", "short", "with a space"] { #expect(throws: ToolError.self) { try AccessToken(text) } }
  }
}
