import RTCBase

/// Between which rates an estimate moves, and where it begins.
package struct BitrateLimits: Hashable, Sendable {
  package private(set) var minimum: Bitrate
  package private(set) var start: Bitrate
  package private(set) var maximum: Bitrate

  /// Orders what it is given: a start outside the limits moves to the nearer one, and rates stay within 5 kbit/s and 1 Gbit/s.
  ///
  /// The default start lets a 720p call be 720p from its first second; probes find out at once whether the path allows it.
  package init(
    minimum: Bitrate = .kilobitsPerSecond(50), start: Bitrate = .kilobitsPerSecond(1_200),
    maximum: Bitrate = .kilobitsPerSecond(20_000)
  ) {
    let floor = Bitrate.kilobitsPerSecond(5)
    let ceiling = Bitrate.kilobitsPerSecond(1_000_000)
    self.minimum = min(max(minimum, floor), ceiling)
    self.maximum = max(self.minimum, min(maximum, ceiling))
    self.start = min(max(start, self.minimum), self.maximum)
  }

  package func clamp(_ bitrate: Bitrate) -> Bitrate { min(max(bitrate, minimum), maximum) }
}
