/// What arrived of a remote sound track, decoded and measured in half seconds.
package struct AudioReport: Codable, Hashable, Sendable {
  /// Seconds of decoded sound.
  package var duration = 0.0
  /// Half seconds that were measured.
  package var windows = 0
  /// Those that were not silent.
  package var audibleWindows = 0
  /// The longest time between two of those, in seconds.
  package var longestPause = 0.0
  /// Seconds since the last one that was not silent.
  package var sinceLast: Double?
  /// Those that held a tone within 2 % of `frequency`.
  package var steadyWindows = 0
  /// The median frequency of the audible half seconds, in hertz.
  package var frequency: Double?
  /// The median loudness of the audible half seconds, in dB below full scale.
  package var level: Double?

  package init() {}

  /// Seconds of sound that was not silent.
  package var audibleDuration: Double { Double(audibleWindows) * AudioWatch.window.seconds }

  /// Whether the peer sends one tone.
  package var isTone: Bool { audibleWindows > 0 && steadyWindows * 10 >= audibleWindows * 7 }
}
