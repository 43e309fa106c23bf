import RTCBase

/// Bounds how often key frames are asked of an encoder, without losing a request: one that comes too early is passed on later.
struct KeyFrameThrottle: Sendable {
  static let interval = TimeDelta.milliseconds(300)

  private(set) var isPending = false
  private var lastRequest: MonotonicTime?

  /// When a request that waits may be passed on.
  var due: MonotonicTime? {
    guard isPending else { return nil }
    return lastRequest.map { $0 + Self.interval } ?? .distantPast
  }

  mutating func request() { isPending = true }

  /// `true` once for a request whose time has come.
  mutating func take(now: MonotonicTime) -> Bool {
    guard let due, due <= now else { return false }
    isPending = false
    lastRequest = now
    return true
  }
}
