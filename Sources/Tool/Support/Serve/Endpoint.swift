import Foundation
import Logging
import MediaStreams
import WebRTC

/// Answers offers, and owns the connections that come of them: all on one UDP port.
package actor Endpoint {
  private let settings: ServeSettings
  private let log: Logger
  private let port: RTCSharedPort
  /// One for all connections: making one costs more than a whole set-up.
  private let certificate: RTCCertificate
  private var sessions: [String: Session] = [:]
  private var tasks: [String: Task<Void, Never>] = [:]
  /// Offers that are being answered.
  private var pending = 0
  private var isClosed = false
  private let onLastEnd: @Sendable () -> Void

  /// Opens the UDP port.
  ///
  /// - Parameter onLastEnd: called when a connection has ended and no other is left.
  package static func open(
    _ settings: ServeSettings, log: Logger, onLastEnd: @escaping @Sendable () -> Void = {}
  ) async throws -> Endpoint {
    // Each source once, so that what is missing is said now and not to the first caller.
    if case .sources(let video, let audio) = settings.content {
      for track in try settings.media.tracks([video, audio]) { track.stop() }
    }
    do {
      let certificate = try await RTCPeerConnection.generateCertificate()
      let port = try await RTCSharedPort.open(
        port: settings.udpPort, network: settings.listen.isLoopback ? .includingLoopback : .automatic)
      return Endpoint(settings, log: log, port: port, certificate: certificate, onLastEnd: onLastEnd)
    } catch let error as WebRTCError {
      throw ToolError("The server cannot begin: \(error.message) Choose another port with --udp-port.")
    }
  }

  private init(
    _ settings: ServeSettings, log: Logger, port: RTCSharedPort, certificate: RTCCertificate,
    onLastEnd: @escaping @Sendable () -> Void
  ) {
    self.settings = settings
    self.log = log
    self.port = port
    self.certificate = certificate
    self.onLastEnd = onLastEnd
  }

  package nonisolated var udpPort: UInt16 { port.port }
  package var connectionCount: Int { sessions.count }

  /// Answers an offer with a new connection.
  package func answer(_ offer: RTCSessionDescription) async throws -> RTCSessionDescription {
    guard offer.type == .offer else {
      throw ServeError.badOffer("The description is of type \"\(offer.type.rawValue)\"; send an \"offer\".")
    }
    let candidates = Self.candidateCount(offer.sdp)
    guard candidates <= settings.maximumCandidates else {
      throw ServeError.badOffer(
        "The offer has \(candidates) candidates; at most \(settings.maximumCandidates) are taken (--max-candidates).")
    }
    guard !isClosed else { throw ServeError.busy("The server is ending.") }
    guard sessions.count + pending < settings.maximumConnections else {
      throw ServeError.busy(
        "There are \(settings.maximumConnections) connections already, which is the limit (--max-connections).")
    }
    pending += 1
    defer { pending -= 1 }
    let connection = try makeConnection()
    let session = Session(id: Self.makeID(), connection: connection, log: log)
    var tracks: [MediaStreamTrack] = []
    do {
      tracks = try makeTracks() ?? []
      let answer = try await session.answer(
        offer, tracks: settings.content == .echo ? nil : tracks, negotiatedChannels: settings.negotiatedChannels)
      guard !isClosed else { throw ServeError.busy("The server is ending.") }
      begin(session, tracks: tracks)
      return answer
    } catch {
      await connection.close()
      for track in tracks { track.stop() }
      if let error = error as? ToolError { throw ServeError.failed(error.description) }
      throw error
    }
  }

  /// Every line of candidates counts, whatever it holds: what is not read costs nothing. By bytes, and without the spaces before it, as
  /// the parser reads a line.
  private static func candidateCount(_ sdp: String) -> Int {
    sdp.utf8.split(separator: UInt8(ascii: "\n")).count { line in
      line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.starts(with: "a=candidate:".utf8)
    }
  }

  /// Cannot be guessed.
  private static func makeID() -> String { UUID().uuidString.lowercased() }

  private func makeConnection() throws -> RTCPeerConnection {
    var configuration = RTCConfiguration()
    configuration.certificates = [certificate]
    if !settings.stunURLs.isEmpty { configuration.iceServers = [RTCIceServer(urls: settings.stunURLs)] }
    var options = RTCPeerConnectionOptions(sharedPort: port)
    if let maximum = settings.maximumBitrate {
      options.maximumBitrate = maximum
      options.startBitrate = min(options.startBitrate, maximum)
    }
    do {
      return try RTCPeerConnection(configuration: configuration, options: options)
    } catch {
      throw ServeError.failed("No connection can be made: \(error)")
    }
  }

  private func makeTracks() throws -> [MediaStreamTrack]? {
    guard case .sources(let video, let audio) = settings.content else { return nil }
    return try settings.media.tracks([video, audio])
  }

  private func begin(_ session: Session, tracks: [MediaStreamTrack]) {
    sessions[session.id] = session
    log.info("A connection begins; there are \(sessions.count)", metadata: ["connection": "\(session.id)"])
    let limits = settings.limits
    let recording = settings.recordings.map { "\($0)/\(session.id).webm" }
    tasks[session.id] = Task {
      await session.run(limits: limits, recording: recording, tracks: tracks)
      self.forget(session)
    }
  }

  private func forget(_ session: Session) {
    sessions[session.id] = nil
    tasks[session.id] = nil
    if sessions.isEmpty { onLastEnd() }
  }

  /// The statistics of all live connections.
  package func statistics() async -> StatsDocument {
    var documents: [StatsDocument.Connection] = []
    for session in sessions.values { documents.append(await session.document()) }
    return StatsDocument(connections: documents.sorted { $0.age > $1.age })
  }

  /// Ends all connections, each with a goodbye to its peer, and closes the port.
  package func close() async {
    guard !isClosed else { return }
    isClosed = true
    let running = Array(tasks.values)
    for task in running { task.cancel() }
    for task in running { await task.value }
    await port.close()
  }
}
