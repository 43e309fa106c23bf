import RTCFrames
import Synchronization

/// A camera that films the test pattern: colour bars, a frame counter and the time of capture in a form that survives
/// compression, scaling and loss, so that whoever receives it can say what arrived.
///
/// Its pictures are the same on every machine but for the time code. The counter begins at 0 each time it is started.
/// ``TestPatternReader`` reads a picture, ``TestPatternMonitor`` watches a whole stream.
/// ```swift
/// let track = try MediaStreamTrack(source: TestPatternSource(width: 640, height: 360))
/// ```
public final class TestPatternSource: VideoSource {
  private struct Configuration: Hashable {
    var width: Int
    var height: Int
    var frameRate: Double
  }

  /// Rates that can be asked for.
  private static let frameRates = 0.1...240.0

  /// Where pictures go. Tracks attach here; a program uses the track.
  public let output = SourceOutput<VideoFrame>()
  /// What its tracks are called.
  public let label: String
  private let configuration: Mutex<Configuration>
  private let thread = Mutex<MediaThread?>(nil)

  /// A source of pictures of one size, which can be changed later by `reconfigure(to:)`.
  ///
  /// Codes can be read from 40 x 16 pixels on, and survive the more compression the larger they are.
  ///
  /// - Parameters:
  ///   - width: in pixels, 1 to 8,192.
  ///   - height: in pixels, 1 to 8,192.
  ///   - frameRate: pictures a second, 0.1 to 240.
  ///   - label: what tracks are called.
  /// - Precondition: size and rate lie within these ranges.
  public init(width: Int = 1_280, height: Int = 720, frameRate: Double = 30, label: String = "test pattern") {
    precondition(VideoFrameLayout.isValid(width: width, height: height), "no picture has \(width)x\(height) pixels")
    precondition(Self.frameRates.contains(frameRate), "a test pattern cannot come \(frameRate) times a second")
    self.label = label
    configuration = Mutex(Configuration(width: width, height: height, frameRate: frameRate))
  }

  /// The size and rate of the next picture.
  public var settings: MediaTrackSettings {
    let configuration = configuration.withLock { $0 }
    return MediaTrackSettings(
      width: configuration.width, height: configuration.height, frameRate: configuration.frameRate)
  }

  /// All sizes and rates that `reconfigure(to:)` takes, as one mode.
  public var modes: [MediaSourceMode] {
    let dimensions = MediaSourceMode.Values.range(min: 1, max: VideoFrameLayout.maximumDimension, step: 1)
    let rates = MediaSourceMode.Values.range(
      min: Self.frameRates.lowerBound, max: Self.frameRates.upperBound, step: 0)
    return [MediaSourceMode(width: dimensions, height: dimensions, frameRate: rates)]
  }

  /// Begins to film. A track does it; a program makes a track.
  ///
  /// - Throws: `MediaError` with `AbortError`, when the system has no thread left.
  public func start() throws {
    let new = try MediaThread(name: label) { [self] control in run(control) }
    thread.withLock { $0 = new }
  }

  /// Ends the filming, and returns when its thread is gone. The source can be started again. A track does it.
  public func stop() {
    let old = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    old?.stop()
  }

  /// Changes size and rate with the next picture; what is `nil` stays.
  ///
  /// - Throws: `MediaError` with `NotSupportedError` for what lies outside `modes`; the old settings stay.
  public func reconfigure(to settings: MediaTrackSettings) async throws {
    let (width, height, frameRate) = (settings.width, settings.height, settings.frameRate)
    try configuration.withLock { configuration in
      var new = configuration
      new.width = width ?? new.width
      new.height = height ?? new.height
      new.frameRate = frameRate ?? new.frameRate
      guard VideoFrameLayout.isValid(width: new.width, height: new.height), Self.frameRates.contains(new.frameRate)
      else {
        throw MediaError(
          .notSupportedError,
          "the test pattern cannot have \(new.width)x\(new.height) pixels \(new.frameRate) times a second; "
            + "sizes go up to \(VideoFrameLayout.maximumDimension), rates from 0.1 to 240")
      }
      configuration = new
    }
  }

  private func run(_ control: MediaThread.Control) {
    var counter: UInt32 = 0
    var start = MediaTime.now
    while !control.isStopRequested {
      let configuration = configuration.withLock { $0 }
      film(configuration, from: start, counter: &counter, control: control)
      start = .now
    }
  }

  /// Films until told to stop or to do it otherwise.
  private func film(
    _ configuration: Configuration, from start: MediaTime, counter: inout UInt32, control: MediaThread.Control
  ) {
    let painter = TestPatternPainter(width: configuration.width, height: configuration.height)
    // Of this painter alone: what comes back from the pool has the bars already.
    let pool = VideoFramePool()
    var clock = PacingClock(start: start, rate: configuration.frameRate)
    while control.sleep(until: clock.nextTime), self.configuration.withLock({ $0 == configuration }) {
      _ = clock.skipLate(now: .now)
      let time = clock.nextTime
      var buffer = pool.makeBuffer(width: configuration.width, height: configuration.height)
      // Fresh storage is zero, which no bar is.
      if buffer.withUnsafePlanes({ luma, _, _ in luma.first == 0 }) { painter.paintStill(into: &buffer) }
      let milliseconds = UInt32(truncatingIfNeeded: time.nanoseconds / 1_000_000)
      painter.paintMoving(counter: counter, milliseconds: milliseconds, into: &buffer)
      output.emit(VideoFrame(buffer, timestamp: time, metadata: FrameMetadata(captureTime: time)))
      counter = (counter + 1) % PatternCode.modulus
      clock.advance()
    }
  }
}
