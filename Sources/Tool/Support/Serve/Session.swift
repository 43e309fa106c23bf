import Foundation
import Logging
import MediaStreams
import RTCFiles
import RTCFrames
import Synchronization
import WebRTC

/// One connection of the server, from its offer to its end.
final class Session: Sendable {
  /// How often its limits are looked at.
  private static let interval = Duration.milliseconds(250)

  let id: String
  let connection: RTCPeerConnection
  private let start = ContinuousClock.now
  private let received = ReceivedMedia()
  /// Those that this side makes.
  private let channels = Mutex<[RTCDataChannel]>([])
  private let log: Logger

  init(id: String, connection: RTCPeerConnection, log: Logger) {
    self.id = id
    self.connection = connection
    var log = log
    log[metadataKey: "connection"] = "\(id)"
    self.log = log
  }

  // MARK: The beginning

  /// Applies the offer and makes the answer.
  func answer(
    _ offer: RTCSessionDescription, tracks: [MediaStreamTrack]?, negotiatedChannels: [UInt16]
  ) async throws -> RTCSessionDescription {
    do {
      try await connection.setRemoteDescription(offer)
    } catch let error as WebRTCError {
      throw ServeError.badOffer("The offer cannot be used: \(error)")
    }
    do {
      try await send(tracks)
      if offer.sdp.contains("\nm=application ") {
        for id in negotiatedChannels {
          let channel = try await connection.createDataChannel("", init: RTCDataChannelInit(negotiated: true, id: id))
          channels.withLock { $0.append(channel) }
        }
      }
      try await connection.setLocalDescription()
      if await !connection.waitForCandidates() { log.warning("The STUN servers did not answer in time") }
    } catch let error as WebRTCError {
      throw ServeError.failed("The answer cannot be made: \(error)")
    }
    guard let answer = connection.localDescription else { throw ServeError.failed("No answer was made.") }
    return answer
  }

  /// Sends our tracks, or back what comes, where the offer has a place for it.
  private func send(_ tracks: [MediaStreamTrack]?) async throws {
    let stream = MediaStream()
    for kind in [MediaStreamTrack.Kind.video, .audio] {
      let transceivers = connection.transceivers.filter { $0.receiver.track.kind == kind }
      guard let first = transceivers.first else { continue }
      if let tracks {
        guard let track = tracks.first(where: { $0.kind == kind }) else { continue }
        try await connection.addTrack(track, streams: [stream])
      } else {
        // A peer that sends nothing has nothing to be sent back.
        let track = first.receiver.track
        try await connection.addTrack(track, streams: [stream])
      }
    }
  }

  // MARK: Its life

  /// Watches the connection until it is to end, then closes it.
  func run(limits: SessionLimits, recording: String?, tracks: [MediaStreamTrack]) async {
    let connection = connection
    let received = received
    let directions = Directions(connection.transceivers)
    let receiving = directions.receivers.map(\.track)
    let recorder = makeRecorder(receiving, path: recording)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.follow(connection) }
      group.addTask {
        await received.run(
          video: receiving.first { $0.kind == .video }, audio: receiving.first { $0.kind == .audio })
      }
      let reason = await waitForEnd(limits)
      log.info("The connection ends: \(reason)")
      await connection.close()
      for track in tracks { track.stop() }
      group.cancelAll()
    }
    do { try await recorder?.stop() } catch { log.warning("The recording failed: \(error)") }
  }

  private func waitForEnd(_ limits: SessionLimits) async -> String {
    var state = connection.connectionState
    var stateStart = ContinuousClock.now
    while true {
      do { try await Task.sleep(for: Self.interval) } catch { return "the server ends" }
      let now = ContinuousClock.now
      if connection.connectionState != state {
        state = connection.connectionState
        stateStart = now
      }
      let reason = limits.reasonToEnd(
        state: state, inState: now - stateStart, age: now - start,
        hasPeerClosed: await connection.getStats().hasPeerEnded)
      if let reason { return reason }
    }
  }

  private func makeRecorder(_ tracks: [MediaStreamTrack], path: String?) -> StreamRecorder? {
    guard let path, !tracks.isEmpty else { return nil }
    do {
      let recorder = try StreamRecorder(tracks: tracks, path: path)
      try recorder.start()
      return recorder
    } catch {
      log.warning("The connection is not recorded: \(error)")
      return nil
    }
  }

  /// Reads events to the end, and answers on data channels.
  private func follow(_ connection: RTCPeerConnection) async {
    await withDiscardingTaskGroup { echoes in
      for channel in channels.withLock({ $0 }) { echoes.addTask { await DataEcho(channel, log: self.log).run() } }
      for await event in connection.events {
        note(event)
        if case .dataChannel(let channel) = event { echoes.addTask { await DataEcho(channel, log: self.log).run() } }
      }
    }
  }

  private func note(_ event: RTCPeerConnectionEvent) {
    switch event {
    case .connectionStateChange(let state): log.info("The connection is \(state.rawValue)")
    case .iceCandidateError(let error):
      log.warning("\(error.url.isEmpty ? "" : "\(error.url): ")\(error.errorText) (\(error.errorCode))")
    default: break
    }
  }

  /// What is to be said of it now.
  func document() async -> StatsDocument.Connection {
    let report = await connection.getStats()
    let video = received.video.report(now: .now)
    let audio = received.audio.report(now: .now)
    return StatsDocument.Connection(
      id: id, connectionState: connection.connectionState, age: (ContinuousClock.now - start).seconds,
      received: StatsDocument.Received(
        video: video.frames > 0 ? video : nil, audio: audio.duration > 0 ? audio : nil),
      stats: report)
  }
}
