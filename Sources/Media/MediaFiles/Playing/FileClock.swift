import RTCFrames

/// When what a file has at a time is due on this machine.
struct FileClock {
  /// A time of the file, and when it is due.
  private var origin: (file: MediaTime, machine: MediaTime)?
  private var next: MediaTime?

  /// Begins now, or where it is to go on, with a time of the file; while it runs nothing happens.
  mutating func start(at time: MediaTime) {
    guard origin == nil else { return }
    origin = (time, next ?? .now)
    next = nil
  }

  /// Stands still until it is started again.
  mutating func stop() {
    origin = nil
    next = nil
  }

  /// Stands still until it is started again, which counts from `time`.
  mutating func goOn(at time: MediaTime) {
    origin = nil
    next = time
  }

  func time(of time: MediaTime) -> MediaTime {
    guard let origin else { return .now }
    return origin.machine + (time - origin.file)
  }
}
