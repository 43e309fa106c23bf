import WebRTC

/// Puts reports, statistics and verdicts together, direction by direction.
package struct SummaryBuilder: Sendable {
  private let settings: CallSettings
  private let traffic: Traffic
  private let before: Traffic
  private let elapsed: Duration
  private let received: StatsDocument.Received
  private let remote: StatsDocument.Received?

  /// - Parameters:
  ///   - rates: the numbers when the connection came up, and for how long it was up.
  ///   - remote: what the other end received, where it says so.
  package init(
    settings: CallSettings, traffic: Traffic, rates: (before: Traffic, elapsed: Duration),
    received: StatsDocument.Received, remote: StatsDocument.Received?
  ) {
    self.settings = settings
    self.traffic = traffic
    before = rates.before
    elapsed = rates.elapsed
    self.received = received
    self.remote = remote
  }

  /// All negotiated directions.
  package func directions(_ negotiated: Directions) -> [CallSummary.Direction] {
    directions(
      received: [.video, .audio].filter(negotiated.receives),
      sent: [.video, .audio].filter(negotiated.sentKinds.contains))
  }

  package func directions(
    received: [MediaStreamTrackKind], sent: [MediaStreamTrackKind]
  ) -> [CallSummary.Direction] {
    received.map(receivedDirection) + sent.map(sentDirection)
  }

  private func receivedDirection(_ kind: MediaStreamTrackKind) -> CallSummary.Direction {
    switch kind {
    case .video:
      return direction(
        .received, kind, traffic.receivedVideo, before.receivedVideo, video: received.video, audio: nil,
        verdict: .video(received.video, connected: elapsed, expectsPattern: settings.expectsPattern))
    case .audio:
      return direction(
        .received, kind, traffic.receivedAudio, before.receivedAudio, video: nil, audio: received.audio,
        verdict: .audio(received.audio, connected: elapsed, expectedFrequency: settings.expectedFrequency))
    }
  }

  private func sentDirection(_ kind: MediaStreamTrackKind) -> CallSummary.Direction {
    let stream = kind == .video ? traffic.sentVideo : traffic.sentAudio
    var verdict = Verdict.sent(stream)
    if let remote {
      // What the other end decoded says more than its reports.
      switch kind {
      case .video: verdict = .video(remote.video, connected: elapsed, expectsPattern: settings.video == .pattern)
      case .audio: verdict = .audio(remote.audio, connected: elapsed, expectedFrequency: settings.audio.frequency)
      }
    }
    return direction(
      .sent, kind, stream, kind == .video ? before.sentVideo : before.sentAudio,
      video: kind == .video ? remote?.video : nil, audio: kind == .audio ? remote?.audio : nil, verdict: verdict)
  }

  private func direction(
    _ way: CallSummary.Direction.Way, _ kind: MediaStreamTrackKind, _ stream: StreamTraffic?, _ before: StreamTraffic?,
    video: VideoReport?, audio: AudioReport?, verdict: Verdict
  ) -> CallSummary.Direction {
    let bytes = Double(stream?.bytes ?? 0) - Double(before?.bytes ?? 0)
    let seconds = elapsed.seconds
    var direction = CallSummary.Direction(
      way: way, kind: kind.rawValue, codec: stream?.codec, bitrate: seconds > 0 ? max(0, bytes) * 8 / seconds : 0,
      packets: stream?.packets ?? 0, packetsLost: stream?.packetsLost ?? 0, video: video, audio: audio, verdict: verdict
    )
    if kind == .video {
      direction.width = video?.width ?? stream?.width.map(Int.init)
      direction.height = video?.height ?? stream?.height.map(Int.init)
      let frames = Double(stream?.frames ?? 0) - Double(before?.frames ?? 0)
      direction.framesPerSecond = video?.framesPerSecond ?? (seconds > 0 ? frames / seconds : nil)
    }
    return direction
  }
}

extension MediaSourceChoice {
  /// Of a tone, in hertz.
  var frequency: Double? { if case .tone(let frequency) = self { frequency } else { nil } }
}
