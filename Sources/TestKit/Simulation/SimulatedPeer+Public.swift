import RTCBase
import WebRTCTypes

// What users see of a peer.
extension SimulatedPeer {
  /// When each frame of video that arrived was due, in virtual time since the start.
  public var videoArrivals: [Duration] { videoFrames.map { Duration($0.time - .zero) } }

  /// When each packet of sound that arrived was played.
  public var audioArrivals: [Duration] { audioFrames.map { Duration($0.time - .zero) } }

  /// Share of the sound that was made up for what did not arrive in time, 0 to 1.
  public var audioConcealment: Double { playedTicks == 0 ? 0 : Double(concealedTicks) / Double(playedTicks) }

  /// The states of the connection so far, and when each began.
  public var states: [(time: Duration, state: RTCPeerConnectionState)] {
    connectionStates.map { (Duration($0.time - .zero), $0.state) }
  }

  /// What `RTCPeerConnection.getStats` would say at a time of the simulation.
  public func statistics(at time: Duration) -> RTCStatsReport {
    engine.makeStatistics(now: localTime(.zero + TimeDelta(time))).report
  }

  /// How much faster the peer's clock runs than the simulation's, in parts per million (-100,000 to 100,000). To be set before time passes.
  public var clockDrift: Int {
    get { Int(clock.drift) }
    set { clock.drift = Int64(max(-100_000, min(100_000, newValue))) }
  }
}
