/// A `t=` line with what belongs to it (RFC 8866 §5.9 to §5.11).
package struct Timing: Hashable, Sendable {
  /// Seconds since 1900; 0 in WebRTC.
  package var start: UInt64
  package var stop: UInt64
  /// The values of the `r=` lines, as they were read.
  package var repeats: [String]
  /// The value of the `z=` line, as it was read.
  package var zoneAdjustments: String?

  package init(start: UInt64 = 0, stop: UInt64 = 0, repeats: [String] = [], zoneAdjustments: String? = nil) {
    self.start = start
    self.stop = stop
    self.repeats = repeats
    self.zoneAdjustments = zoneAdjustments
  }
}
