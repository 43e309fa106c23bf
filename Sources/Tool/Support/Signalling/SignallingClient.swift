import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
import NIOSSL
import WebRTC

/// The asking side of signalling: an offer goes by POST, the answer comes in the response.
package struct SignallingClient: Sendable {
  /// More than any description has.
  private static let answerLimit = 1 << 20
  private static let statisticsLimit = 16 << 20
  private static let statisticsTimeout = Duration.seconds(3)

  private let client: HTTPClient
  private let timeout: Duration

  /// - Parameter acceptsAnyCertificate: whether a server's certificate is not looked at.
  package init(acceptsAnyCertificate: Bool = false, timeout: Duration = .seconds(10)) {
    var configuration = HTTPClient.Configuration()
    if acceptsAnyCertificate {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.certificateVerification = .none
      configuration.tlsConfiguration = tls
    }
    self.timeout = timeout
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Closes the client's connections; it cannot be used afterwards.
  package func shutdown() async {
    // What cannot be closed properly is closed all the same.
    try? await client.shutdown()
  }

  /// Where offers go: the URL as given, `/offer` where it has no path.
  package static func offerURL(_ text: String) throws -> URL {
    guard var components = URLComponents(string: text), let scheme = components.scheme?.lowercased(),
      scheme == "http" || scheme == "https", components.host?.isEmpty == false
    else {
      throw ToolError("\"\(text)\" is not a URL to call; write one such as http://127.0.0.1:8080/offer.")
    }
    if components.path.isEmpty || components.path == "/" { components.path = "/offer" }
    guard let url = components.url else { throw ToolError("\"\(text)\" is not a URL to call.") }
    return url
  }

  /// Sends the offer and waits for the answer.
  package func exchange(_ offer: RTCSessionDescription, at url: URL) async throws -> RTCSessionDescription {
    var request = HTTPClientRequest(url: url.absoluteString)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "Accept", value: "application/json")
    request.body = .bytes(try JSONEncoder().encode(offer))
    let (status, body) = try await execute(request, limit: Self.answerLimit, timeout: timeout)
    guard status.code == 200 || status.code == 201 else {
      throw ToolError("\(url) refused the offer: \(Self.explanation(status, body))")
    }
    do {
      return try JSONDecoder().decode(RTCSessionDescription.self, from: body)
    } catch {
      throw ToolError(
        "\(url) did not answer with JSON of the form {\"type\":\"answer\",\"sdp\":…}, but with: \(Self.excerpt(body))")
    }
  }

  /// What a server that is an `rtc serve` says of its connections.
  package func statistics(at offerURL: URL) async throws -> StatsDocument {
    let url = offerURL.deletingLastPathComponent().appendingPathComponent("stats")
    let (status, body) = try await execute(
      HTTPClientRequest(url: url.absoluteString), limit: Self.statisticsLimit, timeout: Self.statisticsTimeout)
    guard status == .ok else { throw ToolError("\(url) refused: \(Self.explanation(status, body))") }
    return try JSONDecoder().decode(StatsDocument.self, from: body)
  }

  private func execute(
    _ request: HTTPClientRequest, limit: Int, timeout: Duration
  ) async throws -> (HTTPResponseStatus, Data) {
    do {
      let response = try await client.execute(request, timeout: .milliseconds(Int64(timeout.seconds * 1_000)))
      let body = try await response.body.collect(upTo: limit)
      return (response.status, Data(buffer: body))
    } catch is NIOTooManyBytesError {
      throw ToolError("\(request.url) answered with more than \(limit) bytes; is it the right URL?")
    } catch let error as CancellationError {
      throw error
    } catch {
      if let error = error as? HTTPClientError, error == .deadlineExceeded || error == .readTimeout {
        throw ToolError(
          "\(request.url) did not answer within \(Int(timeout.seconds)) s. Is it the URL of a server that takes offers?"
        )
      }
      throw ToolError("\(request.url) cannot be reached: \(Self.reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      return error.connectionErrors.first.map { reason($0.error) }
        ?? "the host \(error.host) is not known. Is its name right?"
    case let error as IOError:
      return "\(String(cString: strerror(error.errnoCode))). Is a server listening there? `rtc serve` starts one."
    case let error as HTTPClientError:
      return "\(error.shortDescription). Is a server listening there? `rtc serve` starts one."
    case is NIOSSLError, is NIOSSLExtraError:
      let text = "\(error)"
      if text.contains("CERTIFICATE_VERIFY_FAILED") || error is NIOSSLExtraError {
        return "its certificate is not trusted. Give --insecure to accept it all the same."
      }
      return text.contains("WRONG_VERSION_NUMBER")
        ? "it does not speak TLS. Write http:// instead of https://." : "TLS failed: \(text)"
    default: return "\(error)"
    }
  }

  private static func explanation(_ status: HTTPResponseStatus, _ body: Data) -> String {
    body.isEmpty ? "\(status.code) \(status.reasonPhrase)" : "\(status.code) \(status.reasonPhrase): \(excerpt(body))"
  }

  private static func excerpt(_ body: Data) -> String {
    String(decoding: body.prefix(300), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
