import RTCBase

/// The time that a simulation and its peers share.
final class SimulationClock {
  private var clock = VirtualClock()

  var now: MonotonicTime { clock.now }

  func advance(to time: MonotonicTime) { clock.advance(to: time) }
}
