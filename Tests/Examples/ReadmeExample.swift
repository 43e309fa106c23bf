import WebRTC

/// Calls a peer with a test pattern and a tone, watches what comes back and records it.
///
/// `exchange` takes our offer to the peer and brings its answer: both are Codable as the JSON that browsers use.
func call(
  recordingTo path: String, exchange: @Sendable (RTCSessionDescription) async throws -> RTCSessionDescription
) async throws {
  let connection = try RTCPeerConnection()
  let pattern = try MediaStreamTrack(source: TestPatternSource(width: 640, height: 360))
  let tone = try MediaStreamTrack(source: ToneSource(frequency: 440))
  let stream = MediaStream(tracks: [pattern, tone])
  for track in stream.tracks { try await connection.addTrack(track, streams: [stream]) }

  try await connection.setLocalDescription()
  await connection.waitForGathering()
  guard let offer = connection.localDescription else { return }
  try await connection.setRemoteDescription(exchange(offer))

  let recorder = try StreamRecorder(tracks: connection.receivers.map(\.track), path: path)
  try recorder.start()
  var monitor = TestPatternMonitor()
  for await case .track(let event) in connection.events where event.track.kind == .video {
    for await frame in event.track.videoFrames().prefix(100) { monitor.observe(frame) }
    break
  }
  let recording = try await recorder.stop()
  print("\(monitor.readable) of \(monitor.frames) pictures show the pattern; \(recording.duration) are in \(path)")
  await connection.close()
}
