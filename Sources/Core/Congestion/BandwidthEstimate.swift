import RTCBase

/// How fast to send, and what is known about the path.
package struct BandwidthEstimate: Hashable, Sendable {
  /// What all streams together may send, retransmissions included.
  package var target: Bitrate
  /// How fast queued packets leave: above the target, so that a frame is not held back for a whole frame interval.
  package var pacingRate: Bitrate
  /// How much of the pacing rate may leave at once.
  package var pacingWindow: TimeDelta
  /// Recent share of lost packets, 0 to 1.
  package var fractionLost: Double
  package var roundTripTime: TimeDelta?
  package var limitation: Limitation

  /// What holds the target where it is.
  package enum Limitation: Hashable, Sendable {
    /// Nothing was measured yet.
    case start
    case delay
    case loss
    /// The receiver's own estimate.
    case receiver
    /// The configured limits.
    case configuration
  }

  package init(
    target: Bitrate, pacingRate: Bitrate, pacingWindow: TimeDelta, fractionLost: Double = 0,
    roundTripTime: TimeDelta? = nil, limitation: Limitation = .start
  ) {
    self.target = target
    self.pacingRate = pacingRate
    self.pacingWindow = pacingWindow
    self.fractionLost = fractionLost
    self.roundTripTime = roundTripTime
    self.limitation = limitation
  }
}
