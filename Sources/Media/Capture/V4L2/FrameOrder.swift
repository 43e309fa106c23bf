import RTCFrames

/// The numbers and times of a camera's pictures, in which gaps are losses and nothing goes back.
struct FrameOrder: Sendable {
  private var lastSequence: UInt32?
  private var lastTime = MediaTime.zero

  /// Pictures that were left out before this one. Some drivers repeat numbers at the start; numbers that go back are no
  /// loss.
  mutating func skipped(before sequence: UInt32) -> Int {
    defer { lastSequence = sequence }
    guard let lastSequence, sequence > lastSequence else { return 0 }
    return Int(sequence - lastSequence - 1)
  }

  /// The time of the next picture, which is no earlier than that of the one before.
  mutating func time(after time: MediaTime) -> MediaTime {
    lastTime = max(time, lastTime)
    return lastTime
  }

  /// The driver counts anew.
  mutating func restart() { lastSequence = nil }
}
