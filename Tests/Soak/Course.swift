import Foundation

/// How a figure went over time.
struct Course: Sendable {
  private(set) var points: [(time: Double, value: Double)] = []

  mutating func add(_ value: Double, at time: Duration) { points.append((time / .seconds(60), value)) }

  /// Change per minute of the later two thirds, by least squares: the first third fills pools and caches.
  var slopePerMinute: Double {
    let late = points.suffix(points.count * 2 / 3)
    guard late.count > 2 else { return 0 }
    let count = Double(late.count)
    let meanTime = late.reduce(0) { $0 + $1.time } / count
    let meanValue = late.reduce(0) { $0 + $1.value } / count
    let spread = late.reduce(0) { $0 + ($1.time - meanTime) * ($1.time - meanTime) }
    guard spread > 0 else { return 0 }
    return late.reduce(0) { $0 + ($1.time - meanTime) * ($1.value - meanValue) } / spread
  }

  /// The medians of the first and of the last third.
  var thirds: (first: Double, last: Double)? {
    guard points.count >= 6 else { return nil }
    func median(_ values: some Sequence<Double>) -> Double {
      let sorted = values.sorted()
      return sorted[sorted.count / 2]
    }
    let third = points.count / 3
    return (median(points.prefix(third).map(\.value)), median(points.suffix(third).map(\.value)))
  }
}
