import RTCBase

/// Bytes of the last second, in constant time and space.
struct RateMeter: Sendable {
  private static let slotCount = 20
  private static let slot = TimeDelta.milliseconds(50)
  private var bytes = [Int](repeating: 0, count: slotCount)
  private var current: Int64 = 0
  private var total = 0
  private var start: MonotonicTime?

  mutating func record(_ byteCount: Int, now: MonotonicTime) {
    advance(to: now)
    if start == nil { start = now }
    bytes[Int(current % Int64(Self.slotCount))] += byteCount
    total += byteCount
  }

  /// `nil` until half a second was watched.
  mutating func rate(now: MonotonicTime) -> Bitrate? {
    advance(to: now)
    guard let start, now - start >= .milliseconds(500) else { return nil }
    let window = min(now - start, Self.slot * Int64(Self.slotCount))
    return Bitrate(byteCount: total, over: window)
  }

  private mutating func advance(to now: MonotonicTime) {
    let slot = max(current, now.nanoseconds / Self.slot.nanoseconds)
    let steps = min(slot - current, Int64(Self.slotCount))
    current = slot
    guard steps > 0 else { return }
    for step in 0..<steps {
      let index = Int((slot - step) % Int64(Self.slotCount))
      total -= bytes[index]
      bytes[index] = 0
    }
  }
}
