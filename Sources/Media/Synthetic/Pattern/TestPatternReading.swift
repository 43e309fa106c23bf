/// What a picture of the test pattern says.
public struct TestPatternReading: Hashable, Sendable {
  /// The number of the frame since the source was started, modulo 2^24; `nil` when it cannot be read.
  public var counter: UInt32?
  /// When it was filmed: `MediaTime` of the sender in milliseconds, modulo 2^24; `nil` when it cannot be read.
  public var milliseconds: UInt32?
  /// The mean colours of the eight bars, from left to right.
  public var barColours: [PatternColour]

  /// A reading of what another reader saw.
  public init(counter: UInt32?, milliseconds: UInt32?, barColours: [PatternColour]) {
    self.counter = counter
    self.milliseconds = milliseconds
    self.barColours = barColours
  }

  /// How far the bar that is furthest from its colour differs in its worst component, 0 to 255; 255 without bars.
  public var colourError: Int {
    zip(barColours, PatternGeometry.barColours).map { $0.distance(to: $1) }.max() ?? 255
  }

  /// Whether every bar has its colour, as far as compression lets it: `colourError` is 24 at most.
  public var hasRightColours: Bool { colourError <= 24 }
}
