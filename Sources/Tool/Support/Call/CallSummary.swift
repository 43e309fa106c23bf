/// The result of a call, for people and for programs.
package struct CallSummary: Codable, Hashable, Sendable {
  /// Seconds from the beginning of the call.
  package struct Setup: Codable, Hashable, Sendable {
    package var connected: Double?
    package var firstPicture: Double?
    package var firstSound: Double?
  }

  /// One kind of media in one direction.
  package struct Direction: Codable, Hashable, Sendable {
    package enum Way: String, Codable, Hashable, Sendable {
      case received
      case sent
    }

    package var way: Way
    package var kind: String
    package var codec: String?
    /// Of payload, in bits per second.
    package var bitrate: Double
    package var packets: UInt64
    package var packetsLost: Int64
    package var width: Int?
    package var height: Int?
    package var framesPerSecond: Double?
    /// What the receiving end saw or heard, where it says so.
    package var video: VideoReport?
    package var audio: AudioReport?
    package var verdict: Verdict
  }

  package var passed: Bool
  package var peer: String
  /// Seconds that the connection was up.
  package var duration: Double
  package var setup: Setup
  package var directions: [Direction]
  /// Seconds.
  package var roundTripTime: Double?
  package var localAddress: String?
  package var remoteAddress: String?
  package var dtlsCipher: String?
  package var srtpCipher: String?
  /// The file that was to be sent.
  package var data: DataReport?
  /// Files that were written.
  package var files: [String]
  /// What else went wrong.
  package var problems: [String]
  /// What is not as it should be, but kept nothing from working.
  package var warnings: [String] = []

  /// Whether every negotiated direction and the file were delivered, and nothing else went wrong.
  package static func judge(_ directions: [Direction], data: DataReport? = nil, problems: [String]) -> Bool {
    problems.isEmpty && (!directions.isEmpty || data != nil) && directions.allSatisfy(\.verdict.passed)
      && data?.verdict.passed ?? true
  }
}
