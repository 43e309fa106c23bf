import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import ServiceLifecycle

/// The server: HTTP on one side, connections on the other, until a signal ends both.
package struct EndpointServer: Sendable {
  /// HTTP connections at a time: requests are short.
  private static let maximumHTTPConnections = 256
  private static let idleTimeout = TimeAmount.seconds(30)
  /// After a signal the program ends within this time, come what may.
  private static let endTimeout = Duration.seconds(4)

  private let settings: ServeSettings
  private let log: Logger
  /// Keeps the Hummingbird library's own messages out.
  private let quiet: Logger

  package init(_ settings: ServeSettings, log: Logger) {
    self.settings = settings
    self.log = log
    var quiet = log
    quiet.logLevel = max(log.logLevel, .warning)
    self.quiet = quiet
  }

  /// Serves until SIGINT, SIGTERM, or the end that the settings name.
  ///
  /// - Parameters:
  ///   - lifeline: finishes when the server is to end.
  ///   - onListening: told where it listens.
  package func run(
    lifeline: AsyncStream<Void>? = nil, onListening: @escaping @Sendable (_ url: String, _ udpPort: UInt16) -> Void
  ) async throws {
    let requestGuard = try RequestGuard(
      listen: settings.listen, isSecure: settings.tls.isSecure, names: [ProcessInfo.processInfo.hostName],
      allowedOrigins: settings.allowedOrigins)
    let tls = try settings.tls.configuration()
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let isSingle = settings.isSingle
    let endpoint = try await Endpoint.open(settings, log: log) { if isSingle { end.finish() } }
    let http = HTTPServerBuilder.http1(
      configuration: .init(
        idleTimeout: Self.idleTimeout,
        httpDecoderConfiguration: .init(maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100)
      ))
    let settings = settings
    let application = Application(
      responder: EndpointResponder(endpoint, settings: settings, requestGuard: requestGuard, log: log),
      server: try tls.map { try .tls(http, tlsConfiguration: $0) } ?? http,
      configuration: ApplicationConfiguration(
        address: .hostname(settings.listen.host, port: settings.listen.port), serverName: nil,
        availableConnectionsDelegate: .maximum(Self.maximumHTTPConnections, logger: quiet)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? settings.listen.port
        let host = settings.listen.isWildcard ? ProcessInfo.processInfo.hostName : settings.listen.host
        let address = ListenAddress(host: host, port: port)
        onListening("\(settings.tls.isSecure ? "https" : "http")://\(address)/", endpoint.udpPort)
      },
      logger: quiet)
    // The last service ends first: calls are to end before HTTP connections, which may linger.
    let group = ServiceGroup(
      configuration: configuration(services: [application, EndpointService(endpoint: endpoint)]))
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          for await _ in ends {}
          if !Task.isCancelled { await group.triggerGracefulShutdown() }
        }
        if let lifeline {
          tasks.addTask {
            for await _ in lifeline {}
            if !Task.isCancelled { await group.triggerGracefulShutdown() }
          }
        }
        defer { tasks.cancelAll() }
        try await group.run()
      }
    } catch let error as IOError {
      await endpoint.close()
      throw ToolError(
        "The server cannot listen on \(settings.listen): \(error.localizedReason). Choose another address with --listen."
      )
    } catch is SocketAddressError.UnknownHost {
      await endpoint.close()
      throw ToolError(
        "The server cannot listen on \(settings.listen): no address is known for \(settings.listen.host). Name an "
          + "address of this machine with --listen.")
    } catch {
      await endpoint.close()
      throw error
    }
  }

  private func configuration(services: [any Service]) -> ServiceGroupConfiguration {
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
    configuration.maximumGracefulShutdownDuration = Self.endTimeout
    return configuration
  }
}

/// Closes the connections when the program is to end.
private struct EndpointService: Service {
  let endpoint: Endpoint

  func run() async throws {
    try? await gracefulShutdown()
    await endpoint.close()
  }
}

extension IOError {
  fileprivate var localizedReason: String { String(cString: strerror(errnoCode)) }
}
