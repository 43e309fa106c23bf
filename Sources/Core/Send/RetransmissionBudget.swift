import RTCBase

/// Bounds what retransmissions may take of the bitrate: a bucket filled with a share of the target.
///
/// A receiver that asks for everything, over and over, must not crowd out the media it is asking for.
struct RetransmissionBudget: Sendable {
  static let share = 0.5
  /// How long of its share may be spent at once: a burst of loss is repaired at once.
  private static let burst = TimeDelta.milliseconds(500)
  private static let minimumBytes = 12_000.0

  private var rate = Bitrate.kilobitsPerSecond(1_000)
  private var available = Self.minimumBytes
  private var lastFill: MonotonicTime?

  mutating func setTarget(_ target: Bitrate, now: MonotonicTime) {
    fill(now: now)
    rate = target * Self.share
  }

  mutating func take(_ byteCount: Int, now: MonotonicTime) -> Bool {
    fill(now: now)
    guard available >= Double(byteCount) else { return false }
    available -= Double(byteCount)
    return true
  }

  private mutating func fill(now: MonotonicTime) {
    let elapsed = lastFill.map { min(max(.zero, now - $0), .seconds(1)) } ?? .zero
    lastFill = now
    let bound = max(Self.minimumBytes, Double(rate.byteCount(in: Self.burst)))
    available = min(bound, available + Double(rate.byteCount(in: elapsed)))
  }
}
