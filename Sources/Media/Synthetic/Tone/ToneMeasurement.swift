/// What was heard in a window of sound.
package struct ToneMeasurement: Hashable, Sendable {
  /// The frequency of the strongest regular change, in hertz; 0 for silence.
  package var frequency: Double
  /// Loudness in dB below full scale: 0 for a square wave at the limit, -3 for such a sine; -100 for silence.
  package var level: Double
  /// The part of the energy that lies at `frequency`, 0 to 1.
  package var purity: Double

  /// Whether this is a tone of `frequency`.
  ///
  /// - Parameter tolerance: what the frequency may differ, as a part of it.
  package func isTone(of frequency: Double, tolerance: Double = 0.02) -> Bool {
    purity >= 0.5 && level > -60 && abs(self.frequency - frequency) <= frequency * tolerance
  }
}
