import RTCBase

/// Tells freezes and pauses from the intervals between frames (webrtc-stats, freezeCount and pauseCount).
struct FreezeDetector: Sendable {
  private static let window = 30
  private var intervals = [Int64](repeating: 0, count: window)
  private var next = 0
  private var count = 0
  private var sum: Int64 = 0
  private var last: MonotonicTime?

  mutating func record(_ time: MonotonicTime, statistics: inout VideoReceiverStatistics) {
    defer { last = time }
    guard let last else { return }
    let interval = max(.zero, time - last)
    statistics.totalInterFrameDelay += interval
    statistics.totalSquaredInterFrameDelay += interval.seconds * interval.seconds
    if interval > .seconds(5) {
      statistics.pauseCount &+= 1
      statistics.totalPausesDuration += interval
      return
    }
    if count > 0 {
      let average = TimeDelta(nanoseconds: sum / Int64(count))
      if interval >= max(average * 3, average + .milliseconds(150)) {
        statistics.freezeCount &+= 1
        statistics.totalFreezesDuration += interval
      }
    }
    sum += interval.nanoseconds - intervals[next]
    intervals[next] = interval.nanoseconds
    next = (next + 1) % Self.window
    count = min(count + 1, Self.window)
  }
}
