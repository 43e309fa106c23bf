import Foundation
import MediaStreams
import RTCFiles
import RTCFrames
import WebRTC

/// Makes one call: offers, watches what is received, and judges it.
package struct Caller: Sendable {
  private let settings: CallSettings
  private let url: URL
  private let isPeerOurs: Bool
  private let timeline: CallTimeline
  private let received = ReceivedMedia()

  /// - Parameters:
  ///   - url: where the offer goes.
  ///   - timeline: told of everything that happens; interrupting it ends the call.
  ///   - isPeerOurs: whether the other end is known to say what it decoded; otherwise only a server on this machine is asked, and may refuse.
  package init(_ settings: CallSettings, url: URL, timeline: CallTimeline, isPeerOurs: Bool = false) {
    self.settings = settings
    self.url = url
    self.timeline = timeline
    self.isPeerOurs = isPeerOurs
  }

  /// Calls for as long as the settings say, or until interrupted.
  package func run() async throws -> CallSummary {
    let media = LocalMedia(size: settings.size, frameRate: settings.frameRate)
    let tracks = try media.tracks([settings.video, settings.audio])
    defer { for track in tracks { track.stop() } }
    for track in tracks { try await media.constrain(track, settings.constraints) }
    let connection = try makeConnection()
    let signalling = SignallingClient(acceptsAnyCertificate: settings.acceptsAnyCertificate)
    do {
      let summary = try await call(connection, tracks: tracks, signalling: signalling)
      await connection.close()
      await signalling.shutdown()
      return summary
    } catch {
      await connection.close()
      await signalling.shutdown()
      throw error
    }
  }

  private func makeConnection() throws -> RTCPeerConnection {
    var configuration = RTCConfiguration()
    if !settings.stunURLs.isEmpty { configuration.iceServers = [RTCIceServer(urls: settings.stunURLs)] }
    var options = RTCPeerConnectionOptions()
    let host = url.host(percentEncoded: false) ?? ""
    options.network = HostName.isLoopback(host) ? .includingLoopback : .automatic
    if let maximum = settings.maximumBitrate {
      options.maximumBitrate = maximum
      options.startBitrate = min(options.startBitrate, maximum)
    }
    do {
      return try RTCPeerConnection(configuration: configuration, options: options)
    } catch let error as WebRTCError {
      throw ToolError("The connection cannot be made: \(error.message)")
    }
  }

  private func call(
    _ connection: RTCPeerConnection, tracks: [MediaStreamTrack], signalling: SignallingClient
  ) async throws -> CallSummary {
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      let timeline = timeline
      let received = received
      group.addTask { for await event in connection.events { timeline.note(event) } }
      timeline.begin()
      let transfer = try await makeTransfer(connection)
      let stream = MediaStream(tracks: tracks)
      for kind in settings.carriesDataOnly ? [] : [MediaStreamTrack.Kind.video, .audio] {
        if let track = tracks.first(where: { $0.kind == kind }) {
          try await connection.addTrack(track, streams: [stream])
        } else {
          try await connection.addTransceiver(
            kind == .video ? .video : .audio, init: RTCRtpTransceiverInit(direction: .recvonly))
        }
      }
      try await exchange(connection, signalling)
      let directions = Directions(connection.transceivers)
      let receiving = directions.receivers.map(\.track)
      let recorder = try settings.recording.flatMap { path in
        receiving.isEmpty ? nil : try StreamRecorder(tracks: receiving, path: path)
      }
      try recorder?.start()
      group.addTask {
        await received.run(
          video: receiving.first { $0.kind == .video }, audio: receiving.first { $0.kind == .audio })
      }
      if let transfer { group.addTask { await transfer.run() } }
      let before = try await waitUntilConnected(connection)
      let last = try await watch(connection, transfer)
      return try await finish(
        signalling, directions: directions, recorder: recorder, transfer: transfer, before: before, last: last)
    }
  }

  private func makeTransfer(_ connection: RTCPeerConnection) async throws -> FileTransfer? {
    guard let path = settings.file else { return nil }
    return try await FileTransfer(path: path, on: connection)
  }

  private func exchange(_ connection: RTCPeerConnection, _ signalling: SignallingClient) async throws {
    try await connection.setLocalDescription()
    if await !connection.waitForCandidates() {
      let servers = settings.stunURLs.joined(separator: ", ")
      timeline.warn("\(servers) did not answer in time; the offer goes without what it would have told")
    }
    guard let offer = connection.localDescription else { throw ToolError("The connection made no offer.") }
    let answer = try await signalling.exchange(offer, at: url)
    do {
      try await connection.setRemoteDescription(answer)
    } catch let error as WebRTCError {
      throw ToolError("The answer of \(url) cannot be used: \(error)")
    }
  }

  // MARK: While it lasts

  private var isOver: Bool {
    timeline.isInterrupted || timeline.hasPeerEnded || [.failed, .closed].contains(timeline.connectionState)
  }

  private func waitUntilConnected(_ connection: RTCPeerConnection) async throws -> Traffic {
    let deadline = ContinuousClock.now + settings.setupTimeout
    while timeline.connected == nil, !isOver, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(10))
    }
    return Traffic(await connection.getStats())
  }

  /// Tells every second how the call goes.
  private func watch(
    _ connection: RTCPeerConnection, _ transfer: FileTransfer?
  ) async throws -> (report: RTCStatsReport, elapsed: Duration) {
    let clock = ContinuousClock()
    let start = clock.now
    guard timeline.connected != nil else { return (await connection.getStats(), .zero) }
    var progress = ProgressLine()
    defer { progress.end() }
    var report = await connection.getStats()
    var before = (time: start, traffic: Traffic(report))
    let end = settings.carriesDataOnly ? start : start + settings.duration
    func goesOn() -> Bool { !isOver && (clock.now < end || transfer.map { $0.report == nil } ?? false) }
    while goesOn() {
      // In short steps, so that an interruption is felt at once.
      let next = before.time + .seconds(1)
      while clock.now < next, goesOn() {
        try await Task.sleep(for: min(.milliseconds(100), next - clock.now))
        let current = await connection.getStats()
        if current.hasPeerEnded { timeline.notePeerEnded() }
        report = current.latest(since: report)
      }
      let now = clock.now
      let traffic = Traffic(report)
      let rates = TrafficRates(from: before.traffic, to: traffic, over: now - before.time)
      var line = ProgressLine.text(
        state: timeline.connectionState.rawValue, elapsed: now - start, traffic: traffic, rates: rates)
      if let transfer {
        let file = ProgressLine.text(sent: transfer.progress.sent, of: transfer.size)
        line = settings.carriesDataOnly ? file : "\(line)  \(file)"
      }
      progress.show(line)
      before = (now, traffic)
    }
    return (report, clock.now - start)
  }

  // MARK: The end

  private func finish(
    _ signalling: SignallingClient, directions: Directions, recorder: StreamRecorder?, transfer: FileTransfer?,
    before: Traffic, last: (report: RTCStatsReport, elapsed: Duration)
  ) async throws -> CallSummary {
    var problems: [String] = []
    var files: [String] = []
    let now = MediaTime.now
    let video = received.video.report(now: now)
    let audio = received.audio.report(now: now)
    var remote: StatsDocument.Received?
    do { remote = try await askPeer(signalling, about: last.report) } catch {
      problems.append("the other end cannot be asked: \(error)")
    }
    if timeline.connected == nil {
      problems.append(
        "the connection did not come up within \(Int(settings.setupTimeout.seconds)) s (state "
          + "\(timeline.connectionState.rawValue)); is UDP between both ends allowed?")
    } else if timeline.connectionState == .failed {
      problems.append("the connection was lost after \(Int(last.elapsed.seconds)) s")
    } else if timeline.hasPeerEnded {
      problems.append(String(format: "the peer ended the call after %.1f s", last.elapsed.seconds))
    }
    await write(recorder, to: &files, problems: &problems)
    let traffic = Traffic(last.report)
    let builder = SummaryBuilder(
      settings: settings, traffic: traffic,
      rates: (before, last.elapsed), received: StatsDocument.Received(video: video, audio: audio), remote: remote)
    let judged = builder.directions(directions)
    if judged.isEmpty, !settings.carriesDataOnly {
      problems.append("nothing was negotiated: the answer takes and sends neither pictures nor sound")
    }
    do { try writeStatistics(last.report, to: &files) } catch { problems.append("\(error)") }
    let data = transfer.map { $0.report ?? $0.unfinishedReport }
    return CallSummary(
      passed: CallSummary.judge(judged, data: data, problems: problems),
      peer: settings.url.map(\.absoluteString) ?? "a second process", duration: last.elapsed.seconds,
      setup: CallSummary.Setup(
        connected: timeline.seconds(until: timeline.connected),
        firstPicture: timeline.seconds(until: received.video.firstTime),
        firstSound: timeline.seconds(until: received.audio.firstTime)),
      directions: judged, roundTripTime: traffic.roundTripTime, localAddress: traffic.localAddress,
      remoteAddress: traffic.remoteAddress, dtlsCipher: traffic.dtlsCipher, srtpCipher: traffic.srtpCipher,
      data: data, files: files, problems: problems, warnings: timeline.warnings)
  }

  /// What the other end decoded, where it can be asked.
  private func askPeer(_ signalling: SignallingClient, about report: RTCStatsReport) async throws
    -> StatsDocument.Received?
  {
    guard timeline.connected != nil, !timeline.hasPeerEnded, let fingerprint = report.localFingerprint,
      isPeerOurs || HostName.isLoopback(url.host(percentEncoded: false) ?? "")
    else { return nil }
    do {
      return try await signalling.statistics(at: url).connection(withPeer: fingerprint)?.received
    } catch {
      if isPeerOurs { throw error }
      return nil
    }
  }

  private func write(_ recorder: StreamRecorder?, to files: inout [String], problems: inout [String]) async {
    if let recorder {
      do {
        try await recorder.stop()
        files.append(recorder.path)
      } catch {
        problems.append("the recording failed: \(error)")
      }
    }
    if let path = settings.picture, let picture = received.video.picture {
      do {
        try PNGWriter.write(picture, to: path)
        files.append(path)
      } catch {
        problems.append("the picture could not be written: \(error)")
      }
    }
  }

  private func writeStatistics(_ report: RTCStatsReport, to files: inout [String]) throws {
    guard let path = settings.statistics else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try encoder.encode(report).write(to: URL(fileURLWithPath: path))
    } catch {
      throw ToolError("the statistics could not be written to \(path): \(error.localizedDescription)")
    }
    files.append(path)
  }
}
