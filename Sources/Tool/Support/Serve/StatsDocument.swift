import WebRTC

/// What `GET /stats` gives: every live connection with its W3C statistics.
package struct StatsDocument: Codable, Sendable {
  package struct Received: Codable, Hashable, Sendable {
    package var video: VideoReport?
    package var audio: AudioReport?

    package init(video: VideoReport?, audio: AudioReport?) {
      self.video = video
      self.audio = audio
    }
  }

  package struct Connection: Codable, Sendable {
    package var id: String
    package var connectionState: RTCPeerConnectionState
    /// Seconds since the offer came.
    package var age: Double
    /// What was decoded and looked at.
    package var received: Received
    /// The W3C's statistics by their `id`, as `Object.fromEntries(await connection.getStats())` in a browser.
    package var stats: RTCStatsReport

    package init(
      id: String, connectionState: RTCPeerConnectionState, age: Double, received: Received, stats: RTCStatsReport
    ) {
      self.id = id
      self.connectionState = connectionState
      self.age = age
      self.received = received
      self.stats = stats
    }
  }

  package var connections: [Connection]

  package init(connections: [Connection]) { self.connections = connections }

  /// The connection whose other end shows the certificate of this SHA-256.
  func connection(withPeer fingerprint: String) -> Connection? {
    connections.first { $0.stats.remoteFingerprint == fingerprint }
  }
}
