import Testing
import WebRTCTypes

struct ICEServerURLTests {
  @Test(
    "PC-03: URLs of RFC 7064 and RFC 7065",
    arguments: [
      ("stun:example.org", "stun", "example.org", 3478, "udp"),
      ("stuns:example.org", "stuns", "example.org", 5349, "tcp"),
      ("stun:example.org:8000", "stun", "example.org", 8000, "udp"),
      ("turn:example.org", "turn", "example.org", 3478, "udp"),
      ("turns:example.org", "turns", "example.org", 5349, "tcp"),
      ("turn:example.org:8000", "turn", "example.org", 8000, "udp"),
      ("turn:example.org?transport=udp", "turn", "example.org", 3478, "udp"),
      ("turn:example.org?transport=tcp", "turn", "example.org", 3478, "tcp"),
      ("turns:example.org:443?transport=tcp", "turns", "example.org", 443, "tcp"),
      ("turns:example.org?transport=udp", "turns", "example.org", 5349, "udp"),
      ("STUN:Example.org", "stun", "Example.org", 3478, "udp"),
      ("stun:192.0.2.1", "stun", "192.0.2.1", 3478, "udp"),
      ("stun:[2001:db8::1]", "stun", "2001:db8::1", 3478, "udp"),
      ("turn:[::1]:65535?transport=tcp", "turn", "::1", 65_535, "tcp"),
      ("stun:example.org:", "stun", "example.org", 3478, "udp"),
      ("stun:example.org:0000000000443", "stun", "example.org", 443, "udp"),
      ("stun:a_b-c.example.org", "stun", "a_b-c.example.org", 3478, "udp"),
    ])
  func accepted(url: String, scheme: String, host: String, port: UInt16, transport: String) throws {
    let parsed = try ICEServerURL(url)
    #expect(parsed.scheme.rawValue == scheme)
    #expect(parsed.host == host)
    #expect(parsed.port == port)
    #expect(parsed.transport.rawValue == transport)
  }

  @Test(
    "PC-02: all else is a SyntaxError",
    arguments: [
      "", "relative-url", "http://example.com", "turn://example.org/foo?x=y", "stun://example.org/foo?x=y", "stun:",
      "stun::3478", "turn:?transport=udp", "stun:example.org?transport=udp", "stun:example.org?", "turn:example.org?",
      "turn:example.org?transport=tls", "turn:example.org?transport=UDP", "turn:example.org?&transport=udp",
      "turn:example.org?transport=udp&x=y", "stun:example.org#x", "turn:example.org?transport=udp#x",
      "stun:user@example.org", "stun:example.org/foo", "stun:example.net:65536", "stun:example.net:b",
      "stun:example.net: ", "stun:example.net: 21 ", "stun:example.net:-21", "stun:example.net:+21",
      "stun:[61:24:74]:98",
      "stun:[::127.0.0.1.]", "stun:[example.net]", "stun:[::1.2.3.4x]", "stun:[::1", "stun:[::1]x", "stun:[]",
      "stun:192.168.0.257", "stun:256.256.256.256", "stun:10000000000", "stun:a<b", "stun:a[b", "stun:a\\b", "stun:a^b",
      "stun:ho%00st", "stun:x x:12", "stun:a\u{0}b", "stun:你好", "stun:2001:db8::1",
    ])
  func refused(url: String) {
    let error = #expect(throws: WebRTCError.self) { try ICEServerURL(url) }
    #expect(error?.name == "SyntaxError")
    #expect(error?.message.contains("\"\(url)\"") == true)
  }

  @Test("PC-02: a TURN server needs credentials that its protocol can carry")
  func credentials() throws {
    #expect(try RTCIceServer(urls: "turn:a", username: "u", credential: "c").parsedURLs().count == 1)
    #expect(try RTCIceServer(urls: ["stun:a", "stuns:b"]).parsedURLs().count == 2)
    let longest = String(repeating: "ü", count: 254)
    #expect(try RTCIceServer(urls: "turn:a", username: longest, credential: "c").parsedURLs().count == 1)
    for server in [
      RTCIceServer(urls: "turn:a"), RTCIceServer(urls: "turns:a", username: "u"),
      RTCIceServer(urls: "turn:a", credential: "c"), RTCIceServer(urls: "turn:a", username: "u", credential: ""),
      RTCIceServer(urls: "turn:a", username: longest + "x", credential: "c"), RTCIceServer(urls: ["stun:a", "turn:a"]),
    ] {
      let error = #expect(throws: WebRTCError.self) { try server.parsedURLs() }
      #expect(error?.name == "InvalidAccessError")
    }
    let empty = #expect(throws: WebRTCError.self) { try RTCIceServer(urls: []).parsedURLs() }
    #expect(empty?.name == "SyntaxError")
  }
}
