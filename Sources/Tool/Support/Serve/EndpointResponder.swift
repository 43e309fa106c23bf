import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import WebRTC

/// The HTTP side of the server: offers, statistics and the page.
package struct EndpointResponder: HTTPResponder {
  package typealias Context = BasicRequestContext

  /// How long a body may take to arrive.
  private static let bodyTimeout = Duration.seconds(10)

  private let endpoint: Endpoint
  private let settings: ServeSettings
  private let requestGuard: RequestGuard
  private let log: Logger

  package init(_ endpoint: Endpoint, settings: ServeSettings, requestGuard: RequestGuard, log: Logger) {
    self.endpoint = endpoint
    self.settings = settings
    self.requestGuard = requestGuard
    self.log = log
  }

  package func respond(to request: Request, context: Context) async throws -> Response {
    var response: Response
    switch requestGuard.decide(host: request.head.authority, origins: request.headers[values: .origin]) {
    case .refused(let reason):
      log.notice("A request was refused: \(reason)")
      response = .error(.forbidden, reason)
    case .accepted: response = await route(request)
    case .acceptedFrom(let origin):
      response = request.method == .options ? Self.preflight(request) : await route(request)
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.vary] = "Origin"
    }
    // Browsers are to take answers for what they say they are, and to show them to nobody else.
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.cacheControl] = "no-store"
    return response
  }

  private func route(_ request: Request) async -> Response {
    switch (request.uri.path, request.method) {
    case ("/", .get), ("/", .head): return .page(.index)
    case ("/page.js", .get): return .page(.script)
    case ("/page.css", .get): return .page(.style)
    case ("/stats", .get): return await statistics(request)
    case ("/offer", .post): return await offer(request)
    case ("/offer", _): return .notAllowed("POST")
    case ("/", _), ("/page.js", _), ("/page.css", _), ("/stats", _): return .notAllowed("GET")
    default: return .error(.notFound, "There is nothing at this path; there are /, /offer and /stats.")
    }
  }

  /// What a browser asks before it sends JSON to another origin (Fetch §4.9).
  private static func preflight(_ request: Request) -> Response {
    var headers: HTTPFields = [
      .accessControlAllowMethods: "GET, POST", .accessControlAllowHeaders: "content-type, authorization",
      .accessControlMaxAge: "600",
    ]
    if let name = HTTPField.Name("Access-Control-Request-Private-Network"),
      let allow = HTTPField.Name("Access-Control-Allow-Private-Network"), request.headers[name] == "true"
    {
      headers[allow] = "true"
    }
    return Response(status: .noContent, headers: headers)
  }

  // MARK: Offers

  private func offer(_ request: Request) async -> Response {
    let type = request.headers[.contentType]?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces)
    guard type?.lowercased() == "application/json" else {
      return .error(
        .unsupportedMediaType,
        "Offers are taken as application/json only, not as \"\(type?.prefix(100) ?? "")\": {\"type\":\"offer\",\"sdp\":…}."
      )
    }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > settings.maximumBodySize {
      return tooLarge
    }
    do {
      let body = try await Self.collect(request, upTo: settings.maximumBodySize)
      let offer: RTCSessionDescription
      do {
        offer = try JSONDecoder().decode(RTCSessionDescription.self, from: body)
      } catch {
        return .error(.badRequest, "The body is not JSON of the form {\"type\":\"offer\",\"sdp\":\"v=0…\"}.")
      }
      return .json(try await endpoint.answer(offer))
    } catch let error as ServeError {
      log.notice("An offer was not answered: \(error)")
      switch error {
      case .badOffer(let reason): return .error(.badRequest, reason)
      case .failed(let reason): return .error(.internalServerError, reason)
      case .busy(let reason):
        var response = Response.error(.serviceUnavailable, reason)
        response.headers[.retryAfter] = "10"
        return response
      }
    } catch is NIOTooManyBytesError {
      return tooLarge
    } catch is TimeoutError {
      return .error(.requestTimeout, "The offer did not arrive within \(Int(Self.bodyTimeout.seconds)) s.")
    } catch {
      log.notice("An offer did not arrive: \(error)")
      return .error(.badRequest, "The offer did not arrive whole.")
    }
  }

  private var tooLarge: Response {
    .error(.contentTooLarge, "An offer may have \(settings.maximumBodySize) bytes at most (--max-body).")
  }

  private struct TimeoutError: Error {}

  private static func collect(_ request: Request, upTo limit: Int) async throws -> Data {
    try await withThrowingTaskGroup(of: Data.self) { group in
      group.addTask { Data(buffer: try await request.body.collect(upTo: limit)) }
      group.addTask {
        try await Task.sleep(for: bodyTimeout)
        throw TimeoutError()
      }
      defer { group.cancelAll() }
      guard let data = try await group.next() else { preconditionFailure("the group has two tasks") }
      return data
    }
  }

  // MARK: Statistics

  private func statistics(_ request: Request) async -> Response {
    if let refusal = refusal(of: request) { return refusal }
    let document = await endpoint.statistics()
    return .json(document)
  }

  /// Statistics tell addresses of callers: beyond this machine only to who knows the token.
  private func refusal(of request: Request) -> Response? {
    guard let token = settings.token else {
      return settings.listen.isLoopback
        ? nil
        : .error(
          .forbidden, "Statistics are not shown beyond this machine unless the server was started with --token.")
    }
    let scheme = "bearer "
    let header = request.headers[.authorization].flatMap { value in
      value.lowercased().hasPrefix(scheme) ? value.dropFirst(scheme.count) : nil
    }
    let query = request.uri.queryParameters["token"]
    if let text = header ?? query, token.matches(text) { return nil }
    var response = Response.error(
      .unauthorized, "Statistics need the token: \"Authorization: Bearer TOKEN\", or /stats?token=TOKEN.")
    response.headers[.wwwAuthenticate] = "Bearer"
    return response
  }
}
