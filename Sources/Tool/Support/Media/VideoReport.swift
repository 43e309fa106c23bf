/// What arrived of a remote picture track, decoded and looked at.
package struct VideoReport: Codable, Hashable, Sendable {
  /// What the test pattern's frame counters said.
  package struct Counter: Codable, Hashable, Sendable {
    package var first: UInt32
    package var last: UInt32
    /// Pictures whose counter was greater than the one before.
    package var advanced: Int
    package var repeated: Int
    /// Pictures whose counter was less than the one before.
    package var turnedBack: Int
    /// Counters between the first and the last that never came.
    package var missing: Int

    package init(first: UInt32, last: UInt32, advanced: Int, repeated: Int, turnedBack: Int, missing: Int) {
      self.first = first
      self.last = last
      self.advanced = advanced
      self.repeated = repeated
      self.turnedBack = turnedBack
      self.missing = missing
    }
  }

  /// Decoded pictures.
  package var frames = 0
  /// The size of the last picture.
  package var width: Int?
  package var height: Int?
  /// Pictures that showed the test pattern.
  package var patternFrames = 0
  /// Pictures whose bars had the right colours.
  package var rightColours = 0
  package var counter: Counter?
  /// Milliseconds from capture to decoded picture, when both ends share a clock.
  package var meanDelay: Int?
  /// Seconds from the first picture to the last.
  package var span = 0.0
  /// The longest time between two pictures, in seconds.
  package var longestPause = 0.0
  /// Seconds since the last picture.
  package var sinceLast: Double?

  package init() {}

  /// Whether the peer sends the test pattern.
  package var isPattern: Bool { frames > 0 && patternFrames * 2 >= frames }
  /// Decoded pictures a second, on average.
  package var framesPerSecond: Double { frames > 1 && span > 0 ? Double(frames - 1) / span : 0 }
}
