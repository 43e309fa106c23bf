import RTCBase

/// A delay that varies between nothing and a bound, all values as often as each other, and lets no datagram overtake another.
///
/// Drawn for each datagram alone, it could not do both: to keep the order each would have to wait for the latest before it, and the more
/// datagrams there are, the closer all come to the bound. Here it goes from one end to the other in strokes, each at a speed of its own,
/// whatever the rate of datagrams. On the way down it loses less time than passes, as a queue that drains; on the way up it may gain
/// several times as much, as a queue that fills.
struct VaryingDelay {
  /// From 0 to 1.
  private var position = 0.0
  private var isRising = false
  /// Delay gained or lost per time.
  private var speed = 1.0
  private var lastTime: MonotonicTime?

  /// Down, less than 1: order is kept.
  private static let fallingSpeeds = 0.25..<0.9
  private static let risingSpeeds = 0.25..<4.0
  /// After so many bounds nothing is left of what was, so that a pause costs no more than one datagram.
  private static let memory = 16.0

  /// The delay of a datagram at a time that is not before the last one's.
  mutating func value(at now: MonotonicTime, bound: TimeDelta, uniform: () -> Double) -> TimeDelta {
    guard bound > .zero else { return .zero }
    var left = lastTime.map { (now - $0) / bound } ?? .infinity
    lastTime = now
    if left > Self.memory {
      position = uniform()
      beginStroke(rising: uniform() < 0.5, uniform)
      left = 0
    }
    while true {
      let duration = (isRising ? 1 - position : position) / speed
      guard left >= duration else { break }
      left -= duration
      position = isRising ? 1 : 0
      beginStroke(rising: !isRising, uniform)
    }
    position += isRising ? left * speed : -left * speed
    return bound * position
  }

  private mutating func beginStroke(rising: Bool, _ uniform: () -> Double) {
    isRising = rising
    let speeds = rising ? Self.risingSpeeds : Self.fallingSpeeds
    speed = speeds.lowerBound + (speeds.upperBound - speeds.lowerBound) * uniform()
  }
}
