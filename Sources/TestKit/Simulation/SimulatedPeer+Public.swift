import RTCBase
import WebRTCTypes

// What users see of a peer.
extension SimulatedPeer {
  /// When each frame of video that arrived was due, in virtual time since the start.
  public var videoArrivals: [Duration] { videoTimes.map { Duration($0 - .zero) } }

  /// When each packet of sound that arrived was played.
  public var audioArrivals: [Duration] { audioTimes.map { Duration($0 - .zero) } }

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

  /// What `RTCPeerConnection.getStats` says now.
  public var statistics: RTCStatsReport { engine.makeStatistics(now: localTime(time.now)).report }

  /// The description that this side has set, with the candidates gathered since; `nil` before there is one.
  public var localDescription: RTCSessionDescription? { engine.jsep.localDescription }

  /// The description that the other side sent, with the candidates that followed it; `nil` before there is one.
  public var remoteDescription: RTCSessionDescription? { engine.jsep.remoteDescription }

  /// Ends the connection as `RTCPeerConnection.close` does. The other side is told as far as DTLS tells it.
  public func close() {
    sources.removeAll()
    change { engine, now in engine.close(now: now) }
  }

  /// How much faster the peer's clock runs than the simulation's, in parts per million (-100,000 to 100,000). To be set before time passes.
  public var clockDrift: Int {
    get { Int(clock.drift) }
    set { clock.drift = Int64(max(-100_000, min(100_000, newValue))) }
  }
}
