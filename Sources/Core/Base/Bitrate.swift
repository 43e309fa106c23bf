/// Bits per second.
@usableFromInline package struct Bitrate: Hashable, Comparable, Sendable {
  @usableFromInline package var bitsPerSecond: Int64

  @inlinable
  package init(bitsPerSecond: Int64) { self.bitsPerSecond = bitsPerSecond }
  @inlinable
  package static func bitsPerSecond(_ value: Int64) -> Bitrate { Bitrate(bitsPerSecond: value) }
  @inlinable
  package static func kilobitsPerSecond(_ value: Int64) -> Bitrate { Bitrate(bitsPerSecond: value * 1_000) }
  @inlinable package static var zero: Self { Bitrate(bitsPerSecond: 0) }

  @inlinable
  package static func < (lhs: Bitrate, rhs: Bitrate) -> Bool { lhs.bitsPerSecond < rhs.bitsPerSecond }
  @inlinable
  package static func + (lhs: Bitrate, rhs: Bitrate) -> Bitrate {
    Bitrate(bitsPerSecond: lhs.bitsPerSecond.addingSaturating(rhs.bitsPerSecond))
  }
  @inlinable
  package static func - (lhs: Bitrate, rhs: Bitrate) -> Bitrate {
    Bitrate(bitsPerSecond: lhs.bitsPerSecond.subtractingSaturating(rhs.bitsPerSecond))
  }
  /// Saturating; a factor that is not a number gives zero.
  package static func * (lhs: Bitrate, factor: Double) -> Bitrate {
    let product = Double(lhs.bitsPerSecond) * factor
    if product.isNaN { return .zero }
    return Bitrate(bitsPerSecond: product >= 9.2e18 ? .max : product <= -9.2e18 ? .min : Int64(product))
  }

  /// The rate that carries `byteCount` bytes in `duration`; zero for an empty duration.
  package init(byteCount: Int, over duration: TimeDelta) {
    bitsPerSecond =
      duration > .zero ? (Bitrate.bitsPerSecond(1) * (Double(byteCount) * 8 / duration.seconds)).bitsPerSecond : 0
  }

  /// How long `byteCount` bytes take at this rate; `infinity` for a rate of zero.
  @inlinable
  package func duration(ofBytes byteCount: Int) -> TimeDelta {
    guard bitsPerSecond > 0 else { return .infinity }
    let (bits, overflow) = Int64(byteCount).multipliedReportingOverflow(by: 8_000_000_000)
    return overflow ? .infinity : TimeDelta(nanoseconds: bits / bitsPerSecond)
  }

  /// How many whole bytes pass in `duration`.
  package func byteCount(in duration: TimeDelta) -> Int {
    let bytes = Double(bitsPerSecond) / 8 * duration.seconds
    return bytes >= 9.2e18 ? .max : Int(max(0, bytes))
  }
}
