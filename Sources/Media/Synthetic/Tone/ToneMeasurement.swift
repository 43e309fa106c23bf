/// What was heard in a window of sound.
public struct ToneMeasurement: Hashable, Sendable {
  /// The frequency of the strongest regular change, in hertz; 0 for silence.
  public var frequency: Double
  /// Loudness in dB below full scale: 0 for a square wave at the limit, -3 for such a sine; -100 for silence.
  public var level: Double
  /// The part of the energy that lies at `frequency`, 0 to 1.
  public var purity: Double

  /// A measurement with these values.
  public init(frequency: Double, level: Double, purity: Double) {
    self.frequency = frequency
    self.level = level
    self.purity = purity
  }

  /// Whether this is a tone of `frequency`: that frequency has at least half of the energy, and is louder than -60 dB.
  ///
  /// - Parameters:
  ///   - frequency: in hertz.
  ///   - tolerance: what the frequency may differ, as a part of it: 0.02 are 2 %.
  public func isTone(of frequency: Double, tolerance: Double = 0.02) -> Bool {
    purity >= 0.5 && level > -60 && abs(self.frequency - frequency) <= frequency * tolerance
  }
}
