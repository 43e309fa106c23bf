import RTCBase

/// Maps the timestamps of whatever source feeds a stream onto one line that never goes back (RFC 3550 §5.1).
///
/// The line starts at a random offset. While a source counts in step with the clock its own steps are kept, gaps of mute and silence
/// included; when it jumps, as another track's does after replaceTrack, the line goes on by the time that passed.
struct TimestampLine: Sendable {
  /// How far a source may count past the clock before that is a jump: more than any jitter of a capture.
  private static let tolerance = TimeDelta.milliseconds(500)

  private var clockRate: Int64
  private let offset: UInt32
  private var last: (input: UInt32, output: UInt32, time: MonotonicTime)?

  init(clockRate: Int, offset: UInt32) {
    self.clockRate = Int64(max(1, clockRate))
    self.offset = offset
  }

  /// Counts in other steps from the next frame on; the line itself goes on (RFC 7160 §4.1 advises against it, payload types force it).
  mutating func setClockRate(_ rate: Int) { clockRate = Int64(max(1, rate)) }

  /// The timestamp to send. `time` is when the frame was captured.
  mutating func map(_ input: UInt32, at time: MonotonicTime) -> UInt32 {
    guard let last else {
      let output = input &+ offset
      self.last = (input, output, time)
      return output
    }
    let step = Int64(Int32(bitPattern: input &- last.input))
    let elapsed = ticks(in: max(.zero, time - last.time))
    let isInStep = step > 0 && abs(step - elapsed) <= ticks(in: Self.tolerance)
    let advance = isInStep ? step : max(1, min(elapsed, Int64(Int32.max)))
    let output = last.output &+ UInt32(truncatingIfNeeded: advance)
    self.last = (input, output, max(time, last.time))
    return output
  }

  /// The timestamp of an instant, for sender reports; `nil` before the first frame.
  func timestamp(at time: MonotonicTime) -> UInt32? {
    guard let last else { return nil }
    return last.output &+ UInt32(truncatingIfNeeded: ticks(in: time - last.time))
  }

  /// The last timestamp given out.
  var lastOutput: UInt32? { last?.output }

  /// Rounded to the nearest tick, and saturating where the time makes no sense.
  func ticks(in delta: TimeDelta) -> Int64 {
    let seconds = delta.nanoseconds / 1_000_000_000
    let rest = delta.nanoseconds % 1_000_000_000
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: clockRate)
    guard !overflow else { return seconds < 0 ? .min / 2 : .max / 2 }
    let half: Int64 = rest < 0 ? -500_000_000 : 500_000_000
    return whole.addingSaturating((rest * clockRate + half) / 1_000_000_000)
  }
}
