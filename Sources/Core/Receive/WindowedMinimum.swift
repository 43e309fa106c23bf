import RTCBase

/// The least of the values of the last few seconds, in constant time and space: one minimum per slice of time.
struct WindowedMinimum: Sendable {
  private static let sliceCount = 8
  private let slice: TimeDelta
  private var minima = [Int64](repeating: .max, count: sliceCount)
  private var current = 0
  private var sliceEnd: MonotonicTime?
  /// The least value of the window; `nil` before the first.
  private(set) var value: Int64?

  init(window: TimeDelta) { slice = window / Int64(Self.sliceCount) }

  mutating func insert(_ newValue: Int64, now: MonotonicTime) {
    if let end = sliceEnd, now >= end {
      // After a pause longer than the window the old minima stand until a new slice replaces them one by one: a talker
      // who resumes keeps the delay that the path had.
      current = (current + 1) % Self.sliceCount
      minima[current] = newValue
      sliceEnd = now + slice
      value = minima.min()
      return
    }
    if sliceEnd == nil { sliceEnd = now + slice }
    if newValue < minima[current] { minima[current] = newValue }
    value = min(value ?? newValue, newValue)
  }

  mutating func removeAll() {
    for index in minima.indices { minima[index] = .max }
    sliceEnd = nil
    value = nil
  }
}
