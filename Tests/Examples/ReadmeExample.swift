import WebRTC

/// Calls a peer with a test pattern and a tone, and records what comes back: `exchange` brings our offer to it, and its answer to us.
func call(
  recordingTo path: String, exchange: @Sendable (RTCSessionDescription) async throws -> RTCSessionDescription
) async throws {
  let connection = try RTCPeerConnection()
  let pattern = try MediaStreamTrack(source: TestPatternSource(width: 640, height: 360))
  let tone = try MediaStreamTrack(source: ToneSource(frequency: 440))
  for track in [pattern, tone] { try await connection.addTrack(track) }

  try await connection.setLocalDescription()
  await connection.waitForGathering()
  guard let offer = connection.localDescription else { return }
  try await connection.setRemoteDescription(exchange(offer))

  let recorder = try StreamRecorder(tracks: connection.receivers.map(\.track), path: path)
  try recorder.start()
  for await frame in connection.receivers[0].track.videoFrames().prefix(100) { print(frame.width, frame.height) }
  try await recorder.stop()
  await connection.close()
}
