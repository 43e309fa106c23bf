/// What a picture of the test pattern says.
package struct TestPatternReading: Hashable, Sendable {
  /// The number of the frame, modulo 2^24; `nil` when it cannot be read.
  package var counter: UInt32?
  /// When it was filmed in milliseconds of the sender's clock, modulo 2^24; `nil` when it cannot be read.
  package var milliseconds: UInt32?
  /// The mean colours of the bars, from left to right.
  package var barColours: [PatternColour]

  /// How far the bar that is furthest from its colour differs, in the worst component.
  package var colourError: Int {
    zip(barColours, PatternGeometry.barColours).map { $0.distance(to: $1) }.max() ?? 255
  }

  /// Whether every bar has its colour, as far as compression lets it.
  package var hasRightColours: Bool { colourError <= 24 }
}
