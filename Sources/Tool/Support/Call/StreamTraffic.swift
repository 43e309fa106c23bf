/// The numbers of one kind of media in one direction, out of the statistics.
package struct StreamTraffic: Codable, Hashable, Sendable {
  /// What the peer's receiver reports say.
  package struct Reported: Codable, Hashable, Sendable {
    package var packetsLost: Int64
    package var fractionLost: Double
    package var roundTripTime: Double?

    package init(packetsLost: Int64, fractionLost: Double, roundTripTime: Double? = nil) {
      self.packetsLost = packetsLost
      self.fractionLost = fractionLost
      self.roundTripTime = roundTripTime
    }
  }

  package var codec: String?
  package var packets: UInt64 = 0
  /// Of payload, without headers.
  package var bytes: UInt64 = 0
  package var packetsLost: Int64 = 0
  package var frames: UInt32 = 0
  package var framesPerSecond: Double?
  package var width: UInt32?
  package var height: UInt32?
  /// Sent streams only.
  package var reported: Reported?

  package init() {}
}
