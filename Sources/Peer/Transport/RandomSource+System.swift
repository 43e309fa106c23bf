import RTCBase

extension RandomSource {
  /// The system's generator, which is fit for credentials.
  package static func system() -> RandomSource {
    RandomSource { UInt64.random(in: .min ... .max) }
  }
}
