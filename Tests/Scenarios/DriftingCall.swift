import RTCBase
import RTCTestKit

/// A call of sound between two peers whose clocks run at different speeds.
package struct DriftingCall {
  /// What one of them heard.
  package struct Listener {
    package var name: String
    /// From capture to playout in each fifth of the call, in milliseconds on average.
    package var delays: [Double] = []
    /// Samples that stretching took out, less those that it put in.
    package var removedSamples: Int64 = 0
    /// What the difference of the clocks asks for.
    package var expectedRemovedSamples: Int64 = 0
    /// Samples that stretching took out and put in.
    package var stretchedSamples: Int64 = 0
    package var concealedSamples = 0
    package var longestGap = TimeDelta.zero
  }

  package static let clockRate: Int64 = 48_000
  /// The hysteresis of the buffer, in milliseconds.
  private static let delayMargin = 10.0
  private static let sampleMargin = clockRate / 50

  package private(set) var listeners: [Listener] = []
  package private(set) var failures: [String]

  /// Makes the call and lasts it out; the second peer's clock is the faster one by `partsPerMillion`.
  package init(partsPerMillion: Int, span: TimeDelta) throws {
    let simulation = Simulation(seed: 1, impairments: .init(delay: .milliseconds(25)))
    let peers = ["steady", "drifting"].map { simulation.addPeer($0) }
    peers[1].clockDrift = partsPerMillion
    try simulation.connect(peers[0], peers[1], sending: [.audio])
    simulation.run(for: span)
    failures = simulation.failures
    if peers.contains(where: { $0.connectionState != .connected }) { failures.append("the call ended before its time") }
    for (peer, sender) in zip(peers, peers.reversed()) {
      listeners.append(Self.listener(peer, to: sender, span: span))
    }
  }

  private static func listener(_ peer: SimulatedPeer, to sender: SimulatedPeer, span: TimeDelta) -> Listener {
    var listener = Listener(name: peer.name)
    let speed = 1 + Double(sender.clockDrift) / 1e6
    var sums = [(delay: Double, count: Int)](repeating: (0, 0), count: 5)
    var last: MonotonicTime?
    for (time, counter) in peer.audioFrames where time >= .zero + .seconds(2) {
      let captured = (sender.audioCaptureTimes[Int(counter) - 1] - .zero).milliseconds / speed
      let fifth = min(4, Int((time - .zero).seconds / span.seconds * 5))
      sums[fifth].delay += (time - .zero).milliseconds - captured
      sums[fifth].count += 1
      if let last { listener.longestGap = max(listener.longestGap, time - last) }
      last = time
    }
    listener.delays = sums.map { $0.delay / Double(max(1, $0.count)) }
    let statistics = peer.engine.makeStatistics(now: peer.localTime(.zero + span)).inbound.first?.stream
    let removed = Int64(clamping: statistics?.removedSamplesForAcceleration ?? 0)
    let inserted = Int64(clamping: statistics?.insertedSamplesForDeceleration ?? 0)
    listener.removedSamples = removed - inserted
    listener.stretchedSamples = removed + inserted
    listener.expectedRemovedSamples = Int64(
      Double(clockRate) * span.seconds * Double(sender.clockDrift - peer.clockDrift) / 1e6)
    listener.concealedSamples = peer.concealedTicks
    return listener
  }

  /// What was not as it has to be: the delay neither grows nor runs out, and nothing is made up.
  package var problems: [String] {
    var problems = failures
    for listener in listeners {
      let (name, first) = (listener.name, listener.delays.first ?? 0)
      if listener.delays.contains(where: { abs($0 - first) > Self.delayMargin || $0 < 25 || $0 > 70 }) {
        problems.append("\(name): the delay does not stay: \(listener.delays) ms")
      }
      let expected = listener.expectedRemovedSamples
      if abs(listener.removedSamples - expected) > Self.sampleMargin {
        problems.append("\(name): \(listener.removedSamples) samples were left out, not \(expected)")
      }
      // The quickest arrival, which the target stands on, moves along in steps: some of it goes to and fro.
      if listener.stretchedSamples > 2 * abs(expected) + Self.sampleMargin {
        problems.append("\(name): \(listener.stretchedSamples) samples were stretched to and fro for \(expected)")
      }
      if listener.concealedSamples > 0 { problems.append("\(name): \(listener.concealedSamples) samples are made up") }
      if listener.longestGap > .milliseconds(30) {
        problems.append("\(name): a gap of \(listener.longestGap.milliseconds) ms")
      }
    }
    return problems
  }

  /// In one line for each listener.
  package var report: [String] {
    listeners.map { listener in
      let delays = [listener.delays.first ?? 0, listener.delays.last ?? 0].map { "\(($0 * 10).rounded() / 10)" }
      let drift = "\(listener.removedSamples) of \(listener.expectedRemovedSamples) samples left out"
      let gap = (listener.longestGap.milliseconds * 10).rounded() / 10
      return "\(listener.name): delay \(delays[0]) to \(delays[1]) ms, \(drift), "
        + "\(listener.concealedSamples) made up, longest gap \(gap) ms"
    }
  }
}
