import Foundation
import Testing
import WebRTC

/// Two connections of this process that call each other over loopback sockets.
struct LoopbackCall {
  let caller: RTCPeerConnection
  let callee: RTCPeerConnection

  init(caller: RTCPeerConnection, callee: RTCPeerConnection) {
    self.caller = caller
    self.callee = callee
  }

  init(callerOptions: RTCPeerConnectionOptions? = nil, calleeOptions: RTCPeerConnectionOptions? = nil) throws {
    let loopback = RTCPeerConnectionOptions(network: .loopbackOnly)
    caller = try RTCPeerConnection(options: callerOptions ?? loopback)
    callee = try RTCPeerConnection(options: calleeOptions ?? loopback)
  }

  /// Offer and answer with all candidates inside.
  func negotiate() async throws {
    try await caller.setLocalDescription()
    await caller.waitForGathering()
    let offer = try #require(caller.localDescription)
    try await callee.setRemoteDescription(offer)
    try await callee.setLocalDescription()
    await callee.waitForGathering()
    try await caller.setRemoteDescription(try #require(callee.localDescription))
  }

  func close() async {
    await caller.close()
    await callee.close()
  }
}

/// Writes pictures and sound into generators until it is cancelled.
struct Feeder {
  let video = VideoTrackGenerator()
  let audio = AudioTrackGenerator()

  func run() async {
    var count = 0
    while !Task.isCancelled {
      let now = MediaTime.now
      if count % 3 == 0 {
        var buffer = VideoFrameBuffer(width: 320, height: 240)
        buffer.fill(luma: UInt8(60 + count % 100), cb: 100, cr: 150)
        try? video.write(VideoFrame(buffer, timestamp: now))
      }
      let samples = (0..<480).map { Int16(8_000 * sin(Double(count * 480 + $0) * 440 * 2 * .pi / 48_000)) }
      try? audio.write(AudioFrame(format: .mono48k, samples: samples, timestamp: now))
      count += 1
      // The cadence of a source: this task stands for a camera, not for a wait.
      try? await Task.sleep(for: .milliseconds(10))
    }
  }
}
