import RTCFrames

/// Tells from the times of a device's frames when its tracks are to be muted, and when it is to be started anew.
struct StallWatch: Sendable {
  enum Action: Equatable, Sendable {
    /// It has delivered nothing for so long that its tracks are muted.
    case mute
    /// It has not gone on by itself.
    case restart
  }

  /// Between two restarts at most.
  private static let longestDelay = Duration.seconds(10)

  private let timeout: Duration
  private var isMuted = false
  /// Between the last restart, or the mute, and the next restart.
  private var delay: Duration
  /// When the next action is due, if no frame comes.
  private(set) var deadline: MediaTime

  /// - Parameter timeout: without a frame for so long a device has stalled.
  init(timeout: Duration, now: MediaTime) {
    self.timeout = timeout
    delay = timeout * 2
    deadline = now + timeout
  }

  /// A frame came.
  mutating func noteFrame(now: MediaTime) {
    self = StallWatch(timeout: timeout, now: now)
  }

  /// What is due now. A camera may take its time after a restart, so that each waits twice as long as the one before.
  mutating func poll(now: MediaTime) -> Action? {
    guard now >= deadline else { return nil }
    deadline = now + delay
    guard isMuted else {
      isMuted = true
      return .mute
    }
    delay = min(delay * 2, max(timeout, Self.longestDelay))
    deadline = now + delay
    return .restart
  }
}
