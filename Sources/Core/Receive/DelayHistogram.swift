import RTCBase

/// How often which delay occurred, with exponential forgetting, and a quantile of it kept up to date in amortised constant time.
///
/// Instead of shrinking every bucket at each entry, each new entry weighs a little more than the one before; all weights are
/// divided when they grow large.
struct DelayHistogram: Sendable {
  static let bucketWidth = TimeDelta.milliseconds(5)
  static let bucketCount = 400

  private let tail: Double
  private let timeConstant: TimeDelta
  private var buckets = [Double](repeating: 0, count: bucketCount)
  private var total = 0.0
  /// The weight of the buckets above `quantileBucket`.
  private var above = 0.0
  private var quantileBucket = 0
  private var weight = 1.0

  /// - Parameters:
  ///   - quantile: The share of delays that must not exceed `quantileDelay`.
  ///   - timeConstant: The age at which an entry counts 1/e of a new one.
  init(quantile: Double, timeConstant: TimeDelta) {
    tail = 1 - quantile
    self.timeConstant = timeConstant
  }

  /// The upper edge of the bucket that the quantile falls into; zero when nothing was entered.
  var quantileDelay: TimeDelta {
    total > 0 ? Self.bucketWidth * Int64(quantileBucket + 1) : .zero
  }

  /// - Parameter elapsed: The time that this entry stands for, by which older entries age.
  mutating func insert(_ delay: TimeDelta, elapsed: TimeDelta) {
    let aging = min(max(elapsed, .zero), .milliseconds(200))
    weight *= 1 + aging / timeConstant
    let bucket = Int(max(0, min(delay.nanoseconds / Self.bucketWidth.nanoseconds, Int64(Self.bucketCount - 1))))
    buckets[bucket] += weight
    total += weight
    if bucket > quantileBucket { above += weight }
    if weight > 1e6 { normalize() }
    settle()
  }

  /// Moves every entry by whole buckets, because the delay that all of them are relative to has moved.
  mutating func shift(byBuckets steps: Int) {
    guard steps != 0, total > 0 else { return }
    var moved = [Double](repeating: 0, count: Self.bucketCount)
    for (index, value) in buckets.enumerated() where value > 0 {
      moved[max(0, min(index + max(-Self.bucketCount, min(steps, Self.bucketCount)), Self.bucketCount - 1))] += value
    }
    buckets = moved
    normalize()
    settle()
  }

  mutating func removeAll() {
    for index in buckets.indices { buckets[index] = 0 }
    (total, above, quantileBucket, weight) = (0, 0, 0, 1)
  }

  private mutating func settle() {
    let allowed = tail * total
    while above > allowed, quantileBucket < Self.bucketCount - 1 {
      quantileBucket += 1
      above -= buckets[quantileBucket]
    }
    while quantileBucket > 0, above + buckets[quantileBucket] <= allowed {
      above += buckets[quantileBucket]
      quantileBucket -= 1
    }
  }

  /// Divides all weights, which also removes the rounding errors of the running sums.
  private mutating func normalize() {
    total = 0
    above = 0
    for index in buckets.indices {
      buckets[index] /= weight
      if buckets[index] < 1e-9 { buckets[index] = 0 }
      total += buckets[index]
      if index > quantileBucket { above += buckets[index] }
    }
    weight = 1
  }
}
