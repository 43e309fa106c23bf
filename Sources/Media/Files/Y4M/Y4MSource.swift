import RTCFrames
internal import RTCSynthetic
import Synchronization

/// Plays the pictures of a YUV4MPEG2 file (`.y4m`, 8 bits, 4:2:0) at the rate that it says.
///
/// A picture that the machine is up to a second late for is played all the same; later ones are left out. When the file
/// turns out to be broken, its tracks end there.
/// ```swift
/// let track = try MediaStreamTrack(source: Y4MSource(path: "film.y4m"))
/// ```
public final class Y4MSource: VideoSource {
  /// Where pictures go. Tracks attach here; a program uses the track.
  public let output = SourceOutput<VideoFrame>()
  /// The name of the file without its folder.
  public let label: String
  /// The file.
  public let path: String
  /// Whether the file begins anew at its end; otherwise the tracks end.
  public let isLooping: Bool
  /// What the file says of its pictures.
  package let header: Y4MHeader
  private let thread = Mutex<MediaThread?>(nil)

  /// A source of a file, whose header is read now and which is opened for the first track.
  ///
  /// - Parameters:
  ///   - path: a regular file.
  ///   - isLooping: whether it begins anew at its end; otherwise the tracks end.
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the file cannot be opened,
  ///   `EncodingError`, when it is no YUV4MPEG2, `NotSupportedError`, when its pixels are not 4:2:0 of 8 bits.
  public init(path: String, isLooping: Bool = true) throws {
    self.path = path
    self.isLooping = isLooping
    label = fileName(of: path)
    header = try Y4MReader(path: path).header
  }

  /// The size and rate that the file says.
  public var settings: MediaTrackSettings {
    MediaTrackSettings(width: header.width, height: header.height, frameRate: header.framesPerSecond)
  }

  /// Opens the file and begins to play. A track does it; a program makes a track.
  ///
  /// - Throws: `MediaError` as `init` does, when the file has changed, and `AbortError`, when the system has no thread
  ///   left.
  public func start() throws {
    // Opened on the thread that reads it, since a reader cannot be handed over; what fails there fails here first.
    _ = try Y4MReader(path: path)
    let new = try MediaThread(name: label) { [self] control in
      try? play(control)
      if !control.isStopRequested { output.end() }
    }
    thread.withLock { $0 = new }
  }

  /// Closes the file, and returns when its thread is gone. The source can be started again. A track does it.
  public func stop() {
    let old = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    old?.stop()
  }

  /// Returns at the end of the file.
  private func play(_ control: MediaThread.Control) throws {
    var reader = try Y4MReader(path: path)
    var clock = PacingClock(start: .now, rate: reader.header.framesPerSecond)
    var isEmpty = true
    while control.sleep(until: clock.nextTime) {
      _ = clock.skipLate(now: .now, tolerance: .seconds(1))
      let time = clock.nextTime
      if var frame = try reader.next(timestamp: time) {
        frame.metadata.captureTime = time
        output.emit(frame)
        clock.advance()
        isEmpty = false
      } else {
        guard isLooping, !isEmpty else { return }
        try reader.rewind()
        isEmpty = true
      }
    }
  }
}
