import RTCFrames

/// Counts frames and tells how many there were in the last second (webrtc-stats, `framesPerSecond`).
package struct FrameRateMeter: Sendable {
  /// Beyond so many frames a second the rate is told too low.
  private static let capacity = 256
  private var times: [Int64] = []
  private var next = 0
  /// All frames so far.
  package private(set) var count = 0

  package init() {}

  package mutating func note(at time: MediaTime = .now) {
    count += 1
    if times.count < Self.capacity {
      times.append(time.nanoseconds)
    } else {
      times[next] = time.nanoseconds
      next = (next + 1) % Self.capacity
    }
  }

  /// Frames in the second before `time`; zero when there were none.
  package func framesPerSecond(at time: MediaTime = .now) -> Double {
    let start = time.nanoseconds &- 1_000_000_000
    return Double(times.reduce(0) { $0 + ($1 > start ? 1 : 0) })
  }
}
