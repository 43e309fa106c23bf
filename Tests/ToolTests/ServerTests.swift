import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing
import WebRTC

@testable import RTCTool

@Suite struct ServerTests {
  private func withServer(
    _ settings: ServeSettings = ServeSettings(),
    _ body: @escaping @Sendable (any TestClientProtocol, Endpoint) async throws -> Void
  ) async throws {
    var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    log.logLevel = .critical
    let endpoint = try await Endpoint.open(settings, log: log)
    let requestGuard = try RequestGuard(
      listen: settings.listen, isSecure: false, allowedOrigins: settings.allowedOrigins)
    let application = Application(
      responder: EndpointResponder(endpoint, settings: settings, requestGuard: requestGuard, log: log), logger: log)
    do {
      try await application.test(.router) { client in try await body(client, endpoint) }
      await endpoint.close()
    } catch {
      await endpoint.close()
      throw error
    }
  }

  private func post(
    _ client: any TestClientProtocol, _ body: String, type: String? = "application/json", origin: String? = nil
  ) async throws -> TestResponse {
    var headers: HTTPFields = [:]
    headers[.contentType] = type
    headers[.origin] = origin
    return try await client.execute(
      uri: "/offer", method: .post, headers: headers, body: ByteBuffer(string: body))
  }

  private func offer() async throws -> (RTCPeerConnection, String) {
    let connection = try RTCPeerConnection(options: RTCPeerConnectionOptions(network: .loopbackOnly))
    try await connection.addTransceiver(.video)
    try await connection.addTransceiver(.audio)
    try await connection.setLocalDescription()
    await connection.waitForGathering()
    let description = try #require(connection.localDescription)
    return (connection, String(decoding: try JSONEncoder().encode(description), as: UTF8.self))
  }

  @Test(
    "Only JSON is taken as an offer",
    arguments: [nil, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
  func contentType(type: String?) async throws {
    try await withServer { client, _ in
      let response = try await post(client, "{}", type: type)
      #expect(response.status == .unsupportedMediaType)
    }
  }

  @Test(
    "What is no offer is refused with a reason",
    arguments: [
      "", "{", "[]", "{}", #"{"type":"offer"}"#, #"{"type":"answer","sdp":"v=0"}"#,
      #"{"type":"offer","sdp":"nonsense"}"#,
      #"{"type":"rollback","sdp":""}"#, #"{"type":"offer","sdp":5}"#,
    ])
  func badOffers(body: String) async throws {
    try await withServer { client, endpoint in
      let response = try await post(client, body)
      #expect(response.status == .badRequest)
      let object = try JSONDecoder().decode([String: String].self, from: Data(buffer: response.body))
      #expect(object["error"]?.isEmpty == false)
      #expect(await endpoint.connectionCount == 0)
    }
  }

  @Test("Long bodies and many candidates are refused")
  func limits() async throws {
    var settings = ServeSettings()
    settings.maximumBodySize = 2_000
    settings.maximumCandidates = 3
    try await withServer(settings) { client, _ in
      let long = #"{"type":"offer","sdp":"\#(String(repeating: "x", count: 3_000))"}"#
      #expect(try await post(client, long).status == .contentTooLarge)
      for line in [#"a=candidate:x\r\n"#, #" a=candidate:x\n"#, #"\t a=candidate:\u0301\r\n"#] {
        let many = #"{"type":"offer","sdp":"v=0\r\n\#(String(repeating: line, count: 4))"}"#
        let response = try await post(client, many)
        #expect(response.status == .badRequest)
        #expect(String(buffer: response.body).contains("4 candidates"))
      }
    }
  }

  @Test("An offer is answered, and connections beyond the limit are not")
  func answers() async throws {
    var settings = ServeSettings()
    settings.maximumConnections = 1
    settings.content = .sources(video: .pattern, audio: .tone(440))
    settings.media.size = MediaSize(width: 160, height: 96)
    let (connection, body) = try await offer()
    try await withServer(settings) { client, endpoint in
      let response = try await post(client, body)
      #expect(response.status == .ok)
      #expect(response.headers[.contentType] == "application/json")
      let answer = try JSONDecoder().decode(RTCSessionDescription.self, from: Data(buffer: response.body))
      #expect(answer.type == .answer)
      #expect(answer.sdp.contains("a=candidate:") && answer.sdp.contains("a=sendrecv"))
      #expect(await endpoint.connectionCount == 1)
      #expect(try await post(client, body).status == .serviceUnavailable)

      let stats = try await client.execute(uri: "/stats", method: .get)
      let document = try JSONDecoder().decode(StatsDocument.self, from: Data(buffer: stats.body))
      #expect(document.connections.count == 1)
    }
    await connection.close()
  }

  @Test("Pages of other sites get nothing unless allowed")
  func origins() async throws {
    var settings = ServeSettings()
    settings.allowedOrigins = ["https://good.example"]
    try await withServer(settings) { client, _ in
      #expect(try await post(client, "{}", origin: "https://evil.example").status == .forbidden)
      let allowed = try await post(client, "{}", origin: "https://good.example")
      #expect(allowed.status == .badRequest)
      #expect(allowed.headers[.accessControlAllowOrigin] == "https://good.example")
      let preflight = try await client.execute(
        uri: "/offer", method: .options, headers: [.origin: "https://good.example"])
      #expect(preflight.status == .noContent)
      #expect(preflight.headers[.accessControlAllowHeaders]?.contains("content-type") == true)
    }
  }

  @Test("Beyond this machine statistics need the token")
  func tokens() async throws {
    var settings = ServeSettings()
    settings.listen = ListenAddress(host: "0.0.0.0", port: 8_080)
    try await withServer(settings) { client, _ in
      let response = try await client.execute(uri: "/stats", method: .get)
      #expect(response.status == .forbidden)
    }
    settings.token = try AccessToken("secret-secret")
    try await withServer(settings) { client, _ in
      func status(_ uri: String, _ header: String?) async throws -> HTTPResponse.Status {
        var headers: HTTPFields = [:]
        headers[.authorization] = header
        return try await client.execute(uri: uri, method: .get, headers: headers).status
      }
      let cases: [(uri: String, header: String?, expected: HTTPResponse.Status)] = [
        ("/stats", nil, .unauthorized), ("/stats", "Bearer wrong-wrong-wrong", .unauthorized),
        ("/stats", "secret-secret", .unauthorized), ("/stats", "Bearer secret-secret", .ok),
        ("/stats?token=secret-secret", nil, .ok),
      ]
      for (uri, header, expected) in cases {
        let found = try await status(uri, header)
        #expect(found == expected, "\(uri) \(header ?? "")")
      }
    }
  }

  @Test("The page needs nothing from elsewhere")
  func page() async throws {
    try await withServer { client, _ in
      for (uri, type) in [("/", "text/html"), ("/page.js", "text/javascript"), ("/page.css", "text/css")] {
        let response = try await client.execute(uri: uri, method: .get)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType]?.hasPrefix(type) == true)
        #expect(response.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
        #expect(!String(buffer: response.body).contains("://"))
      }
      #expect(try await client.execute(uri: "/other", method: .get).status == .notFound)
      #expect(try await client.execute(uri: "/offer", method: .get).status == .methodNotAllowed)
    }
  }
}
