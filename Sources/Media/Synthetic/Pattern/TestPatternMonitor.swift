import RTCFrames

/// Watches a stream of the test pattern and counts what arrived of it.
/// ```swift
/// var monitor = TestPatternMonitor()
/// for await frame in track.videoFrames() { monitor.observe(frame) }
/// print("\(monitor.advanced) pictures, \(monitor.missing) missing")
/// ```
public struct TestPatternMonitor: Sendable {
  /// Pictures seen.
  public private(set) var frames = 0
  /// Pictures whose counter could be read.
  public private(set) var readable = 0
  /// Pictures whose bars had the right colours.
  public private(set) var rightColours = 0
  /// Pictures whose counter was greater than the one before.
  public private(set) var advanced = 0
  /// Pictures whose counter was that of the one before.
  public private(set) var repeated = 0
  /// Pictures whose counter went back: the order was lost, or the sender began anew.
  public private(set) var turnedBack = 0
  /// Counter values that were never seen, between the first and the last.
  public private(set) var missing = 0
  /// The first counter that could be read.
  public private(set) var firstCounter: UInt32?
  /// The last counter that could be read.
  public private(set) var lastCounter: UInt32?
  /// Milliseconds from capture to arrival, least and sum, of senders on this machine.
  private var leastDelay: Int?
  private var delaySum = 0
  private var delayCount = 0

  /// A monitor that has seen nothing.
  public init() {}

  /// Looks at a picture that arrived.
  ///
  /// - Parameter now: when it arrived.
  /// - Returns: what it says.
  @discardableResult
  public mutating func observe(_ frame: VideoFrame, now: MediaTime = .now) -> TestPatternReading {
    let reading = TestPatternReader.read(frame)
    observe(reading, now: now)
    return reading
  }

  /// Takes what a picture said.
  ///
  /// - Parameter now: when it arrived.
  public mutating func observe(_ reading: TestPatternReading, now: MediaTime = .now) {
    frames += 1
    if reading.hasRightColours { rightColours += 1 }
    if let milliseconds = reading.milliseconds { noteDelay(since: milliseconds, now: now) }
    guard let counter = reading.counter else { return }
    readable += 1
    if firstCounter == nil { firstCounter = counter }
    if let last = lastCounter {
      let step = (counter &- last) % PatternCode.modulus
      switch step {
      case 0: repeated += 1
      case 1..<(PatternCode.modulus / 2):
        advanced += 1
        missing += Int(step) - 1
      default: turnedBack += 1
      }
    }
    lastCounter = counter
  }

  /// The mean time from capture to `observe`, in whole milliseconds; `nil` unless the sender has the clock of this
  /// machine.
  public var meanDelay: Duration? {
    delayCount > 0 ? .milliseconds(delaySum / delayCount) : nil
  }

  /// The least time from capture to `observe`, in whole milliseconds; `nil` unless the sender has the clock of this
  /// machine.
  public var minimumDelay: Duration? { leastDelay.map { .milliseconds($0) } }

  private mutating func noteDelay(since milliseconds: UInt32, now: MediaTime) {
    let modulus = Int64(PatternCode.modulus)
    let delay = Int((now.nanoseconds / 1_000_000 - Int64(milliseconds)) & (modulus - 1))
    // A delay of minutes is the difference between two clocks.
    guard delay < 60_000 else { return }
    leastDelay = min(leastDelay ?? delay, delay)
    delaySum += delay
    delayCount += 1
  }
}
