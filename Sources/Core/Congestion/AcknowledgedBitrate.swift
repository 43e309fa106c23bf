import RTCBase

/// The rate at which bytes arrive, over a window of the receiver's clock.
///
/// A ring of buckets: constant memory and no work for idle time beyond one turn of the ring.
package struct AcknowledgedBitrate: Sendable {
  private static let bucketLength: Int64 = 25_000_000
  private static let bucketCount: Int64 = 20
  private static let recentBuckets: Int64 = 8
  private static let minimumWindow: Int64 = 100_000_000

  private var buckets = Array(repeating: 0, count: Int(bucketCount))
  private var firstArrival: Int64?
  private var newest: Int64 = .min
  private var newestBucket: Int64 = 0
  private var total = 0

  package init() {}

  /// Far enough from the limits of the integers that windows around it do not reach them: more than a hundred years.
  private static func bounded(_ time: TimeDelta) -> Int64 { max(-Int64.max / 2, min(time.nanoseconds, Int64.max / 2)) }

  /// `time` is any one clock's reading; an earlier one than the newest counts as long as it lies in the window.
  package mutating func add(_ byteCount: Int, at time: TimeDelta) {
    let time = Self.bounded(time)
    let bucket = time / Self.bucketLength
    if firstArrival == nil || bucket - newestBucket > 40 * Self.bucketCount
      || newestBucket - bucket > 40 * Self.bucketCount
    {
      // The first packet, a long silence, or a clock that jumped: measure anew.
      reset()
      firstArrival = time
      newest = time
      newestBucket = bucket
    }
    if bucket > newestBucket {
      for step in 1...min(bucket - newestBucket, Self.bucketCount) { clear(newestBucket + step) }
      newestBucket = bucket
    }
    guard newestBucket - bucket < Self.bucketCount else { return }
    newest = max(newest, time)
    buckets[index(bucket)] += byteCount
    total += byteCount
  }

  /// `nil` until a tenth of a second is covered.
  package var bitrate: Bitrate? {
    guard let firstArrival else { return nil }
    let window = min(newest - firstArrival, Self.bucketLength * Self.bucketCount)
    guard window >= Self.minimumWindow else { return nil }
    return Bitrate(byteCount: total, over: TimeDelta(nanoseconds: window))
  }

  /// Over the last fifth of a second: what a path that is full carries now. `nil` until that much is covered.
  package var recentBitrate: Bitrate? {
    guard let firstArrival else { return nil }
    let firstBucket = newestBucket - Self.recentBuckets + 1
    let start = firstBucket * Self.bucketLength
    guard firstArrival <= start else { return bitrate }
    var bytes = 0
    for bucket in firstBucket...newestBucket { bytes += buckets[index(bucket)] }
    return Bitrate(byteCount: bytes, over: TimeDelta(nanoseconds: max(newest - start, Self.minimumWindow)))
  }

  /// The rate over the window that ends at `time`: falls to zero when nothing comes any more.
  package func bitrate(at time: TimeDelta) -> Bitrate {
    guard firstArrival != nil, Self.bounded(time) / Self.bucketLength - newestBucket < Self.bucketCount else {
      return .zero
    }
    return Bitrate(byteCount: total, over: TimeDelta(nanoseconds: Self.bucketLength * Self.bucketCount))
  }

  package mutating func reset() {
    for index in buckets.indices { buckets[index] = 0 }
    total = 0
    firstArrival = nil
  }

  private func index(_ bucket: Int64) -> Int {
    let remainder = bucket % Self.bucketCount
    return Int(remainder < 0 ? remainder + Self.bucketCount : remainder)
  }

  private mutating func clear(_ bucket: Int64) {
    let index = index(bucket)
    total -= buckets[index]
    buckets[index] = 0
  }
}
